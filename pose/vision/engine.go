package vision

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"os"
	"slices"
	"time"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// EngineSettings say which of the people that a pose network finds are believed.
type EngineSettings struct {
	InputWidth, InputHeight int     // of the network, in pixels
	MinPersonScore          float32 // a person is believed from here, 0 to 1
	KeepPersonScore         float32 // who is followed already is believed from here, where that is less
	MaxPeople               int     // in one frame, the best first
	SameOverlap             float64 // two poses that overlap (OKS) this much are one person, 0 to 1
	SHA256                  string  // in hex, which the network's file must have; "" = any file
	Runtime                 string  // what the network runs in: OpenCV (also "") or ONNXRuntime; poses do not depend on it

	Profile Profile     // how networks share the work; the zero value is Plain
	Single  NetworkFile // the single-pose network that the profile names, where it names one
}

// NetworkFile is the file of a pose network.
type NetworkFile struct {
	Path   string
	SHA256 string // in hex, which the file must have; "" = any file
}

// read gives the file and its sha256.
func (f NetworkFile) read() (onnx []byte, sum string, err error) {
	onnx, err = os.ReadFile(f.Path)
	if err != nil {
		return nil, "", fmt.Errorf("open pose network: %w", err)
	}
	digest := sha256.Sum256(onnx)
	sum = hex.EncodeToString(digest[:])
	if f.SHA256 != "" && f.SHA256 != sum {
		return nil, "", fmt.Errorf("pose network %s is damaged or another one: its sha256 is %s, and must be %s", f.Path, sum, f.SHA256)
	}
	return onnx, sum, nil
}

// DefaultEngine is for MoveNet MultiPose 256. Among real pictures without people its
// score stays below 0.1; of frames with a lying person 99 % reach 0.15, fewer where the
// person lies at the picture's edge or is partly hidden.
var DefaultEngine = EngineSettings{InputWidth: 256, InputHeight: 256, MinPersonScore: 0.15, KeepPersonScore: 0.07, MaxPeople: 6, SameOverlap: 0.6}

// Check reports the first setting that cannot be.
func (s EngineSettings) Check() error {
	switch {
	case s.InputWidth < 32 || s.InputWidth > 2048 || s.InputWidth%32 != 0 || s.InputHeight < 32 || s.InputHeight > 2048 || s.InputHeight%32 != 0:
		return fmt.Errorf("input size is %dx%d, and must be multiples of 32 from 32 to 2048", s.InputWidth, s.InputHeight)
	case !(s.MinPersonScore > 0 && s.MinPersonScore < 1):
		return fmt.Errorf("min_person_score is %g, and must lie between 0 and 1", s.MinPersonScore)
	case !(s.KeepPersonScore > 0 && s.KeepPersonScore < 1):
		return fmt.Errorf("keep_person_score is %g, and must lie between 0 and 1", s.KeepPersonScore)
	case s.MaxPeople < 1 || s.MaxPeople > 6:
		return fmt.Errorf("max_people is %d, and must be from 1 to 6", s.MaxPeople)
	case !(s.SameOverlap > 0 && s.SameOverlap <= 1):
		return fmt.Errorf("same_overlap is %g, and must be above 0 and at most 1", s.SameOverlap)
	case s.Runtime != "" && s.Runtime != OpenCV && s.Runtime != ONNXRuntime:
		return fmt.Errorf("runtime is %q, and must be %s or %s", s.Runtime, OpenCV, ONNXRuntime)
	case !s.Profile.plain() && s.Single.Path == "":
		return fmt.Errorf("profile %s needs the file of %s", s.Profile.Name, s.Profile.Network)
	}
	return s.Profile.check()
}

// keep is the score from which poses are of any use.
func (s EngineSettings) keep() float32 { return min(s.KeepPersonScore, s.MinPersonScore) }

// Engine finds people's poses in pictures with MoveNet MultiPose and, where its profile
// has one, a single-pose MoveNet for each person's crop. It is not safe for concurrent
// use: each goroutine opens its own.
type Engine struct {
	settings EngineSettings
	id       string
	in       *input
	net      network  // MultiPose; nil = closed
	closeup  *closeup // nil = the profile has none
	spent    Spent
}

// Spent is what an engine has done so far.
type Spent struct {
	Forwards int           // pictures given to MultiPose
	Crops    int           // crops given to the single-pose network
	Network  time.Duration // of that, the time within the networks
}

// decodeVersion goes into an engine's ID: raise it when the same network and settings
// give other poses than before.
const decodeVersion = 1

// profileVersion is the same for what looks at crops and follows people.
const profileVersion = 1

// OpenEngine loads the pose networks, MultiPose from onnxPath, and tries each once, so
// that a file that is broken or another network is found here and not in the middle of a
// video. OpenCV refuses nearly every broken network, but a damaged one can be made that
// crashes it: set SHA256 where it is known.
func OpenEngine(onnxPath string, s EngineSettings) (*Engine, error) {
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("pose engine: %w", err)
	}
	file, sum, err := NetworkFile{onnxPath, s.SHA256}.read()
	if err != nil {
		return nil, err
	}
	var second []byte
	if !s.Profile.plain() {
		if second, s.Single.SHA256, err = s.Single.read(); err != nil {
			return nil, err
		}
	}
	net, err := openNetwork(s.Runtime, file)
	if err != nil {
		return nil, fmt.Errorf("pose network %s cannot be loaded: %w", onnxPath, err)
	}
	in, err := newInput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the pose engine: %w", err), net.close())
	}
	e := &Engine{settings: s, in: in, net: net, id: identity(sum, s)}
	if err := e.try(); err != nil {
		e.Close()
		return nil, fmt.Errorf("pose network %s does not work: %w", onnxPath, err)
	}
	if second != nil {
		if e.closeup, err = openCloseup(s.Single, second, s.Runtime, s.Profile.Side, &e.spent); err != nil {
			e.Close()
			return nil, err
		}
	}
	e.spent = Spent{}
	trim() // loading took a hundred megabytes that nobody needs any more
	return e, nil
}

func identity(sum string, s EngineSettings) string {
	id := fmt.Sprintf("movenet-multipose-%dx%d sha256:%s person>=%g/%g people<=%d same>=%g decode%d tracker%d",
		s.InputWidth, s.InputHeight, start(sum), s.MinPersonScore, s.keep(), s.MaxPeople, s.SameOverlap, decodeVersion, pose.TrackerVersion)
	if s.Profile.plain() { // as it was before there were profiles: poses from then stay good
		return id
	}
	return fmt.Sprintf("%s single sha256:%s profile%d:%s", id, start(s.Single.SHA256), profileVersion, s.Profile.text())
}

// start is enough of a sha256 to tell files apart.
func start(sum string) string { return sum[:min(16, len(sum))] }

// ID names the network, the settings and the versions of what comes after it: equal IDs
// give equal poses. It goes into the cache key of poses and into checkpoints. What the
// network runs in is no part of it: OpenCV and ONNX Runtime sum in another order, and
// their poses differ by less than 0.05 pixels and 0.001 in any score of a network's, so by less
// than 0.0025 in a chance made of it (Confidence).
func (e *Engine) ID() string { return e.id }

// Spent tells how much work the engine has done.
func (e *Engine) Spent() Spent { return e.spent }

// Close frees the network; a second Close does nothing.
func (e *Engine) Close() error {
	if e.net == nil {
		return nil
	}
	err := e.net.close()
	e.in.close()
	if e.closeup != nil {
		err = errors.Join(err, e.closeup.close())
	}
	e.net, e.in, e.closeup = nil, nil, nil
	return err
}

// try runs the network on a black picture.
func (e *Engine) try() error {
	black := gocv.NewMatWithSize(e.settings.InputHeight, e.settings.InputWidth, gocv.MatTypeCV8UC3)
	defer black.Close()
	_, err := e.detect(&black)
	return err
}

// tracker is for the engine's poses: it knows which of them to believe by themselves.
func (e *Engine) tracker() pose.Tracker {
	s := pose.DefaultTracker
	s.MinNew = e.settings.MinPersonScore
	return pose.Tracker{Settings: s}
}

// poses finds the people in one picture (8-bit BGR) without a past, as the profile does,
// best first, in the picture's pixels: also those who are believed only where somebody
// is followed; of these the crops are not looked at.
func (e *Engine) poses(picture *gocv.Mat) ([]pose.Pose, error) {
	people, _, err := e.once(picture)
	return people, err
}

// once is poses, and tells of each whether its joints were seen in the crop.
func (e *Engine) once(picture *gocv.Mat) (kept []pose.Pose, cropped []bool, err error) {
	people, err := e.detect(picture)
	if err != nil || e.closeup == nil {
		return people, make([]bool, len(people)), err
	}
	if e.settings.Profile.Around > 0 { // or a turned look would lend its score to one who is not believed
		people = slices.DeleteFunc(people, func(p pose.Pose) bool { return p.Score < e.settings.MinPersonScore })
	}
	people, origins, err := e.lookAround(picture, people)
	if err != nil {
		return nil, nil, err
	}
	turns, err := e.refine(picture, people, e.settings.MinPersonScore)
	if err != nil {
		return nil, nil, err
	}
	for i := range people {
		if p := &people[i]; !e.convicted(p, origins[i]) && !double(kept, p, e.settings.SameOverlap) {
			kept = append(kept, *p)
			cropped = append(cropped, turns[i] != noTurn && p.Score >= e.settings.MinPersonScore)
		}
	}
	for i := range kept {
		e.settings.Profile.Confidence.apply(&kept[i], cropped[i])
	}
	return kept, cropped, nil
}

// detect has MultiPose find the people in a picture.
func (e *Engine) detect(picture *gocv.Mat) ([]pose.Pose, error) { return e.detectTurned(picture, 0) }

// detectTurned is detect with the picture turned clockwise by quarters (0 to 3); the
// people are those of the picture as it is.
func (e *Engine) detectTurned(picture *gocv.Mat, quarters int) ([]pose.Pose, error) {
	if e.net == nil {
		return nil, errors.New("the pose engine is closed")
	}
	place, err := e.in.fill(picture, quarters, e.settings.InputWidth, e.settings.InputHeight)
	if err == nil {
		err = e.net.load(e.in)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare picture for the pose network: %w", err)
	}
	out, err := e.forward()
	if err != nil {
		return nil, err
	}
	h, err := e.heads(out)
	if err != nil {
		return nil, err
	}
	people := h.decode(e.settings.MaxPeople, e.settings.keep())
	people = distinct(people, e.settings.SameOverlap)
	size := image.Pt(picture.Cols(), picture.Rows())
	turned := size
	if quarters%2 == 1 {
		turned = image.Pt(size.Y, size.X)
	}
	for i := range people {
		place.toPicture(&people[i], turned)
		turnBack(&people[i], 90*quarters, size)
	}
	return people, nil
}

func (e *Engine) forward() (output, error) {
	start := time.Now()
	out, err := e.net.forward()
	if err != nil {
		return output{}, fmt.Errorf("run the pose network: %w", err)
	}
	e.spent.Network += time.Since(start)
	e.spent.Forwards++
	return out, nil
}

// heads checks the shape of the output, whose memory they alias.
func (e *Engine) heads(out output) (heads, error) {
	rows, columns := e.settings.InputHeight/cell, e.settings.InputWidth/cell
	if want := []int{1, channels, rows, columns}; !slices.Equal(out.shape, want) {
		return heads{}, fmt.Errorf("its output is %v instead of %v: not a MultiPose network for %dx%d pictures",
			out.shape, want, e.settings.InputWidth, e.settings.InputHeight)
	}
	return splitHeads(out.values, rows, columns), nil
}

// toPicture takes a pose from pixels of the network's input to pixels of the picture.
func (l placement) toPicture(p *pose.Pose, size image.Point) {
	x := func(v float32) float32 { return float32((float64(v) - float64(l.left)) / l.scale) }
	y := func(v float32) float32 { return float32((float64(v) - float64(l.top)) / l.scale) }
	for j := range p.Keypoints {
		if k := &p.Keypoints[j]; k.Score > 0 {
			k.X, k.Y = x(k.X), y(k.Y)
		}
	}
	width, height := float32(size.X), float32(size.Y)
	p.Box = pose.Box{
		X0: within(x(p.Box.X0), width), Y0: within(y(p.Box.Y0), height),
		X1: within(x(p.Box.X1), width), Y1: within(y(p.Box.Y1), height),
	}
}
