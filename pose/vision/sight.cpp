#include "sight.h"

#include <algorithm>

#include "guarded.hpp"

#include <opencv2/imgproc.hpp>

struct sight {
	int side;
	cv::Mat cells, grey, last, across, down, edges, coarse;  // kept from picture to picture
};

namespace {

// gradient is the length of the grey levels' slope, by its two parts' absolute values.
void gradient(sight &s) {
	cv::Sobel(s.grey, s.across, CV_32F, 1, 0);
	cv::Sobel(s.grey, s.down, CV_32F, 0, 1);
	s.edges = cv::abs(s.across) + cv::abs(s.down);
}

}  // namespace

char *sight_open(int side, sight **out) {
	return guarded([&] { *out = new sight{side, {}, {}, {}, {}, {}, {}, {}}; });
}

char *sight_see(sight *s, const void *bgr, int columns, int rows, double *mean, double *spread, double *change, float *edges) {
	return guarded([&] {
		const cv::Mat &picture = mat(bgr);
		require(!picture.empty(), "the picture is empty");
		require(picture.type() == CV_8UC3, "the picture is not 8-bit BGR");
		double pitch = std::max(1., double(std::max(picture.cols, picture.rows)) / s->side);
		cv::Size size(std::max(columns, int(picture.cols / pitch + .5)), std::max(rows, int(picture.rows / pitch + .5)));
		cv::resize(picture, s->cells, size, 0, 0, cv::INTER_AREA);
		cv::cvtColor(s->cells, s->grey, cv::COLOR_BGR2GRAY);
		cv::Scalar m, d;
		cv::meanStdDev(s->grey, m, d);
		*mean = m[0];
		*spread = d[0];
		*change = s->last.size() == s->grey.size() ? cv::norm(s->grey, s->last, cv::NORM_L1) / double(s->grey.total()) : -1;
		gradient(*s);
		cv::resize(s->edges, s->coarse, cv::Size(columns, rows), 0, 0, cv::INTER_AREA);
		std::copy(s->coarse.begin<float>(), s->coarse.end<float>(), edges);
		cv::swap(s->grey, s->last);
	});
}

void sight_close(sight *s) { delete s; }
