package train

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"fallkit/data"
	"fallkit/pose"
)

// Gradient of a window's logit is the weights themselves.
func (l *logistic) Gradient(x []float32) (logits []float64, gradient []float32, err error) {
	for n := len(l.w); len(x) > 0; x = x[n:] {
		logits, gradient = append(logits, l.logit(x[:n])), append(gradient, l.w...)
	}
	return logits, gradient, nil
}

func adversarial(t *testing.T, dir string, radius float64) *Fit {
	f := fitting(t, dir)
	f.Settings.Adversarial = radius
	f.Gradient = f.Learner.(*logistic)
	return f
}

// drawnBatch is one batch of drawn clips, and a learner that has learned a little.
func drawnBatch(t *testing.T) (*data.Batch, *logistic) {
	t.Helper()
	f := fitting(t, t.TempDir())
	if _, err := f.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	batches, _, err := f.prepare()
	if err != nil {
		t.Fatal(err)
	}
	batch := new(data.Batch)
	batches.Draw(99, batch)
	return batch, f.Learner.(*logistic)
}

func TestAdversaryMovesWindowsAgainstTheModelWithinItsRadius(t *testing.T) {
	const radius = 0.05
	batch, l := drawnBatch(t)
	was := slices.Clone(batch.X)
	s := DefaultFit
	s.Adversarial = radius
	a, err := newAdversary(s, l, pose.DefaultInput)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.move(7, batch); err != nil {
		t.Fatal(err)
	}
	row, moved := len(l.w), 0
	for i, y := range batch.Y {
		before, after := was[i*row:(i+1)*row], batch.X[i*row:(i+1)*row]
		if slices.Equal(before, after) {
			continue
		}
		moved++
		checkWindow(t, before, after, radius)
		if change := l.logit(after) - l.logit(before); change == 0 || (change > 0) != (y < 0.5) {
			t.Errorf("window %d of class %g: the logit changed by %g", i, y, change)
		}
	}
	if moved < 2 || moved > len(batch.Y)-2 {
		t.Errorf("%d of %d windows were moved, want about half", moved, len(batch.Y))
	}
}

func checkWindow(t *testing.T, before, after []float32, radius float64) {
	t.Helper()
	for s := 0; s < len(before); s += pose.Channels {
		b, a := before[s:s+pose.Channels], after[s:s+pose.Channels]
		for j := range pose.Joints {
			if a[3*j+2] != b[3*j+2] {
				t.Fatal("what is seen changed")
			}
			for k := range 2 {
				by := math.Abs(float64(a[3*j+k] - b[3*j+k]))
				if by > radius+1e-6 || (b[3*j+2] == 0 && by != 0) {
					t.Fatalf("joint %d moved by %g", j, by)
				}
			}
		}
		for i, bone := range pose.Bones {
			if v := a[3*pose.Joints+2*i]; v != 0 && v != a[3*bone.To]-a[3*bone.From] {
				t.Fatal("a bone does not join its joints")
			}
		}
	}
}

func TestAdversarialFitIsReproducedAndGoesOn(t *testing.T) {
	whole, plain := t.TempDir(), t.TempDir()
	for dir, radius := range map[string]float64{whole: 0.05, plain: 0} {
		if _, err := adversarial(t, dir, radius).Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(read(t, whole, LogName), read(t, plain, LogName)) {
		t.Error("adversarial training learned the same as plain training")
	}
	for _, stopAt := range []int{0, 4, 8} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		broken := adversarial(t, dir, 0.05)
		broken.Learner = &halting{broken.Learner.(*logistic), stopAt, cancel}
		if _, err := broken.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at step %d: %v", stopAt, err)
		}
		if _, err := adversarial(t, dir, 0.05).Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{LogName, BestName, LastName} {
			if !bytes.Equal(read(t, whole, name), read(t, dir, name)) {
				t.Errorf("stopped at step %d and gone on: %s has other bytes", stopAt, name)
			}
		}
	}
}

// Without it nothing is drawn and nothing is moved: a training is what it was before.
func TestNoAdversary(t *testing.T) {
	a, err := newAdversary(DefaultFit, nil, pose.DefaultInput)
	if a != nil || err != nil {
		t.Errorf("%v, %v", a, err)
	}
	if err := a.move(1, nil); err != nil {
		t.Error(err)
	}
	s, in := DefaultFit, pose.DefaultInput
	s.Adversarial, in.Features = 0.1, pose.Pendulum
	if _, err := newAdversary(s, new(logistic), in); err == nil || !strings.Contains(err.Error(), "sees pendulum features") {
		t.Errorf("features that are no joints: %v", err)
	}
	f := fitting(t, t.TempDir())
	f.Settings.Adversarial = 0.1
	if _, err := f.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "gives no gradient") {
		t.Errorf("a learner without gradient: %v", err)
	}
}
