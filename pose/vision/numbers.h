// Networks of plain numbers in OpenCV DNN, called so that nothing is thrown: see guard.h.
#ifndef FALLKIT_NUMBERS_H
#define FALLKIT_NUMBERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct numbers_net numbers_net;

char *numbers_open(const void *onnx, size_t bytes, numbers_net **out);
// The numbers are copied; dims are those of the input.
char *numbers_load(numbers_net *n, const char *input, const int *dims, int rank, const float *numbers);
char *numbers_forward(numbers_net *n, const char *output, float *into, size_t count);
void numbers_close(numbers_net *n);

#ifdef __cplusplus
}
#endif
#endif
