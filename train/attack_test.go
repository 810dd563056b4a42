package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/pose"
)

// linear is a network by hand: its logit is the weighted sum of a window's numbers.
type linear struct {
	w    []float32
	bias float64
	err  error
}

func (l linear) logit(x []float32) float64 {
	z := l.bias
	for i, v := range x {
		z += float64(v) * float64(l.w[i])
	}
	return z
}

func (l linear) Score(window []float32) float64 { return 1 / (1 + math.Exp(-l.logit(window))) }

func (l linear) Gradient(x []float32) (logits []float64, gradient []float32, err error) {
	for ; len(x) > 0; x = x[len(l.w):] {
		logits, gradient = append(logits, l.logit(x[:len(l.w)])), append(gradient, l.w...)
	}
	return logits, gradient, l.err
}

func (l linear) victim() (Victim, error) {
	return Victim{Scorer: &WindowScorer{Input: pose.DefaultInput, Scorer: l}, Gradient: l}, nil
}

// arms and legs are joints that decide nothing about a drawn person's centre and size.
var (
	arms = []pose.Joint{pose.LeftElbow, pose.RightElbow, pose.LeftWrist, pose.RightWrist}
	legs = []pose.Joint{pose.LeftKnee, pose.RightKnee, pose.LeftAnkle, pose.RightAnkle}
)

// drawnTorso is the drawn person's body size in pixels.
const drawnTorso = 72.0

// armsOut looks at the newest step alone: the further the arms are to the right of the legs,
// the higher the score. Where the centre is makes no difference. The drawn person's logit is
// -1, and arms and legs that move a pixel each change it by 8·4/torso.
func armsOut() linear {
	const steep = 4
	l := linear{w: make([]float32, pose.DefaultInput.Steps()*pose.Channels), bias: -1}
	last := l.w[len(l.w)-pose.Channels:]
	for i := range arms {
		last[3*arms[i]], last[3*legs[i]] = steep, -steep
	}
	return l
}

// waving is a person who stands, and whose arms are further right by some pixels from 3 to 4.2 s.
func waving(name string, falls bool, out float32) Judged {
	r := drawnRecording(120, func(float64) float64 { return 0 })
	t := &r.Tracks[0]
	for i := range t.Poses {
		if t.Times[i] >= 3 && t.Times[i] < 4.2 {
			for _, j := range arms {
				t.Poses[i].Keypoints[j].X += out
			}
		}
		t.Poses[i].Keypoints[pose.LeftEar].Score = 0.05 // not seen
	}
	j := Judged{Clip: name, Group: name, Seconds: r.Duration(), Fall: falls, Recording: r}
	if falls {
		j.Falls = []data.Span{{Start: 3, End: 3.8}}
	}
	j.Scores = ScoreRecording(r, pose.DefaultInput, armsOut())
	return j
}

func attackOn(l linear) Attack {
	return Attack{
		Settings: DefaultAttack, Input: pose.DefaultInput, Alarm: alarm.Default, Open: l.victim,
		Hide: true, Fake: true, Workers: 1, Resamples: 100,
	}
}

// With the logit at 1 (arms out by nine pixels) or at -1, and a slope of 8·4/72 a pixel, two and
// a quarter pixels bring it to the threshold: one along the gradient needs no more. PGD starts
// with all joints moved at random, and so changes the body's size by a few hundredths.
func TestTheSmallestDisplacementIsTheOneThatTheoryGives(t *testing.T) {
	const want = drawnTorso / 32
	r, err := attackOn(armsOut()).Run(context.Background(), []Judged{waving("fall", true, 9), waving("adl", false, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Clips) != 2 {
		t.Fatalf("%d targets, want the fall and the quiet clip", len(r.Clips))
	}
	for _, c := range r.Clips {
		if math.Abs(c.BodyPx-drawnTorso) > 1e-3 {
			t.Errorf("%s: body of %g px, want %g", c.Clip, c.BodyPx, drawnTorso)
		}
		for method, slack := range map[string]float64{AttackFGSM: 0.04, AttackPGD: 0.1} {
			got := c.SmallestPx[method]
			if got == nil || *got < want-1e-3 && method == AttackFGSM || math.Abs(*got-want) > slack*want {
				t.Errorf("%s by %s: %v px, want %g", c.Clip, method, orNaN(got), want)
			}
		}
		if noise := c.SmallestPx[AttackRandom]; noise != nil && *noise < 1.2*want {
			t.Errorf("%s: random noise of %g px came through, as good as the gradient", c.Clip, *noise)
		}
	}
	hide := method(r.Hide, AttackFGSM)
	for i, want := range []int{1, 1, 1, 1, 0, 0} {
		if p := hide.Budgets[i]; p.Count != want || p.Held.Value != float64(want) {
			t.Errorf("%g px: %d falls found (%g), want %d", p.Px, p.Count, p.Held.Value, want)
		}
	}
}

// calibrated makes other probabilities of the same logits.
type calibrated struct{ linear }

func (c calibrated) Score(window []float32) float64 {
	return 1 / (1 + math.Exp(-2*c.logit(window)-1))
}

// The threshold lies at a logit of -1/2 then, which the attack is not told.
func TestAnAttackNeedsNotKnowWhatADetectorMakesOfItsLogits(t *testing.T) {
	c := calibrated{armsOut()}
	a := attackOn(c.linear)
	a.Open = func() (Victim, error) {
		return Victim{Scorer: &WindowScorer{Input: pose.DefaultInput, Scorer: c}, Gradient: c}, nil
	}
	clips := []Judged{waving("fall", true, 9), waving("adl", false, 0)}
	for i := range clips {
		clips[i].Scores = ScoreRecording(clips[i].Recording, pose.DefaultInput, c)
	}
	r, err := a.Run(context.Background(), clips)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1.5 * drawnTorso / 32, 0.5 * drawnTorso / 32} {
		for _, method := range []string{AttackFGSM, AttackPGD} {
			if got := orNaN(r.Clips[i].SmallestPx[method]); !(math.Abs(got-want) < 0.1*want) {
				t.Errorf("%s by %s: %g px, want %g", r.Clips[i].Clip, method, got, want)
			}
		}
	}
}

func method(s *AttackSide, name string) AttackMethod {
	for _, m := range s.Methods {
		if m.Method == name {
			return m
		}
	}
	return AttackMethod{}
}

// anyLinear weighs every number of a window at random.
func anyLinear(t *rapid.T) linear {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "weights"), 4))
	l := linear{w: make([]float32, pose.DefaultInput.Steps()*pose.Channels), bias: rng.NormFloat64()}
	for i := range l.w {
		l.w[i] = float32(rng.NormFloat64() / 40)
	}
	return l
}

func TestAnAttackKeepsToItsBallItsBonesAndWhatIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := anyLinear(t)
		j := waving("clip", rapid.Bool().Draw(t, "fall"), 9)
		j.Scores = ScoreRecording(j.Recording, pose.DefaultInput, l)
		target := quietTarget(&j, pose.DefaultInput, alarm.Default)
		if j.Fall {
			target = fallTarget(&j, j.Falls[0], pose.DefaultInput, alarm.Default)
		}
		v, _ := l.victim()
		name := rapid.SampledFrom(attackMethods(true)).Draw(t, "method")
		a, err := newAttacker(target, v, name, AttackSettings{Steps: 6, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		budget := rapid.Float64Range(0.1, 12).Draw(t, "budget")
		if _, err := a.attempt(context.Background(), budget); err != nil {
			t.Fatal(err)
		}
		if a.reach() > budget {
			t.Fatalf("it reached %g of %g px", a.reach(), budget)
		}
		for k := range target.tracks {
			part := &target.tracks[k]
			for i := range part.moved.Poses {
				checkMoved(t, part, i, budget, name == AttackPGDBones)
			}
		}
	})
}

func checkMoved(t *rapid.T, part *targetTrack, i int, budget float64, bones bool) {
	was, is := &part.clean.Poses[i], &part.moved.Poses[i]
	for j := range pose.Joint(pose.Joints) {
		a, b := was.Keypoints[j], is.Keypoints[j]
		if a.Score != b.Score {
			t.Fatalf("pose %d: the confidence of joint %v changed", i, j)
		}
		if (i < part.lo || i >= part.hi || !was.Seen(j, pose.DefaultInput.MinScore)) && a != b {
			t.Fatalf("pose %d: joint %v must not move and did", i, j)
		}
		if math.Abs(float64(a.X-b.X)) > budget+1e-3 || math.Abs(float64(a.Y-b.Y)) > budget+1e-3 {
			t.Fatalf("pose %d: joint %v moved from %v to %v, with %g px allowed", i, j, a, b, budget)
		}
	}
	for _, bone := range pose.Bones {
		if !bones || !was.Seen(bone.From, pose.DefaultInput.MinScore) || !was.Seen(bone.To, pose.DefaultInput.MinScore) {
			continue
		}
		if a, b := lengthOf(was, bone), lengthOf(is, bone); math.Abs(a-b) > max(boneShare*a, bonePixels)+1e-3 {
			t.Fatalf("pose %d: bone %v was %g px long and is %g", i, bone, a, b)
		}
	}
}

func lengthOf(p *pose.Pose, b pose.Bone) float64 {
	from, to := p.Keypoints[b.From], p.Keypoints[b.To]
	return math.Hypot(float64(to.X-from.X), float64(to.Y-from.Y))
}

// Moving along with all bones, as a whole, costs nothing: the projection must not undo it.
func TestKeepBonesLeavesWhatKeepsThem(t *testing.T) {
	r := drawnRecording(120, func(float64) float64 { return 0.3 })
	p := &r.Tracks[0].Poses[0]
	var s, want pose.Shift
	for j := range s {
		s[j] = [2]float64{2, -1.5}
	}
	want = s
	keepBones(p, &s, 2, 0.1)
	if s != want {
		t.Errorf("a move of the whole body became %v", s)
	}
	for j := range s {
		s[j] = [2]float64{5, 0}
	}
	keepBones(p, &s, 2, 0.1)
	for j := range s {
		if s[j] != [2]float64{2, 0} {
			t.Fatalf("joint %d moves by %v, want the ball's edge", j, s[j])
		}
	}
}

func TestLoudnessIsSmoothAndNearTheLoudestStretch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SliceOfN(rapid.Float64Range(-30, 30), 3, 12).Draw(t, "logits")
		var stretches []stretch
		for first := 0; first+2 < len(z); first++ {
			stretches = append(stretches, stretch{first, first + 2})
		}
		slope := make([]float64, len(z))
		got := loudness(z, stretches, slope)
		want := math.Inf(-1)
		for _, s := range stretches {
			want = max(want, min(z[s.first], z[s.first+1], z[s.last]))
		}
		if got < want-math.Log(3)-1e-9 || got > want+math.Log(float64(len(stretches)))+1e-9 {
			t.Fatalf("loudness %g, and the loudest stretch has %g", got, want)
		}
		sum := 0.0
		for i := range z {
			const step = 1e-5
			up, down, scratch := append([]float64(nil), z...), append([]float64(nil), z...), make([]float64, len(z))
			up[i] += step
			down[i] -= step
			d := (loudness(up, stretches, scratch) - loudness(down, stretches, scratch)) / (2 * step)
			if math.Abs(d-slope[i]) > 1e-5 {
				t.Fatalf("logit %d: slope %g, and by differences %g", i, slope[i], d)
			}
			sum += slope[i]
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("slopes sum to %g: all logits higher by 1 is louder by 1", sum)
		}
	})
	if got := loudness(nil, nil, nil); !math.IsInf(got, -1) {
		t.Errorf("nothing to hear: %g", got)
	}
}

// manyWaving are clips whose falls are found by more or less, and quiet ones.
func manyWaving() (clips []Judged) {
	for i := range 3 {
		clips = append(clips, waving(string(rune('a'+i)), true, 7+3*float32(i)), waving(string(rune('p'+i)), false, 2*float32(i)-3))
	}
	return clips
}

// quickAttack takes few steps.
func quickAttack() Attack {
	a := attackOn(armsOut())
	a.Settings.Steps = 5
	return a
}

// wavingResult is what came out for manyWaving.
var wavingResult = sync.OnceValues(func() (AttackResult, error) {
	return quickAttack().Run(context.Background(), manyWaving())
})

func TestAttackResultDoesNotDependOnWorkersOrOtherClips(t *testing.T) {
	all, err := wavingResult()
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	a := quickAttack()
	for _, workers := range []int{3} {
		a.Workers = workers
		r, err := a.Run(context.Background(), manyWaving())
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d workers: another result than with one", workers)
		}
	}
	alone, err := a.Run(context.Background(), manyWaving()[2:3])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Clips {
		if c.Clip == alone.Clips[0].Clip && *c.SmallestPx[AttackPGD] != *alone.Clips[0].SmallestPx[AttackPGD] {
			t.Error("a clip's result depends on the other clips")
		}
	}
}

func TestWhatHoldsNeverRisesWithTheBudget(t *testing.T) {
	r, err := wavingResult()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*AttackSide{r.Hide, r.Fake} {
		if s.Attacked == 0 {
			t.Fatal("nothing was attacked")
		}
		for _, m := range s.Methods {
			if first := m.Budgets[0]; first.Px != 0 || first.Count != s.Attacked {
				t.Errorf("%s: at %g px %d hold, and %d were attacked", m.Method, first.Px, first.Count, s.Attacked)
			}
			for i, p := range m.Budgets[1:] {
				if p.Count > m.Budgets[i].Count || p.Held.Value > m.Budgets[i].Held.Value {
					t.Errorf("%s: more hold at %g px than at %g", m.Method, p.Px, m.Budgets[i].Px)
				}
				if p.FalseAlarmsPerHour != nil && p.FalseAlarmsPerHour.Value < m.Budgets[i].FalseAlarmsPerHour.Value {
					t.Errorf("%s: fewer false alarms at %g px", m.Method, p.Px)
				}
			}
			if last := m.Budgets[len(m.Budgets)-1]; last.Count != s.Attacked-m.Reached {
				t.Errorf("%s: %d came through, and %d of %d hold", m.Method, m.Reached, last.Count, s.Attacked)
			}
		}
	}
	counted := map[string]int{}
	for _, c := range r.Clips {
		for _, px := range c.SmallestPx {
			if px != nil && *px > 8 {
				t.Errorf("%s needed %g px, more than was allowed", c.Clip, *px)
			}
		}
		counted[c.Direction]++
	}
	if counted[AttackHide] != r.Hide.Attacked || counted[AttackFake] != r.Fake.Attacked {
		t.Errorf("%v targets listed, %d and %d counted", counted, r.Hide.Attacked, r.Fake.Attacked)
	}
}

func TestADetectorWithoutGradientMeetsNoiseAlone(t *testing.T) {
	a := quickAttack()
	a.Open = func() (Victim, error) {
		v, err := armsOut().victim()
		v.Gradient = nil
		return v, err
	}
	r, err := a.Run(context.Background(), manyWaving())
	if err != nil || len(r.Hide.Methods) != 1 || r.Hide.Methods[0].Method != AttackRandom {
		t.Errorf("methods %+v, %v", r.Hide, err)
	}
}

func TestAttackEndsWithTheFirstError(t *testing.T) {
	broken := armsOut()
	broken.err = errors.New("no gradient today")
	if _, err := attackOn(broken).Run(context.Background(), manyWaving()); !errors.Is(err, broken.err) {
		t.Errorf("error is %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := attackOn(armsOut()).Run(ctx, manyWaving()); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestAttackIsWrittenReadAndDrawn(t *testing.T) {
	r, err := wavingResult()
	if err != nil {
		t.Fatal(err)
	}
	r.Detector, r.Train, r.Test = "arms", "nothing", "drawings"
	dir := t.TempDir()
	if err := WriteAttack(r, dir); err != nil {
		t.Fatal(err)
	}
	got, err := ReadAttack(filepath.Join(dir, AttackName))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(r)
	b, _ := json.Marshal(got)
	if !bytes.Equal(a, b) {
		t.Errorf("wrote\n%s\nread\n%s", a, b)
	}
	f, err := os.Open(filepath.Join(dir, attackPNGName))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if picture, err := png.Decode(f); err != nil || picture.Bounds().Dx() < 600 {
		t.Errorf("picture: %v", err)
	}
	var table bytes.Buffer
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"Hiding falls", "Faking falls", "PGD, bones kept", "8 px: falls found", "false alarms an hour", "smallest that did, px: median"} {
		if !strings.Contains(table.String(), words) {
			t.Errorf("the table does not say %q:\n%s", words, table.String())
		}
	}
	if s := strings.Join(r.Sentences(), " "); !strings.Contains(s, "Hiding falls: of 3 falls") || !strings.Contains(s, "random noise") {
		t.Errorf("sentences: %s", s)
	}
}

// The keys are a promise to other programs: docs/attack.md lists them.
func TestAttackKeysAreDocumented(t *testing.T) {
	r, err := wavingResult()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join("..", "docs", "attack.md"))
	if err != nil {
		t.Fatal(err)
	}
	var whole any
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	keys := keysOf(whole)
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if !strings.Contains(string(doc), key) {
			t.Errorf("docs/attack.md does not name the key %q", key)
		}
	}
}

func keysOf(node any) (keys []string) {
	switch n := node.(type) {
	case map[string]any:
		for key, value := range n {
			keys = append(append(keys, key), keysOf(value)...)
		}
	case []any:
		for _, value := range n {
			keys = append(keys, keysOf(value)...)
		}
	}
	return keys
}

func TestReadAttackRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"another format": {`{"format": 2}`, "attack again"},
		"no JSON":        {`{`, "reading the attack"},
		"no method":      {`{"format": 1, "hide": {}}`, "a direction has no method"},
		"no budget":      {`{"format": 1, "fake": {"methods": [{"method": "pgd"}]}}`, "pgd has 0 budgets"},
		"falling":        {`{"format": 1, "hide": {"methods": [{"method": "pgd", "budgets": [{"px": 0}, {"px": 2}, {"px": 1}]}]}}`, "budget 3 is 1 px"},
	} {
		path := filepath.Join(t.TempDir(), AttackName)
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadAttack(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadAttack(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there was read")
	}
}

// Whatever can be read can be told and drawn.
func FuzzReadAttack(f *testing.F) {
	f.Add([]byte(`{"format": 1, "hide": null, "fake": null, "clips": []}`))
	f.Add([]byte(`{"format": 1, "hide": {"of": 2, "attacked": 1, "methods": [{"method": "pgd", "budgets": [{"px": 0, "held": {"value": 1}}, {"px": 1e-300, "held": {"value": null}}]}]}}`))
	f.Add([]byte(`{"format": 1, "fake": {"methods": [{"method": "?", "budgets": [{"px": 0}, {"px": 1e300, "false_alarms_per_hour": {"value": 1}}]}, {"method": "fgsm", "budgets": [{"px": 0}, {"px": 1e300}]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), AttackName)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := ReadAttack(path)
		if err != nil {
			return
		}
		if err := r.WriteTable(io.Discard); err != nil {
			t.Fatal(err)
		}
		r.Sentences()
		plots, err := AttackPlots(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(plots) > 0 {
			if _, err := svgOf(figureWidth, figureHeight, plots...); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAttackSettingsFaults(t *testing.T) {
	for name, s := range map[string]AttackSettings{
		"attack.budgets has 0 entries":       {Steps: 1},
		"attack.budgets has 1 as entry 2":    {Budgets: []float64{2, 1}, Steps: 1},
		"attack.budgets has 0 as entry 1":    {Budgets: []float64{0, 1}, Steps: 1},
		"attack.budgets has NaN as entry 1":  {Budgets: []float64{math.NaN()}, Steps: 1},
		"attack.budgets has 2000 as entry 2": {Budgets: []float64{1, 2000}, Steps: 1},
		"attack.steps is 0":                  {Budgets: []float64{1}},
	} {
		if f := s.Faults(); len(f) != 1 || !strings.HasPrefix(f[0].Error(), name) {
			t.Errorf("%s: %v", name, f)
		}
	}
	if f := DefaultAttack.Faults(); f != nil {
		t.Errorf("the default is faulty: %v", f)
	}
}
