// A background model that cannot throw, as guard.h says.
#ifndef FALLKIT_BACKGROUND_H
#define FALLKIT_BACKGROUND_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct background_model background_model;

// side is how many cells the longer side of a picture is divided into.
char *background_open(int side, background_model **out);
// background_see takes an 8-bit BGR picture into the background by rate (0 to 1; 1 = forget what
// was) and tells in how many 2x2 blocks of cells all four were unlike the background before,
// and the mean grey level, 0 to 255.
char *background_see(background_model *m, const void *bgr, double rate, int *blocks, double *mean);
void background_close(background_model *m);

#ifdef __cplusplus
}
#endif
#endif
