package data

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"fallkit/pose"
	"fallkit/pose/clipfile"
)

// poseEnding is how the path of a clip ends that is poses and no video; those that fallwatch has
// kept end as clipfile says.
const poseEnding = ".parquet"

// Posed tells whether the clip is a file of poses instead of a video: poses that were made
// up, or those of a video that nobody may keep. Extraction has nothing to do with it.
func (c *Clip) Posed() bool { return posedPath(c.Path) }

func posedPath(file string) bool {
	return strings.EqualFold(path.Ext(file), poseEnding) || keptPath(file)
}

func keptPath(file string) bool { return strings.EqualFold(path.Ext(file), clipfile.Ending) }

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
	_, r, err := ReadOrigin(file)
	return r, err
}

// ReadOrigin is ReadPoses that tells, too, where the poses come from. Those without
// VideoSHA256 were found in no video.
func ReadOrigin(file string) (Origin, *pose.Recording, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Origin{}, nil, fmt.Errorf("read poses: %w", err)
	}
	decode := decodePoses
	if keptPath(file) {
		decode = decodeKept
	}
	o, r, err := decode(text)
	if err != nil {
		return Origin{}, nil, fmt.Errorf("read poses: %s: %w: copy or make it anew", file, err)
	}
	return o, r, nil
}

// liveFootage stands in the place of a video's sum where poses were found in what a camera
// showed, and nobody has kept.
const liveFootage = "live"

// Live tells that nobody has kept the pictures in which the poses were found: they cannot be
// extracted anew.
func (o Origin) Live() bool { return o.VideoSHA256 == liveFootage }

// decodeKept reads a clip that fallwatch has kept.
func decodeKept(text []byte) (Origin, *pose.Recording, error) {
	c, err := clipfile.Decode(text)
	if err != nil {
		return Origin{}, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return Origin{VideoSHA256: liveFootage, Engine: c.Engine, FPS: c.FPS}, c.Recording(), nil
}

// OtherPosesError says that a file of poses that labels.csv names was extracted from a video
// by another engine, or at another rate, than was asked for.
type OtherPosesError struct {
	Clip       *Clip
	File       string
	Has, Asked Origin // engine and rate
}

// Error names both engines and rates.
func (e *OtherPosesError) Error() string {
	return fmt.Sprintf("clip %s: %s has poses of %q, %g a second, and those of %q, %g a second, are asked for",
		e.Clip, e.File, e.Has.Engine, e.Has.FPS, e.Asked.Engine, e.Asked.FPS)
}

// posed loads the poses of a clip that is a file of them. Those that were found in no video
// are nobody's, and go with every engine and rate.
func (l *loader) posed(i int) (*pose.Recording, error) {
	c, file := &l.manifest.Clips[i], l.manifest.VideoPath(i)
	o, r, err := ReadOrigin(file)
	if err != nil {
		return nil, fmt.Errorf("clip %s: %w", c, err)
	}
	if !l.anyPoses && o.VideoSHA256 != "" && (o.Engine != l.engine || o.FPS != l.fps) {
		return nil, &OtherPosesError{c, file, o, Origin{Engine: l.engine, FPS: l.fps}}
	}
	l.videos[i], _, err = l.sums.of(context.Background(), file)
	return r, err
}

// surveyPosed looks whether the poses of a clip that is a file of them are whole.
func (w *extractionWork) surveyPosed(c *clipWork) error {
	text, err := os.ReadFile(c.path)
	switch {
	case err != nil:
	case keptPath(c.path):
		_, _, err = decodeKept(text)
	default:
		err = checkSeal(text)
	}
	c.cached = err == nil
	return err
}
