// Still pictures, read so that nothing is thrown; see guard.h.
#ifndef FALLKIT_PHOTO_H
#define FALLKIT_PHOTO_H

#ifdef __cplusplus
extern "C" {
#endif

char *photo_read(const char *path, void *bgr);

#ifdef __cplusplus
}
#endif
#endif
