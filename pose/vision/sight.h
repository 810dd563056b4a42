// What a picture looks like in a few numbers; see sight.go.
#ifndef FALLKIT_SIGHT_H
#define FALLKIT_SIGHT_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sight sight;

// Each returns NULL, or a message that the caller frees.
char *sight_open(int side, sight **out);

// sight_see takes a picture (8-bit BGR). change is below 0 where there is none to compare
// with; edges is columns x rows, row by row.
char *sight_see(sight *s, const void *bgr, int columns, int rows, double *mean, double *spread, double *change, float *edges);

void sight_close(sight *s);

#ifdef __cplusplus
}
#endif

#endif
