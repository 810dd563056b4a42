package train

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
)

// logistic learns one number for every feature of a window: enough to tell a fall, and
// small enough to be checked by eye.
type logistic struct {
	w, momentum []float32
	steps       int
	breakAt     int // this step's loss is not a number; 0 = never
}

func newLogistic(in pose.Input) *logistic {
	n := in.Steps() * pose.Channels
	return &logistic{w: make([]float32, n), momentum: make([]float32, n)}
}

func (l *logistic) logit(x []float32) (z float64) {
	for i, v := range x {
		z += float64(v) * float64(l.w[i])
	}
	return z
}

func (l *logistic) Step(x, y, weight []float32, rate float64) (loss float64, err error) {
	if l.steps++; l.steps == l.breakAt {
		return math.NaN(), errors.New("the loss is not a number")
	}
	n := len(l.w)
	for r := range y {
		row := x[r*n : (r+1)*n]
		p := 1 / (1 + math.Exp(-l.logit(row)))
		loss -= float64(y[r])*math.Log(p) + (1-float64(y[r]))*math.Log(1-p)
		for i, v := range row {
			l.momentum[i] = 0.99*l.momentum[i] - 0.01*float32(p-float64(y[r]))*v*weight[r]
		}
	}
	for i := range l.w {
		l.w[i] += float32(rate) * l.momentum[i]
	}
	return loss / float64(len(y)), nil
}

func (l *logistic) Score(x []float32) ([]float64, error) {
	n := len(l.w)
	scores := make([]float64, len(x)/n)
	for r := range scores {
		scores[r] = 1 / (1 + math.Exp(-l.logit(x[r*n:(r+1)*n])))
	}
	return scores, nil
}

// Parameters borrows the smallest network's names, so that checkpoints can be checked.
func (l *logistic) Parameters() model.Parameters { return tinySpec().Init(1) }

func (l *logistic) State() map[string][]float32 {
	return map[string][]float32{
		"w": append([]float32(nil), l.w...), "momentum": append([]float32(nil), l.momentum...), "steps": {float32(l.steps)},
	}
}

func (l *logistic) Restore(_ model.Parameters, state map[string][]float32) error {
	copy(l.w, state["w"])
	copy(l.momentum, state["momentum"])
	l.steps = int(state["steps"][0])
	return nil
}

func tinySpec() model.Spec {
	return model.Spec{Inputs: pose.Channels, Channels: 1, Kernel: 1, Dilations: []int{1}, Steps: pose.DefaultInput.Steps()}
}

// fitting is a short training over drawn people: half of them fall.
func fitting(t *testing.T, dir string) *Fit {
	t.Helper()
	settings := DefaultFit
	settings.Epochs, settings.StepsPerEpoch, settings.Batch, settings.LearningRate = 4, 3, 16, 0.02
	return &Fit{
		Settings: settings, Learner: newLogistic(pose.DefaultInput), Input: pose.DefaultInput, Augment: data.DefaultAugment,
		Train: drawnClips(6), Validation: drawnClips(4), Dir: dir,
		Blank: model.Checkpoint{Spec: tinySpec(), Input: pose.DefaultInput, PoseEngine: "drawn", Threshold: 0.5},
	}
}

func drawnClips(n int) []data.Example {
	var examples []data.Example
	for i := range n {
		e := data.Example{Index: i, Clip: &data.Clip{ID: string(rune('a' + i)), Label: data.LabelADL}}
		down := func(float64) float64 { return 0 }
		if i%2 == 0 {
			e.Clip.Label = data.LabelFall
			e.Falls = []data.Span{{Start: 3, End: 3.8}}
			down = func(t float64) float64 { return math.Pow(min(1, max(0, (t-3)/0.8)), 2) }
		}
		e.Recording = drawnRecording(float32(80+20*i), down)
		examples = append(examples, e)
	}
	return examples
}

func drawnRecording(x float32, down func(float64) float64) *pose.Recording {
	r := &pose.Recording{Width: 320, Height: 240}
	t := pose.Track{ID: 1}
	for i := range 75 {
		time := float64(i) / 12.5
		sin, cos := math.Sincos(down(time) * math.Pi / 2)
		var p pose.Pose
		for j := range p.Keypoints {
			wide, high := 10*float64(j%3-1), 12*float64(pose.Joints-j)
			p.Keypoints[j] = pose.Keypoint{X: x + float32(cos*wide+sin*high), Y: 220 - float32(cos*high-sin*wide), Score: 0.9}
		}
		t.Times, t.Poses = append(t.Times, time), append(t.Poses, p)
	}
	r.FrameTimes, r.PoseTimes, r.Tracks = t.Times, t.Times, []pose.Track{t}
	return r
}

func TestFitLearnsAndLeavesARun(t *testing.T) {
	dir := t.TempDir()
	out, err := fitting(t, dir).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	first, last := out.Epochs[0], out.Epochs[len(out.Epochs)-1]
	if !(last.ValLoss < first.ValLoss) || !(out.Best.ValAP > 0.9) {
		t.Errorf("validation loss from %g to %g, best average precision %g", first.ValLoss, last.ValLoss, out.Best.ValAP)
	}
	logged, err := ReadLog(filepath.Join(dir, LogName))
	if err != nil || len(logged) != 4 || logged[3] != last {
		t.Errorf("the log holds %v (%v), want %v", logged, err, out.Epochs)
	}
	for _, name := range []string{BestName, LastName} {
		if _, err := model.Load(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// halting is a learner whose process is stopped after some steps.
type halting struct {
	*logistic
	left int
	stop context.CancelFunc
}

func (h *halting) Step(x, y, weight []float32, rate float64) (float64, error) {
	if h.left--; h.left < 0 {
		h.stop()
	}
	return h.logistic.Step(x, y, weight, rate)
}

func TestFitGoesOnAsIfItHadNeverStopped(t *testing.T) {
	whole := t.TempDir()
	if _, err := fitting(t, whole).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	for stopAt := range 12 {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		broken := fitting(t, dir)
		broken.Learner = &halting{newLogistic(pose.DefaultInput), stopAt, cancel}
		if _, err := broken.Run(ctx); !errors.Is(err, context.Canceled) && stopAt < 11 {
			t.Fatalf("stopped at step %d: %v", stopAt, err)
		}
		if _, err := fitting(t, dir).Run(context.Background()); err != nil {
			t.Fatalf("going on from step %d: %v", stopAt, err)
		}
		for _, name := range []string{LogName, BestName, LastName} {
			if a, b := read(t, whole, name), read(t, dir, name); !bytes.Equal(a, b) {
				t.Errorf("stopped at step %d and gone on: %s has other bytes", stopAt, name)
			}
		}
	}
}

// TestFitGoesOnWithItsMean: a stop loses nothing of the mean either, and the kept model is
// judged by it.
func TestFitGoesOnWithItsMean(t *testing.T) {
	averaged := func(dir string) *Fit {
		f := fitting(t, dir)
		f.Settings.Average = 0.9
		f.Learner = &moving{logistic: newLogistic(pose.DefaultInput), own: tinySpec().Init(1)}
		return f
	}
	whole := t.TempDir()
	out, err := averaged(whole).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, stopAt := range []int{1, 5, 11} {
		dir := t.TempDir()
		broken := averaged(dir)
		broken.Learner.(*moving).logistic.breakAt = stopAt + 1
		if _, err := broken.Run(context.Background()); err == nil {
			t.Fatalf("it was not stopped at step %d", stopAt)
		}
		if _, err := averaged(dir).Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{LogName, BestName, LastName} {
			if a, b := read(t, whole, name), read(t, dir, name); !bytes.Equal(a, b) {
				t.Errorf("stopped at step %d and gone on: %s has other bytes", stopAt, name)
			}
		}
	}
	best, err := model.Load(filepath.Join(whole, BestName))
	if err != nil {
		t.Fatal(err)
	}
	// The parameter is the number of steps: its mean after n of them has a closed form.
	mean := float32(0)
	for step := range out.Best.Step {
		keep := float32(min(0.9, float64(1+step)/float64(10+step)))
		if step == 0 {
			keep = 0
		}
		mean = keep*mean + (1-keep)*float32(step+1)
	}
	if got := best.Parameters[model.HeadBias][0]; math.Abs(float64(got-mean)) > 1e-4 {
		t.Errorf("the kept mean is %v after %d steps, want %v", got, out.Best.Step, mean)
	}
}

// moving is a learner whose head's bias is the number of its steps.
type moving struct {
	*logistic
	own model.Parameters
}

func (m *moving) Step(x, y, weight []float32, rate float64) (float64, error) {
	loss, err := m.logistic.Step(x, y, weight, rate)
	m.own[model.HeadBias][0] = float32(m.steps)
	return loss, err
}

func (m *moving) Parameters() model.Parameters { return m.own.Clone() }

func (m *moving) Restore(p model.Parameters, state map[string][]float32) error {
	m.own = p.Clone()
	return m.logistic.Restore(p, state)
}

// sure is a teacher that always says the same.
type sure float64

func (s sure) Probabilities(x []float32) ([]float64, error) {
	says := make([]float64, len(x)/(pose.DefaultInput.Steps()*pose.Channels))
	for i := range says {
		says[i] = float64(s)
	}
	return says, nil
}

// TestATeacherIsAShareOfTheTargets, whatever the labels say.
func TestATeacherIsAShareOfTheTargets(t *testing.T) {
	for _, test := range []struct{ weight, fall, none float64 }{{0.25, 0.9, 0.15}, {1, 0.6, 0.6}} {
		f := fitting(t, t.TempDir())
		f.Teacher, f.Settings.TeacherWeight = sure(0.6), test.weight
		batches, _, err := f.prepare()
		if err != nil {
			t.Fatal(err)
		}
		var batch data.Batch
		batches.Draw(1, &batch)
		labels := slices.Clone(batch.Y)
		if err := f.teach(&batch); err != nil {
			t.Fatal(err)
		}
		for i, y := range batch.Y {
			want := test.none
			if labels[i] == 1 {
				want = test.fall
			}
			if math.Abs(float64(y)-want) > 1e-6 {
				t.Fatalf("weight %g: the target of a window labelled %v is %v, want %v", test.weight, labels[i], y, want)
			}
		}
	}
}

// fixedLogits is a network that answers by what a window begins with.
type fixedLogits float64

func (f fixedLogits) Logits(x []float32) ([]float64, error) {
	return []float64{float64(f) * float64(x[0]), -float64(f)}, nil
}
func (fixedLogits) Close() error { return nil }

func TestAnEnsembleIsTheMeanOfItsProbabilities(t *testing.T) {
	got, err := Ensemble{fixedLogits(0), fixedLogits(2)}.Probabilities([]float32{1, 5})
	want := []float64{(0.5 + 1/(1+math.Exp(-2))) / 2, (0.5 + 1/(1+math.Exp(2))) / 2}
	if err != nil || len(got) != 2 || math.Abs(got[0]-want[0]) > 1e-12 || math.Abs(got[1]-want[1]) > 1e-12 {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
}

func TestFitForgetsALogLineThatItsCheckpointDoesNotKnow(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	if _, err := fitting(t, whole).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	short := fitting(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	short.Learner = &halting{newLogistic(pose.DefaultInput), 6, cancel}
	if _, err := short.Run(ctx); err == nil {
		t.Fatal("it was not stopped")
	}
	more := append(read(t, dir, LogName), []byte(`{"epoch":3,"step":9,"loss":1,"val_loss":1,"val_ap":1,"rate":1}`+"\n")...)
	if err := os.WriteFile(filepath.Join(dir, LogName), more, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := fitting(t, dir).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if a, b := read(t, whole, LogName), read(t, dir, LogName); !bytes.Equal(a, b) {
		t.Errorf("the log is\n%s\nwant\n%s", b, a)
	}
}

func TestFitRefusesToGoOnWithAnotherTraining(t *testing.T) {
	dir := t.TempDir()
	if _, err := fitting(t, dir).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	other := fitting(t, dir)
	other.Blank.Meta = map[string]string{"data": "other clips"}
	if _, err := other.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "another training") {
		t.Errorf("error is %v", err)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFitStopsAtALossThatIsNoNumber(t *testing.T) {
	f := fitting(t, t.TempDir())
	f.Learner.(*logistic).breakAt = 5
	_, err := f.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "step 2 of epoch 2") {
		t.Errorf("error is %v", err)
	}
}

func TestFitStopsEarly(t *testing.T) {
	f := fitting(t, t.TempDir())
	f.Settings.Epochs, f.Settings.Patience, f.Settings.LearningRate = 50, 2, 1e-30
	out, err := f.Run(context.Background())
	if err != nil || !out.EarlyStop || len(out.Epochs) != 3 {
		t.Errorf("%d epochs, early stop %v, %v", len(out.Epochs), out.EarlyStop, err)
	}
}

func TestRateWarmsUpAndComesDown(t *testing.T) {
	s := DefaultFit
	last := 0.0
	for step := range s.StepsPerEpoch {
		if r := s.rate(step); r <= last {
			t.Fatalf("step %d of the warm-up: rate %g after %g", step, r, last)
		} else {
			last = r
		}
	}
	if last != s.LearningRate {
		t.Errorf("the warm-up ends at %g", last)
	}
	for step := s.StepsPerEpoch + 1; step < s.Epochs*s.StepsPerEpoch; step++ {
		if r := s.rate(step); r > last {
			t.Fatalf("step %d: rate %g after %g", step, r, last)
		} else {
			last = r
		}
	}
	if math.Abs(last-0.01*s.LearningRate) > 1e-3*s.LearningRate {
		t.Errorf("the last rate is %g", last)
	}
}

func TestFitSettingsFaultsNameEveryKey(t *testing.T) {
	var none FitSettings
	none.LearningRate, none.ClipNorm = math.NaN(), -1
	faults := errors.Join(none.Faults()...).Error()
	for _, key := range []string{"epochs", "steps_per_epoch", "batch", "learning_rate", "clip_norm", "patience", "validation_share", "stride"} {
		if !strings.Contains(faults, "fit."+key+" is") {
			t.Errorf("no word about %s in:\n%s", key, faults)
		}
	}
	if f := DefaultFit.Faults(); f != nil {
		t.Errorf("the default is faulty: %v", f)
	}
}
