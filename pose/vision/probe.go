package vision

import "context"

// Probe tells a video file's frames a second and how many frames it says to have, 0 where
// it does not say. The error wraps ErrCorrupt where the file is no video.
func Probe(path string) (fps float64, frames int, err error) {
	r, err := Source{Path: path}.open(context.Background())
	if err != nil {
		return 0, 0, err
	}
	defer r.close()
	return r.rate(), r.total(), nil
}
