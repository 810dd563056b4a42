package data

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"fallkit/pose"
)

// poseEnding is how the path of a clip ends that is poses and no video.
const poseEnding = ".parquet"

// Posed tells whether the clip is a file of poses instead of a video: poses that were made
// up, or those of a video that nobody may keep. Extraction has nothing to do with it.
func (c *Clip) Posed() bool { return strings.EqualFold(path.Ext(c.Path), poseEnding) }

// WritePoses writes a recording as a file that labels.csv can name instead of a video.
// engine says who made the poses, fps how many there are a second. The file appears whole
// or not at all, and the same recording always gives the same bytes.
func WritePoses(file, engine string, fps float64, r *pose.Recording) error {
	text, err := encodePoses(Origin{Engine: engine, FPS: fps}, r)
	if err != nil {
		return fmt.Errorf("write poses %s: %w", file, err)
	}
	if err := replaceFile(file, text); err != nil {
		return fmt.Errorf("write poses: %w", err)
	}
	return nil
}

// ReadPoses reads what WritePoses wrote. The error is an ErrDamaged where the file is not
// as it was written.
func ReadPoses(file string) (*pose.Recording, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read poses: %w", err)
	}
	_, r, err := decodePoses(text)
	if err != nil {
		return nil, fmt.Errorf("read poses: %s: %w: copy or make it anew", file, err)
	}
	return r, nil
}

// posed loads the poses of a clip that is a file of them.
func (l *loader) posed(i int) (*pose.Recording, error) {
	c, file := &l.manifest.Clips[i], l.manifest.VideoPath(i)
	r, err := ReadPoses(file)
	if err != nil {
		return nil, fmt.Errorf("clip %s: %w", c, err)
	}
	l.videos[i], _, err = l.sums.of(context.Background(), file)
	return r, err
}

// surveyPosed looks whether the poses of a clip that is a file of them are whole.
func (w *extractionWork) surveyPosed(c *clipWork) error {
	text, err := os.ReadFile(c.path)
	if err == nil {
		err = checkSeal(text)
	}
	c.cached = err == nil
	return err
}
