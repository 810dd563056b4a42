#include "numbers.h"

#include <algorithm>

#include "guarded.hpp"

#include <opencv2/dnn.hpp>

struct numbers_net {
	cv::dnn::Net net;
};

char *numbers_open(const void *onnx, size_t bytes, numbers_net **out) {
	return guarded([&] {
		cv::dnn::Net net = cv::dnn::readNetFromONNX(static_cast<const char *>(onnx), bytes);
		require(!net.empty(), "the file has no layers");
		net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
		net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
		*out = new numbers_net{net};
	});
}

char *numbers_load(numbers_net *n, const char *input, const int *dims, int rank, const float *numbers) {
	return guarded([&] {
		cv::Mat given(rank, dims, CV_32F);
		std::copy(numbers, numbers + given.total(), given.ptr<float>());
		n->net.setInput(given, input);
	});
}

char *numbers_forward(numbers_net *n, const char *output, float *into, size_t count) {
	return guarded([&] {
		cv::Mat out = n->net.forward(output);
		require(out.type() == CV_32F && out.isContinuous() && out.total() == count, "an output has another shape than the file says");
		std::copy(out.ptr<float>(), out.ptr<float>() + count, into);
	});
}

void numbers_close(numbers_net *n) { delete n; }
