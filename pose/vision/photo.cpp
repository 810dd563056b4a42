#include "photo.h"

#include "guarded.hpp"

#include <opencv2/imgcodecs.hpp>

char *photo_read(const char *path, void *bgr) {
	return guarded([&] { mat(bgr) = cv::imread(path, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION); });
}
