#include "guard.h"

#include <cmath>
#include <cstdlib>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "guarded.hpp"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

struct guard_input {
	cv::Mat small, turned, canvas, blob, halves[2];  // kept from frame to frame
};
struct guard_net {
	cv::dnn::Net net;
};
struct guard_capture {
	cv::VideoCapture capture;
};
struct guard_writer {
	cv::VideoWriter writer;
};

namespace {

// Area averaging where the picture shrinks to half or less: two neighbours are not enough then.
int interpolation(double scale) { return scale <= 0.5 ? cv::INTER_AREA : cv::INTER_LINEAR; }

// letterbox puts the whole picture, turned clockwise by quarters (0 to 3), its shape kept,
// into the middle of n.canvas. It is turned when it is small already.
guard_placement letterbox(guard_input &n, const cv::Mat &bgr, int quarters, int width, int height) {
	const bool lies = quarters % 2 == 1;
	int columns = lies ? bgr.rows : bgr.cols, rows = lies ? bgr.cols : bgr.rows;
	double scale = std::min(double(height) / rows, double(width) / columns);
	int w = std::min(width, std::max(1, int(columns * scale + .5)));
	int h = std::min(height, std::max(1, int(rows * scale + .5)));
	cv::resize(bgr, n.small, lies ? cv::Size(h, w) : cv::Size(w, h), 0, 0, interpolation(scale));
	n.canvas.create(height, width, CV_8UC3);
	n.canvas.setTo(cv::Scalar::all(0));
	guard_placement p = {scale, (width - w) / 2, (height - h) / 2};
	cv::Mat into = n.canvas(cv::Rect(p.left, p.top, w, h));
	if (quarters == 0) {
		n.small.copyTo(into);
	} else {
		const cv::RotateFlags ways[] = {cv::ROTATE_90_CLOCKWISE, cv::ROTATE_180, cv::ROTATE_90_COUNTERCLOCKWISE};
		cv::rotate(n.small, n.turned, ways[quarters - 1]);
		n.turned.copyTo(into);
	}
	return p;
}

// patch is the part of a picture that a square touches, shrunk by a power of two.
struct patch {
	cv::Rect part;
	int shrunk;
};

// reach finds the patch of a square; step is in pixels of the picture for each of the crop.
// Bilinear interpolation looks at four neighbours, so that it skips pixels where the step
// is above 2. There the patch is halved first, as often as it takes: averages of two by
// two pixels are the fastest, and no more of the picture is read than the square needs.
patch reach(const cv::Mat &bgr, const guard_square &s, double step) {
	double wide = s.half * (std::abs(s.cosine) + std::abs(s.sine)) + 2 * step + 1;
	cv::Rect2d around(s.x - wide, s.y - wide, 2 * wide, 2 * wide);
	cv::Rect2d part = around & cv::Rect2d(0, 0, bgr.cols, bgr.rows);
	int left = int(part.x), top = int(part.y);
	int right = int(std::ceil(part.x + part.width)), bottom = int(std::ceil(part.y + part.height));
	int n = 1;
	while (2 * n <= step && 2 * n <= std::min(right - left, bottom - top)) n *= 2;
	patch p = {cv::Rect(left, top, (right - left) / n * n, (bottom - top) / n * n), n};
	return p;
}

// crop shows a square upright, side pixels wide, in n.canvas; what lies outside of the
// picture is black.
void crop(guard_input &n, const cv::Mat &bgr, int side, const guard_square &s) {
	double step = 2 * s.half / side;
	patch p = reach(bgr, s, step);
	n.canvas.create(side, side, CV_8UC3);
	if (p.part.area() == 0) {
		n.canvas.setTo(cv::Scalar::all(0));
		return;
	}
	cv::Mat from = bgr(p.part);
	for (int i = 1, turn = 0; i < p.shrunk; i *= 2, turn = 1 - turn) {
		cv::resize(from, n.halves[turn], cv::Size(from.cols / 2, from.rows / 2), 0, 0, cv::INTER_AREA);
		from = n.halves[turn];
	}
	// From the middles of the crop's pixels to those of the patch's.
	double c = s.cosine * step / p.shrunk, d = s.sine * step / p.shrunk, middle = (side - 1) / 2.;
	double x = (s.x - p.part.x) / p.shrunk - .5, y = (s.y - p.part.y) / p.shrunk - .5;
	cv::Matx23d way(c, -d, x - c * middle + d * middle, d, c, y - d * middle - c * middle);
	cv::warpAffine(from, n.canvas, way, n.canvas.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT, cv::Scalar::all(0));
}

// rolled turns a picture clockwise by degrees; the result is as large as it must be.
void rolled(const cv::Mat &from, cv::Mat &to, double degrees) {
	cv::Point2f middle((from.cols - 1) / 2.f, (from.rows - 1) / 2.f);
	cv::Mat way = cv::getRotationMatrix2D(middle, -degrees, 1);
	double cosine = std::abs(way.at<double>(0, 0)), sine = std::abs(way.at<double>(0, 1));
	cv::Size size(int(std::ceil(from.cols * cosine + from.rows * sine - 1e-6)), int(std::ceil(from.cols * sine + from.rows * cosine - 1e-6)));
	way.at<double>(0, 2) += (size.width - 1) / 2. - middle.x;
	way.at<double>(1, 2) += (size.height - 1) / 2. - middle.y;
	cv::warpAffine(from, to, way, size, cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar::all(0));
}

}  // namespace

char *guard_threads(int n) {
	return guarded([&] { cv::setNumThreads(n); });
}

char *guard_quiet(void) {
	return guarded([&] { cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT); });
}

void guard_heaps(int most) {
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, most);
#endif
}

void guard_trim(void) {
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

char *guard_input_open(guard_input **out) {
	return guarded([&] { *out = new guard_input; });
}

char *guard_input_fill(guard_input *in, const void *bgr, int quarters, int width, int height, guard_placement *out) {
	return guarded([&] {
		const cv::Mat &picture = mat(bgr);
		require(!picture.empty(), "the picture is empty");
		require(picture.type() == CV_8UC3, "the picture is not 8-bit BGR");
		require(quarters >= 0 && quarters <= 3, "the picture is turned by no quarter");
		*out = letterbox(*in, picture, quarters, width, height);
		cv::dnn::blobFromImage(in->canvas, in->blob, 1 / 127.5, cv::Size(width, height), cv::Scalar::all(127.5), true, false);
	});
}

char *guard_input_crop(guard_input *in, const void *bgr, int side, guard_square square) {
	return guarded([&] {
		const cv::Mat &picture = mat(bgr);
		require(!picture.empty(), "the picture is empty");
		require(picture.type() == CV_8UC3, "the picture is not 8-bit BGR");
		require(side > 0, "the crop has no pixels");
		require(std::abs(square.x) < 1e6 && std::abs(square.y) < 1e6 && square.half > 0 && square.half < 1e6, "the crop lies nowhere");
		require(std::abs(std::hypot(square.cosine, square.sine) - 1) < 1e-6, "the crop is turned nowhere");
		crop(*in, picture, side, square);
		cv::dnn::blobFromImage(in->canvas, in->blob, 1 / 127.5, in->canvas.size(), cv::Scalar::all(127.5), true, false);
	});
}

const float *guard_input_values(const guard_input *in, size_t *count) {
	*count = in->blob.isContinuous() ? in->blob.total() : 0;
	return in->blob.ptr<float>();
}

void guard_input_close(guard_input *in) { delete in; }

char *guard_net_open(const void *onnx, size_t bytes, guard_net **out) {
	return guarded([&] {
		cv::dnn::Net net = cv::dnn::readNetFromONNX(static_cast<const char *>(onnx), bytes);
		require(!net.empty(), "the file has no layers");
		net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
		net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
		*out = new guard_net{net};
	});
}

char *guard_net_load(guard_net *n, const guard_input *in) {
	return guarded([&] {
		require(!in->blob.empty(), "there is no picture");
		n->net.setInput(in->blob);
	});
}

char *guard_net_forward(guard_net *n, void *out) {
	return guarded([&] { mat(out) = n->net.forward(); });
}

void guard_net_close(guard_net *n) { delete n; }

char *guard_capture_open(const char *path, int api, int timeout_ms, guard_capture **out) {
	guard_capture *c = nullptr;
	char *err = guarded([&] {
		c = new guard_capture;
		std::vector<int> options;
		if (timeout_ms > 0)
			options = {cv::CAP_PROP_OPEN_TIMEOUT_MSEC, timeout_ms, cv::CAP_PROP_READ_TIMEOUT_MSEC, timeout_ms};
		require(c->capture.open(path, api, options), "it cannot be read as video");
		*out = c;
	});
	if (err != nullptr) delete c;
	return err;
}

char *guard_capture_grab(guard_capture *c, int *ok) {
	return guarded([&] { *ok = c->capture.grab(); });
}

char *guard_capture_retrieve(guard_capture *c, void *picture, int *ok) {
	return guarded([&] { *ok = c->capture.retrieve(mat(picture)) && !mat(picture).empty(); });
}

char *guard_capture_property(guard_capture *c, int property, double *out) {
	return guarded([&] { *out = c->capture.get(property); });
}

void guard_capture_close(guard_capture *c) {
	char *err = guarded([&] { c->capture.release(); });
	free(err);
	delete c;
}

char *guard_writer_open(const char *path, double fps, int width, int height, guard_writer **out) {
	guard_writer *w = nullptr;
	char *err = guarded([&] {
		w = new guard_writer;
		int h264 = cv::VideoWriter::fourcc('a', 'v', 'c', '1');
		require(w->writer.open(path, cv::CAP_FFMPEG, h264, fps, cv::Size(width, height)),
				"no H.264 encoder, or the file cannot be made");
		*out = w;
	});
	if (err != nullptr) delete w;
	return err;
}

char *guard_writer_write(guard_writer *w, const void *picture) {
	return guarded([&] {
		require(!mat(picture).empty(), "the picture is empty");
		w->writer.write(mat(picture));
	});
}

char *guard_writer_close(guard_writer *w) {
	char *err = guarded([&] { w->writer.release(); });
	delete w;
	return err;
}

char *guard_resize(const void *from, void *to, int width, int height) {
	return guarded([&] {
		const cv::Mat &f = mat(from);
		require(!f.empty(), "the picture is empty");
		double scale = std::min(double(width) / f.cols, double(height) / f.rows);
		cv::resize(f, mat(to), cv::Size(width, height), 0, 0, interpolation(scale));
	});
}

char *guard_turn(const void *from, void *to, int degrees, double roll) {
	return guarded([&] {
		cv::Mat upright = mat(from);  // shares the pixels
		require(!upright.empty(), "the picture is empty");
		require(&mat(from) != &mat(to), "a picture cannot be turned in its own place");
		if (degrees % 360 != 0) {
			require(degrees == 90 || degrees == 180 || degrees == 270, "it can be turned by quarters only");
			cv::Mat &target = roll == 0 ? mat(to) : (upright = cv::Mat());
			cv::rotate(mat(from), target, degrees == 90 ? cv::ROTATE_90_CLOCKWISE : degrees == 180 ? cv::ROTATE_180 : cv::ROTATE_90_COUNTERCLOCKWISE);
		} else if (roll == 0) {
			upright.copyTo(mat(to));
		}
		if (roll != 0) rolled(upright, mat(to), roll);
	});
}
