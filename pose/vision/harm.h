// What can be done to a picture to make it worse, called so that it cannot throw: every
// function gives NULL, or a message that the caller frees. bgr is an 8-bit BGR cv::Mat
// (gocv's), which is changed in place and keeps its size.
#ifndef FALLKIT_HARM_H
#define FALLKIT_HARM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct harm_codec harm_codec;

// A box in front of the camera, in pixels of the picture, and its colour.
typedef struct {
	int left, top, right, bottom;
	int depth;  // height of the face seen from above
	int blue, green, red;
} harm_box;

char *harm_lut(void *bgr, const unsigned char *table);
char *harm_noise(void *bgr, uint64_t seed, double photons, double read);
char *harm_filter(void *bgr, const float *kernel, int width, int height);
char *harm_jpeg(void *bgr, int quality);
char *harm_coarsen(void *bgr, int width, int height);
char *harm_warp(void *bgr, const double *matrix);
char *harm_boxes(void *bgr, const harm_box *boxes, int count);

char *harm_codec_open(int qp, harm_codec **out);
char *harm_codec_next(harm_codec *c, void *bgr);
void harm_codec_close(harm_codec *c);

#ifdef __cplusplus
}
#endif
#endif
