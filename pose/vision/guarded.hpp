// What guard.cpp and harm.cpp share: how a C++ exception becomes a message.
#ifndef FALLKIT_GUARDED_HPP
#define FALLKIT_GUARDED_HPP

#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include <opencv2/core.hpp>

namespace {

inline const cv::Mat &mat(const void *m) { return *static_cast<const cv::Mat *>(m); }
inline cv::Mat &mat(void *m) { return *static_cast<cv::Mat *>(m); }

// guarded runs f; an exception that left these files would end the process.
template <typename F>
char *guarded(F f) {
	try {
		f();
		return nullptr;
	} catch (const cv::Exception &e) {
		return strdup((e.err + " (OpenCV, in " + e.func + ")").c_str());
	} catch (const std::bad_alloc &) {
		return strdup("out of memory");
	} catch (const std::exception &e) {
		return strdup(e.what());
	} catch (...) {
		return strdup("unknown C++ exception");
	}
}

inline void require(bool ok, const char *what) {
	if (!ok) throw std::invalid_argument(what);
}

}  // namespace

#endif
