#include "guard.h"

#include <cmath>
#include <cstdlib>
#include <vector>

#include "guarded.hpp"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

struct guard_input {
	cv::Mat small, canvas, blob;  // kept from frame to frame
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

// letterbox puts the whole picture, its shape kept, into the middle of n.canvas.
guard_placement letterbox(guard_input &n, const cv::Mat &bgr, int width, int height) {
	double scale = std::min(double(height) / bgr.rows, double(width) / bgr.cols);
	int w = std::min(width, std::max(1, int(bgr.cols * scale + .5)));
	int h = std::min(height, std::max(1, int(bgr.rows * scale + .5)));
	cv::resize(bgr, n.small, cv::Size(w, h), 0, 0, interpolation(scale));
	n.canvas.create(height, width, CV_8UC3);
	n.canvas.setTo(cv::Scalar::all(0));
	guard_placement p = {scale, (width - w) / 2, (height - h) / 2};
	n.small.copyTo(n.canvas(cv::Rect(p.left, p.top, w, h)));
	return p;
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

char *guard_input_open(guard_input **out) {
	return guarded([&] { *out = new guard_input; });
}

char *guard_input_fill(guard_input *in, const void *bgr, int width, int height, guard_placement *out) {
	return guarded([&] {
		const cv::Mat &picture = mat(bgr);
		require(!picture.empty(), "the picture is empty");
		require(picture.type() == CV_8UC3, "the picture is not 8-bit BGR");
		*out = letterbox(*in, picture, width, height);
		cv::dnn::blobFromImage(in->canvas, in->blob, 1 / 127.5, cv::Size(width, height), cv::Scalar::all(127.5), true, false);
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
