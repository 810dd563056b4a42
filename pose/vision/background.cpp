#include "background.h"

#include <algorithm>

#include "guarded.hpp"

#include <opencv2/imgproc.hpp>
#include <opencv2/video/background_segm.hpp>

struct background_model {
	int side;
	cv::Ptr<cv::BackgroundSubtractorMOG2> background;
	cv::Mat cells, grey, changed, blocks;  // kept from frame to frame
};

namespace {

// divide averages a picture over cells, of which the longer side has m.side. It reads two
// rows of each cell: all of them would take most of the gate's time.
void divide(background_model &m, const cv::Mat &bgr) {
	double pitch = std::max(1., double(std::max(bgr.cols, bgr.rows)) / m.side);
	int skip = std::max(1, int(pitch / 2));
	cv::Mat rows(std::max(1, bgr.rows / skip), bgr.cols, bgr.type(), bgr.data, bgr.step * skip);
	cv::Size size(std::max(2, int(bgr.cols / pitch + .5)), std::max(2, int(bgr.rows / pitch + .5)));
	cv::resize(rows, m.cells, size, 0, 0, cv::INTER_AREA);
	cv::cvtColor(m.cells, m.grey, cv::COLOR_BGR2GRAY);
}

}  // namespace

char *background_open(int side, background_model **out) {
	background_model *m = nullptr;
	char *err = guarded([&] {
		m = new background_model{side, cv::createBackgroundSubtractorMOG2(500, 16, false), {}, {}, {}, {}};
		m->background->setVarMin(2);
		*out = m;
	});
	if (err != nullptr) delete m;
	return err;
}

char *background_see(background_model *m, const void *bgr, double rate, int *blocks, double *mean) {
	return guarded([&] {
		const cv::Mat &picture = mat(bgr);
		require(!picture.empty(), "the picture is empty");
		require(picture.type() == CV_8UC3, "the picture is not 8-bit BGR");
		divide(*m, picture);
		m->background->apply(m->grey, m->changed, rate);
		cv::erode(m->changed, m->blocks, cv::Mat::ones(2, 2, CV_8U), cv::Point(0, 0), 1, cv::BORDER_CONSTANT, cv::Scalar::all(0));
		*blocks = cv::countNonZero(m->blocks);
		*mean = cv::mean(m->grey)[0];
	});
}

void background_close(background_model *m) { delete m; }
