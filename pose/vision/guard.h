// The part of OpenCV that can throw, called so that it cannot: every function gives
// NULL, or a message that the caller frees. Mats are cv::Mat pointers (gocv's).
#ifndef FALLKIT_GUARD_H
#define FALLKIT_GUARD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct guard_input guard_input;
typedef struct guard_net guard_net;
typedef struct guard_capture guard_capture;
typedef struct guard_writer guard_writer;

// Where a picture, turned as it was, lies in the network's input: input = picture * scale + (left, top).
typedef struct {
	double scale;
	int left, top;
} guard_placement;

// A square of a picture, in its continuous pixels (the first one reaches from 0 to 1):
// the middle, half the side, and how far it is turned clockwise.
typedef struct {
	double x, y, half, cosine, sine;
} guard_square;

char *guard_threads(int n);
char *guard_quiet(void);
void guard_heaps(int most);  // how many heaps the C library keeps; by default eight for each core
void guard_trim(void);  // gives the system back what the C library keeps for later

char *guard_input_open(guard_input **out);
char *guard_input_fill(guard_input *in, const void *bgr, int quarters, int width, int height, guard_placement *out);
char *guard_input_crop(guard_input *in, const void *bgr, int side, guard_square square);
const float *guard_input_values(const guard_input *in, size_t *count);
void guard_input_close(guard_input *in);

char *guard_net_open(const void *onnx, size_t bytes, guard_net **out);
char *guard_net_load(guard_net *n, const guard_input *in);
char *guard_net_forward(guard_net *n, void *out);
void guard_net_close(guard_net *n);

char *guard_capture_open(const char *path, int api, int timeout_ms, guard_capture **out);
char *guard_capture_grab(guard_capture *c, int *ok);
char *guard_capture_retrieve(guard_capture *c, void *picture, int *ok);
char *guard_capture_property(guard_capture *c, int property, double *out);
void guard_capture_close(guard_capture *c);

char *guard_writer_open(const char *path, double fps, int width, int height, guard_writer **out);
char *guard_writer_write(guard_writer *w, const void *picture);
char *guard_writer_close(guard_writer *w);

char *guard_resize(const void *from, void *to, int width, int height);
char *guard_turn(const void *from, void *to, int degrees, double roll);

#ifdef __cplusplus
}
#endif
#endif
