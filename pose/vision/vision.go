// Package vision turns pictures into poses, and draws poses on pictures. It is the only
// package that knows gocv: pixels enter here and leave only as video or PNG files that
// the caller asked for. Its pose networks run in OpenCV or, where that is loaded, in ONNX
// Runtime. It never lets an exception of either reach the process.
package vision

import "errors"

// ErrCorrupt is wrapped by errors about a file that is there but is no video, or one of
// which no frame could be decoded.
var ErrCorrupt = errors.New("corrupt video")
