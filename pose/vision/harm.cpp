#include "harm.h"

#include <cmath>
#include <vector>

#include "guarded.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace {

cv::Mat &colour(void *bgr) {
	cv::Mat &picture = mat(bgr);
	require(!picture.empty(), "the picture is empty");
	require(picture.type() == CV_8UC3, "the picture is not 8-bit BGR");
	return picture;
}

constexpr int kBlock = 8;

// cosines is the orthonormal DCT-II of eight values.
struct cosines {
	float at[kBlock][kBlock];
	cosines() {
		for (int u = 0; u < kBlock; u++)
			for (int x = 0; x < kBlock; x++)
				at[u][x] = float(std::sqrt((u == 0 ? 1. : 2.) / kBlock) * std::cos((2 * x + 1) * u * CV_PI / (2 * kBlock)));
	}
};
const cosines kDCT;

typedef float block[kBlock][kBlock];

// transform is T·b·T' (forward) or T'·b·T (back).
void transform(block &b, bool back) {
	block half;
	for (int i = 0; i < kBlock; i++)
		for (int j = 0; j < kBlock; j++) {
			float sum = 0;
			for (int k = 0; k < kBlock; k++) sum += (back ? kDCT.at[k][i] : kDCT.at[i][k]) * b[k][j];
			half[i][j] = sum;
		}
	for (int i = 0; i < kBlock; i++)
		for (int j = 0; j < kBlock; j++) {
			float sum = 0;
			for (int k = 0; k < kBlock; k++) sum += half[i][k] * (back ? kDCT.at[k][j] : kDCT.at[j][k]);
			b[i][j] = sum;
		}
}

// quantise rounds to whole steps, small values towards 0 as encoders do; false where
// nothing is left.
bool quantise(block &b, float step, float round) {
	bool any = false;
	for (auto &row : b)
		for (float &v : row) {
			float level = std::floor(std::fabs(v) / step + round);
			any = any || level > 0;
			v = std::copysign(level * step, v);
		}
	return any;
}

// predict brings a reference plane (float) nearer to a new one, as far as the quantiser
// lets it, block by block. A block without a level left stays as it is: a skipped block.
void predict(const cv::Mat &now, cv::Mat &reference, float step, float round) {
	for (int y = 0; y < now.rows; y += kBlock)
		for (int x = 0; x < now.cols; x += kBlock) {
			block b;
			for (int i = 0; i < kBlock; i++)
				for (int j = 0; j < kBlock; j++) {
					int row = std::min(y + i, now.rows - 1), column = std::min(x + j, now.cols - 1);
					b[i][j] = float(now.at<uchar>(row, column)) - reference.at<float>(row, column);
				}
			transform(b, false);
			if (!quantise(b, step, round)) continue;
			transform(b, true);
			for (int i = 0; i < kBlock && y + i < now.rows; i++)
				for (int j = 0; j < kBlock && x + j < now.cols; j++) {
					float &v = reference.at<float>(y + i, x + j);
					v = std::min(255.f, std::max(0.f, v + b[i][j]));
				}
		}
}

}  // namespace

struct harm_codec {
	float step;
	std::vector<cv::Mat> reference;  // Y, Cr, Cb as the receiver has them, float; empty before the first picture
};

char *harm_lut(void *bgr, const unsigned char *table) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		cv::LUT(picture, cv::Mat(1, 256, CV_8U, const_cast<unsigned char *>(table)), picture);
	});
}

char *harm_noise(void *bgr, uint64_t seed, double photons, double read) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		cv::Mat light, noise(picture.size(), CV_32FC3);
		picture.convertTo(light, CV_32F, photons / 255);
		cv::RNG rng(seed);
		rng.fill(noise, cv::RNG::NORMAL, 0, 1);
		cv::Mat spread = light + cv::Scalar::all(read * read);
		cv::sqrt(spread, spread);
		light += noise.mul(spread);
		light.convertTo(picture, CV_8U, 255 / photons);
	});
}

char *harm_filter(void *bgr, const float *kernel, int width, int height) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		cv::Mat weights(height, width, CV_32F, const_cast<float *>(kernel)), out;
		cv::filter2D(picture, out, -1, weights, cv::Point(-1, -1), 0, cv::BORDER_REFLECT_101);
		out.copyTo(picture);
	});
}

char *harm_jpeg(void *bgr, int quality) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		std::vector<uchar> file;
		require(cv::imencode(".jpg", picture, file, {cv::IMWRITE_JPEG_QUALITY, quality}), "it cannot be compressed");
		cv::Mat out = cv::imdecode(file, cv::IMREAD_COLOR);
		require(out.size() == picture.size(), "its compressed form is broken");
		out.copyTo(picture);
	});
}

char *harm_coarsen(void *bgr, int width, int height) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		cv::Mat small;
		cv::resize(picture, small, cv::Size(width, height), 0, 0, cv::INTER_AREA);
		cv::resize(small, picture, picture.size(), 0, 0, cv::INTER_LINEAR);
	});
}

char *harm_warp(void *bgr, const double *matrix) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		cv::Mat homography(3, 3, CV_64F, const_cast<double *>(matrix)), out;
		cv::warpPerspective(picture, out, homography, picture.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
		out.copyTo(picture);
	});
}

char *harm_boxes(void *bgr, const harm_box *boxes, int count) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		for (const harm_box *b = boxes; b != boxes + count; b++) {
			cv::Scalar front(b->blue, b->green, b->red), rim = front * 0.45, above = front * 1.25;
			cv::Rect body(cv::Point(b->left, b->top), cv::Point(b->right, b->bottom));
			cv::rectangle(picture, body, front, cv::FILLED);
			cv::rectangle(picture, cv::Point(b->left, b->top), cv::Point(b->right - 1, b->top + b->depth), above, cv::FILLED);
			cv::rectangle(picture, body, rim, std::max(1, picture.rows / 240));
		}
	});
}

char *harm_codec_open(int qp, harm_codec **out) {
	return guarded([&] {
		require(qp >= 0 && qp <= 51, "the quantiser must be from 0 to 51");
		*out = new harm_codec{float(std::pow(2, (qp - 4) / 6.)), {}};
	});
}

char *harm_codec_next(harm_codec *c, void *bgr) {
	return guarded([&] {
		cv::Mat &picture = colour(bgr);
		cv::Mat ycc;
		std::vector<cv::Mat> planes;
		cv::cvtColor(picture, ycc, cv::COLOR_BGR2YCrCb);
		cv::split(ycc, planes);
		cv::Size half((picture.cols + 1) / 2, (picture.rows + 1) / 2);
		for (int i = 1; i < 3; i++) cv::resize(planes[i], planes[i], half, 0, 0, cv::INTER_AREA);
		bool first = c->reference.empty() || c->reference[0].size() != planes[0].size();
		if (first) {
			c->reference.clear();
			for (const cv::Mat &p : planes) c->reference.push_back(cv::Mat(p.size(), CV_32F, cv::Scalar(128)));
		}
		for (int i = 0; i < 3; i++) {
			predict(planes[i], c->reference[i], c->step, first ? 1 / 3.f : 1 / 6.f);
			c->reference[i].convertTo(planes[i], CV_8U);
		}
		for (int i = 1; i < 3; i++) cv::resize(planes[i], planes[i], picture.size(), 0, 0, cv::INTER_LINEAR);
		cv::merge(planes, ycc);
		cv::cvtColor(ycc, picture, cv::COLOR_YCrCb2BGR);
	});
}

void harm_codec_close(harm_codec *c) { delete c; }
