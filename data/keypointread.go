package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"fallkit/pose"
)

// cocoFile is what is read of a keypoint file. Pointers tell what is not there.
type cocoFile struct {
	Images      *[]cocoImage     `json:"images"`
	Annotations *[]cocoPerson    `json:"annotations"`
	Categories  *[]cocoSkeletons `json:"categories"`
}

type cocoImage struct {
	ID       *int64 `json:"id"`
	FileName string `json:"file_name"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`

	Dataset string `json:"dataset,omitempty"`
	Clip    string `json:"clip,omitempty"`
	Frame   *int   `json:"frame,omitempty"`
	State   string `json:"state,omitempty"`
	Skipped string `json:"skipped,omitempty"`
}

type cocoPerson struct {
	ID        int64     `json:"id"`
	ImageID   *int64    `json:"image_id"`
	Category  *int64    `json:"category_id"`
	Keypoints []float64 `json:"keypoints"` // [joint, x y v]
	Labelled  *int      `json:"num_keypoints"`
	Box       []float64 `json:"bbox"` // x, y, width, height
	Area      *float64  `json:"area"`
	Crowd     int       `json:"iscrowd"`
}

type cocoSkeletons struct {
	ID        int64    `json:"id"`
	Name      string   `json:"name"`
	Keypoints []string `json:"keypoints"`
}

// What a keypoint file may say at most, in pixels.
const (
	mostWide   = 100_000
	mostPixels = 1e6 // how far out a box may lie
)

// decodeKeypoints gives the file's people, or its first fault.
func decodeKeypoints(text []byte) (*Keypoints, error) {
	f, err := parseCOCO(text)
	if err != nil {
		return nil, err
	}
	layouts, err := f.layouts()
	if err != nil {
		return nil, err
	}
	k := &Keypoints{Images: make([]KeypointImage, 0, len(*f.Images))}
	at, taken := map[int64]int{}, map[frameName]bool{}
	for i := range *f.Images {
		c := &(*f.Images)[i]
		image, err := c.image()
		if err == nil && taken[image.name()] {
			err = fmt.Errorf("%s is listed twice", image.name())
		}
		if _, twice := at[c.id()]; err == nil && twice {
			err = fmt.Errorf("another image has the id %d, too", c.id())
		}
		if err != nil {
			return nil, fmt.Errorf("image %d of the list: %w", i+1, err)
		}
		at[c.id()], taken[image.name()] = i, true
		k.Images = append(k.Images, image)
	}
	for i := range *f.Annotations {
		if err := (*f.Annotations)[i].into(k, at, layouts); err != nil {
			return nil, fmt.Errorf("annotation %d of the list: %w", i+1, err)
		}
	}
	return k, k.checkSkipped()
}

// parseCOCO takes JSON apart and tells other files from keypoint files.
func parseCOCO(text []byte) (*cocoFile, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	f := new(cocoFile)
	if err := json.Unmarshal(text, f); err != nil {
		return nil, jsonFault(text, err)
	}
	switch {
	case f.Images == nil:
		return nil, errors.New(`this is no COCO keypoint file: it has no "images"`)
	case f.Annotations == nil:
		return nil, errors.New(`this is no COCO keypoint file: it has no "annotations"`)
	}
	return f, nil
}

// jsonFault says in words, and with the line, what is wrong with JSON.
func jsonFault(text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: this is no JSON, or it is cut off: %w", lineAt(text, syntax.Offset), err)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf(`this is no COCO keypoint file but a JSON %s: name the file that has "images" and "annotations"`, kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("line %d: %s is a JSON %s, and must be something else", lineAt(text, kind.Offset), kind.Field, kind.Value)
	}
	return err
}

func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(offset, int64(len(text)))], []byte("\n"))
}

// layout says which joint of the skeleton each of a file's joints is; -1 = none of them.
type layout []pose.Joint

// layouts gives the joints of each category that has some. A file without categories has
// COCO's own, for any category.
func (f *cocoFile) layouts() (func(category int64) layout, error) {
	own := make(layout, pose.Joints)
	for j := range own {
		own[j] = pose.Joint(j)
	}
	if f.Categories == nil {
		return func(int64) layout { return own }, nil
	}
	known := map[int64]layout{}
	for _, c := range *f.Categories {
		if len(c.Keypoints) == 0 {
			continue
		}
		l, err := layoutOf(c.Keypoints)
		if err != nil {
			return nil, fmt.Errorf("category %q: %w", c.Name, err)
		}
		known[c.ID] = l
	}
	if len(known) == 0 && len(*f.Annotations) > 0 {
		return nil, errors.New("no category names its keypoints: this is not a keypoint file")
	}
	return func(category int64) layout { return known[category] }, nil
}

func layoutOf(names []string) (layout, error) {
	l := make(layout, len(names))
	there := map[pose.Joint]bool{}
	for i, name := range names {
		l[i] = jointNamed(name)
		if l[i] >= 0 && there[l[i]] {
			return nil, fmt.Errorf("keypoint %q is there twice", name)
		}
		there[l[i]] = true
	}
	for j := pose.LeftShoulder; j <= pose.RightAnkle; j++ {
		if !there[j] {
			return nil, fmt.Errorf("keypoint %q is missing: people need COCO's joints from shoulders to ankles", j)
		}
	}
	return l, nil
}

func jointNamed(name string) pose.Joint {
	for j := range pose.Joint(pose.Joints) {
		if j.String() == name {
			return j
		}
	}
	return -1
}

func (c *cocoImage) id() int64 {
	if c.ID == nil {
		return 0
	}
	return *c.ID
}

// image checks what the file says of one picture.
func (c *cocoImage) image() (KeypointImage, error) {
	k := KeypointImage{Path: c.FileName, Width: c.Width, Height: c.Height, Dataset: c.Dataset, Clip: c.Clip, Frame: -1, State: c.State, Skipped: c.Skipped}
	if c.Frame != nil {
		k.Frame = *c.Frame
	}
	switch {
	case c.ID == nil:
		return k, errors.New("it has no id")
	case badPath(c.FileName):
		return k, fmt.Errorf("file_name is %q, and must be a path in the data folder: with / between folders, and neither absolute nor with .. in it", c.FileName)
	case c.Width < 1 || c.Width > mostWide || c.Height < 1 || c.Height > mostWide:
		return k, fmt.Errorf("width and height are %d and %d, and must be 1 to %d", c.Width, c.Height, mostWide)
	case c.Frame != nil && (*c.Frame < 0 || *c.Frame > manyFrames):
		return k, fmt.Errorf("frame is %d, and must be 0 to %d", *c.Frame, manyFrames)
	case c.Frame != nil && (badWord(c.Dataset) != "" || badWord(c.Clip) != ""):
		return k, fmt.Errorf("dataset %q and clip %q must be names, since frame is given", c.Dataset, c.Clip)
	case c.Frame == nil && c.Dataset+c.Clip != "":
		return k, errors.New("frame is missing, since dataset and clip are given")
	case !slices.Contains([]string{"", StateFalling, StateLying, StateElse}, c.State):
		return k, fmt.Errorf("state is %q, and must be %s, %s, %s or left out", c.State, StateFalling, StateLying, StateElse)
	case !slices.Contains([]string{"", SkippedNobody, SkippedUnclear, SkippedUnfinished}, c.Skipped):
		return k, fmt.Errorf("skipped is %q, and must be %s, %s, %s or left out", c.Skipped, SkippedNobody, SkippedUnclear, SkippedUnfinished)
	}
	return k, nil
}

func badPath(path string) bool {
	return path == "" || strings.Contains(path, `\`) || strings.ContainsFunc(path, unicode.IsControl) || !filepath.IsLocal(filepath.FromSlash(path))
}

// frameName is one picture among all.
type frameName struct {
	path  string
	frame int
}

func (n frameName) String() string {
	if n.frame < 0 {
		return n.path
	}
	return fmt.Sprintf("frame %d of %s", n.frame, n.path)
}

func (k *KeypointImage) name() frameName { return frameName{k.Path, k.Frame} }

// into puts a person into the picture that it belongs to.
func (c *cocoPerson) into(k *Keypoints, at map[int64]int, layouts func(int64) layout) error {
	switch {
	case c.ImageID == nil:
		return errors.New("it has no image_id")
	case c.Category == nil:
		return errors.New("it has no category_id")
	case c.Keypoints == nil:
		return errors.New("it has no keypoints: this is not a keypoint file")
	case c.Crowd != 0 && c.Crowd != 1:
		return fmt.Errorf("iscrowd is %d, and must be 0 or 1", c.Crowd)
	}
	i, ok := at[*c.ImageID]
	if !ok {
		return fmt.Errorf("no image has the id %d", *c.ImageID)
	}
	l := layouts(*c.Category)
	if l == nil {
		return fmt.Errorf("category %d has no keypoints in the list of categories", *c.Category)
	}
	image := &k.Images[i]
	p, err := c.person(image, l)
	if err != nil {
		return fmt.Errorf("%w (in %s)", err, image.name())
	}
	image.People = append(image.People, p)
	return nil
}

func (c *cocoPerson) person(image *KeypointImage, l layout) (p TruePerson, err error) {
	if len(c.Keypoints) != 3*len(l) {
		return p, fmt.Errorf("keypoints has %d numbers, and must have %d: x, y and v of %d joints", len(c.Keypoints), 3*len(l), len(l))
	}
	p.Crowd = c.Crowd == 1
	for i, joint := range l {
		t, err := trueJoint(c.Keypoints[3*i:], image)
		if err != nil {
			return p, fmt.Errorf("keypoint %d: %w", i+1, err)
		}
		if joint >= 0 {
			p.Joints[joint] = t
		}
	}
	// CrowdPose, with joints of its own, counts only some of them.
	if n := p.Labelled(); c.Labelled != nil && *c.Labelled != n && !slices.Contains(l, -1) {
		return p, fmt.Errorf("num_keypoints is %d, and %d keypoints are labelled", *c.Labelled, n)
	}
	return p, c.place(&p)
}

// trueJoint reads x, y, v.
func trueJoint(v []float64, image *KeypointImage) (TrueJoint, error) {
	x, y, seen := v[0], v[1], v[2]
	switch {
	case seen != 0 && seen != 1 && seen != 2:
		return TrueJoint{}, fmt.Errorf("its visibility is %g, and must be 0, 1 or 2", seen)
	case seen == 0:
		return TrueJoint{}, nil
	case x < 0 || y < 0 || x > float64(image.Width) || y > float64(image.Height):
		return TrueJoint{}, fmt.Errorf("it lies at (%g, %g), outside of the picture of %dx%d", x, y, image.Width, image.Height)
	}
	return TrueJoint{X: float32(x), Y: float32(y), Seen: Visibility(seen)}, nil
}

// place reads box and area; where there are none, they are those of the joints.
func (c *cocoPerson) place(p *TruePerson) error {
	p.Surround()
	if c.Box != nil {
		b := c.Box
		if len(b) != 4 {
			return fmt.Errorf("bbox has %d numbers, and must have 4: x, y, width and height", len(b))
		}
		if b[2] < 0 || b[3] < 0 {
			return fmt.Errorf("bbox is %g wide and %g high, and must not be below 0", b[2], b[3])
		}
		for _, v := range []float64{b[0], b[1], b[0] + b[2], b[1] + b[3]} {
			if math.Abs(v) > mostPixels {
				return fmt.Errorf("bbox reaches %g, and no picture is that large", v)
			}
		}
		p.Box = pose.Box{X0: float32(b[0]), Y0: float32(b[1]), X1: float32(b[0] + b[2]), Y1: float32(b[1] + b[3])}
		p.Area = b[2] * b[3]
	}
	if c.Area != nil && *c.Area != 0 {
		if p.Area = *c.Area; !(p.Area > 0 && p.Area <= mostPixels*mostPixels) {
			return fmt.Errorf("area is %g, and cannot be", p.Area)
		}
	}
	return nil
}

// checkSkipped: a picture that shows nobody has nobody in it.
func (k *Keypoints) checkSkipped() error {
	for i := range k.Images {
		image := &k.Images[i]
		if (image.Skipped == SkippedNobody || image.Skipped == SkippedUnclear) && len(image.People) > 0 {
			return fmt.Errorf("%s is skipped (%s) and has %d annotations: take away the one or the others", image.name(), image.Skipped, len(image.People))
		}
	}
	return nil
}
