package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// anyTrack wanders, turns, stretches, and has missing joints, poses and irregular times.
func anyTrack(t *rapid.T) pose.Track {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	noise := rapid.Float64Range(0, 10).Draw(t, "noise")
	track := pose.Track{ID: 3}
	time, angle := 0.0, 0.0
	for range rapid.IntRange(1, 70).Draw(t, "poses") {
		time += []float64{0.08, 0.08, 0.08, 0.1, 0.04, 0.5}[rng.IntN(6)]
		angle += 30 * (rng.Float64() - 0.4)
		p := figure(150, 200, 30, angle)
		for j := range p.Keypoints {
			k := &p.Keypoints[j]
			k.X, k.Y = k.X+float32(noise*rng.NormFloat64()), k.Y+float32(noise*rng.NormFloat64())
			if rng.IntN(4) == 0 {
				k.Score = 0.1
			}
		}
		if rng.IntN(12) == 0 { // hardly anything is seen
			for j := range p.Keypoints[:rng.IntN(pose.Joints)] {
				p.Keypoints[j].Score = 0
			}
		}
		track.Times, track.Poses = append(track.Times, time), append(track.Poses, p)
	}
	return track
}

// The rules again, each score by itself, from the definitions: what the fast ones are held
// against. A point is NaN where it is not seen.
var plain = map[string]func(t *pose.Track, i int) float64{
	"speed-angle":  plainSpeedAngle,
	"torso-angle":  plainTorsoAngle,
	"aspect-ratio": plainAspectRatio,
}

func meanOf(p pose.Pose, joints ...pose.Joint) (x, y float64) {
	n := 0.0
	for _, j := range joints {
		if k := p.Keypoints[j]; k.Score >= 0.15 {
			x, y, n = x+float64(k.X), y+float64(k.Y), n+1
		}
	}
	return x / n, y / n // 0/0 is NaN
}

// visibleBox is the seen joints' box and how many they are.
func visibleBox(p pose.Pose) (wide, high float64, n int) {
	var xs, ys []float64
	for _, k := range p.Keypoints {
		if k.Score >= 0.15 {
			xs, ys = append(xs, float64(k.X)), append(ys, float64(k.Y))
		}
	}
	if len(xs) == 0 {
		return 0, 0, 0
	}
	return slices.Max(xs) - slices.Min(xs), slices.Max(ys) - slices.Min(ys), len(xs)
}

// quantileOfSome leaves out NaN and mixes the two nearest.
func quantileOfSome(values []float64, q float64) float64 {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	at := q * float64(len(values)-1)
	low, high := math.Floor(at), math.Ceil(at)
	return values[int(low)]*(1-(at-low)) + values[int(high)]*(at-low)
}

// lately collects f of every pose of the last seconds.
func lately(t *pose.Track, i int, seconds float64, f func(k int) float64) (values []float64) {
	for k := range t.Times[:i+1] {
		if t.Times[i]-t.Times[k] <= seconds+1e-9 {
			values = append(values, f(k))
		}
	}
	return values
}

func plainSpeedAngle(t *pose.Track, i int) float64 {
	height := func(k int) float64 {
		_, hips := meanOf(t.Poses[k], pose.LeftHip, pose.RightHip)
		_, head := meanOf(t.Poses[k], pose.Nose, pose.LeftEye, pose.RightEye, pose.LeftEar, pose.RightEar)
		return (hips + head) / 2
	}
	speed := func(k int) float64 {
		when := t.Times[k] - 0.4
		for b := range k + 1 {
			if math.Abs(t.Times[b]-when) < 1e-6 {
				return (height(k) - height(b)) / 0.4
			}
			if b > 0 && t.Times[b-1] < when && when < t.Times[b] && t.Times[b]-t.Times[b-1] <= 0.35 {
				part := (when - t.Times[b-1]) / (t.Times[b] - t.Times[b-1])
				return (height(k) - (1-part)*height(b-1) - part*height(b)) / 0.4
			}
		}
		return math.NaN()
	}
	torso := func(k int) (dx, dy float64) {
		sx, sy := meanOf(t.Poses[k], pose.LeftShoulder, pose.RightShoulder)
		hx, hy := meanOf(t.Poses[k], pose.LeftHip, pose.RightHip)
		return sx - hx, sy - hy
	}
	size := func(k int) float64 {
		wide, high, _ := visibleBox(t.Poses[k])
		dx, dy := torso(k)
		if length := math.Hypot(dx, dy); length > 0.3*math.Hypot(wide, high) {
			return length
		}
		return 0.3 * math.Hypot(wide, high)
	}
	angle := func(k int) float64 {
		dx, dy := torso(k)
		return math.Acos(-dy/math.Hypot(dx, dy)) * 180 / math.Pi
	}
	v := quantileOfSome(lately(t, i, 1.5, speed), 1)
	s := quantileOfSome(lately(t, i, 2.5, size), 0.8)
	a := quantileOfSome(lately(t, i, 0.4, angle), 0.5)
	return min(1, max(0, v)/max(3, s)*(0.3+0.7*min(a/90, 1))/8)
}

func plainTorsoAngle(t *pose.Track, i int) float64 {
	for then := i; then >= 0; then-- {
		age := t.Times[i] - t.Times[then]
		if age < 1-1e-9 {
			continue
		}
		if age > 1.35+1e-9 {
			break
		}
		most, leans := math.NaN(), false
		for _, j := range []pose.Joint{pose.LeftShoulder, pose.RightShoulder} {
			line := func(k int) (x, y float64) {
				sx, sy := meanOf(t.Poses[k], j)
				hx, hy := meanOf(t.Poses[k], j+pose.LeftHip-pose.LeftShoulder)
				return sx - hx, sy - hy
			}
			ax, ay := line(then)
			bx, by := line(i)
			turn := math.Acos(max(-1, min(1, (ax*bx+ay*by)/math.Hypot(ax, ay)/math.Hypot(bx, by)))) * 180 / math.Pi
			if math.IsNaN(turn) {
				continue
			}
			if math.IsNaN(most) || turn > most {
				most = turn
			}
			leans = leans || by/math.Hypot(bx, by) > ay/math.Hypot(ax, ay) // less of it points upwards
		}
		if !leans {
			most *= 0 // NaN stays NaN
		}
		return min(most/90, 1)
	}
	return math.NaN()
}

func plainAspectRatio(t *pose.Track, i int) float64 {
	share := func(k int) float64 {
		wide, high, n := visibleBox(t.Poses[k])
		if n < 9 {
			return math.NaN()
		}
		return wide / (wide + high)
	}
	return quantileOfSome(lately(t, i, 0.4, share), 0.5) * (1 - quantileOfSome(lately(t, i, 2, share), 0))
}

func TestRulesByASecondImplementation(t *testing.T) {
	if len(plain) != len(Rules) {
		t.Fatalf("%d rules and %d to compare with", len(Rules), len(plain))
	}
	known := map[string]int{}
	rounds := 1
	if testing.Short() { // a fifth of the tracks at a time
		rounds = 5
	}
	for range rounds {
		compareRules(t, known)
	}
	for _, r := range Rules {
		if known[r.Name] < 100 {
			t.Errorf("%s: only %d scores were compared", r.Name, known[r.Name])
		}
	}
}

// compareRules scores drawn tracks with both implementations and counts the known scores.
func compareRules(t *testing.T, known map[string]int) {
	rapid.Check(t, func(t *rapid.T) {
		track := anyTrack(t)
		for _, r := range Rules {
			got := r.Scorer(0.15).ScoreTrack(&track)
			if got.Track != track.ID || !slices.Equal(got.Times, track.Times) {
				t.Fatalf("%s: not the track's own times", r.Name)
			}
			for i, score := range got.Scores {
				want := plain[r.Name](&track, i)
				if math.IsNaN(score) != math.IsNaN(want) || math.Abs(score-want) > 1e-6 {
					t.Fatalf("%s: pose %d at %g s scores %.9g, want %.9g", r.Name, i, track.Times[i], score, want)
				}
				if score < 0 || score > 1 {
					t.Fatalf("%s: score %g", r.Name, score)
				}
				if !math.IsNaN(score) {
					known[r.Name]++
				}
			}
		}
	})
}

func TestRulesTellFallsFromRest(t *testing.T) {
	for _, r := range Rules {
		for _, c := range []struct {
			name    string
			degrees func(float64) float64
			fall    bool
		}{
			{"standing", func(float64) float64 { return 0 }, false},
			{"lying all the time", func(float64) float64 { return 90 }, false},
			{"falling in 0.6 s", topples(2, 0.6), true},
			{"falling in 0.9 s", topples(2, 0.9), true},
			{"falling to the other side", func(time float64) float64 { return -topples(2, 0.6)(time) }, true},
			{"swaying", func(time float64) float64 { return 10 * math.Sin(2*time) }, false},
		} {
			track := filmed(12.5, 6, 30, c.degrees).Tracks[0]
			if got := highest(r.Scorer(0.15).ScoreTrack(&track)); (got >= r.Threshold) != c.fall {
				t.Errorf("%s, %s: highest score %.3f, threshold %.3f", r.Name, c.name, got, r.Threshold)
			}
		}
	}
}

func TestTorsoRuleByItsFormula(t *testing.T) {
	for _, c := range []struct {
		name        string
		then, now   float64 // degrees from upright
		left, right bool    // seen
		want        float64
	}{
		{"a quarter turn", 0, 90, true, true, 1},
		{"Ambianic's 60 degrees", 0, 60, true, true, TorsoThreshold},
		{"30 degrees of one side", 15, 45, true, false, 1.0 / 3},
		{"to the left", 0, -45, true, true, 0.5},
		{"to the other side, less far", 80, -40, true, true, 0},
		{"more than a quarter turn", 10, 170, true, true, 1},
		{"the short way round", -100, 170, true, true, 1},
		{"getting up", 90, 0, true, true, 0},
		{"nothing seen", 0, 90, false, false, math.NaN()},
	} {
		then, now := figure(150, 200, 30, c.then), figure(150, 200, 30, c.now)
		hide := map[pose.Joint]bool{pose.LeftHip: !c.left, pose.RightHip: !c.right}
		for j, hidden := range hide {
			if hidden {
				now.Keypoints[j].Score = 0
			}
		}
		for _, later := range []float64{0.9, 1, 1.3, 1.4} {
			track := pose.Track{Times: []float64{0, later}, Poses: []pose.Pose{then, now}}
			want := c.want
			if later < 1 || later > 1.35 {
				want = math.NaN()
			}
			if got := (TorsoRule{MinScore: 0.15}).ScoreTrack(&track).Scores[1]; math.Abs(got-want) > 1e-5 || math.IsNaN(got) != math.IsNaN(want) {
				t.Errorf("%s in %g s: %g, want %g", c.name, later, got, want)
			}
		}
	}
}

func TestAspectRuleByItsFormula(t *testing.T) {
	// boxes of w × h: the first for a second, then the second one
	for _, c := range []struct {
		name           string
		w1, h1, w2, h2 float32
		hidden         int // joints
		want           float64
	}{
		{"upright", 20, 40, 20, 40, 0, 1.0 / 3 * 2 / 3},
		{"lying", 40, 20, 40, 20, 0, 2.0 / 3 * 1 / 3},
		{"from tall to as wide as high", 20, 40, 30, 30, 0, AspectThreshold},
		{"from tall to wide", 10, 40, 40, 10, 0, 0.8 * 0.8},
		{"from wide to tall", 40, 10, 10, 40, 0, 0.2 * 0.8},
		{"eight joints hidden", 10, 40, 40, 10, 8, 0.64},
		{"nine joints hidden", 10, 40, 40, 10, 9, math.NaN()},
	} {
		var track pose.Track
		for i := range 26 {
			p, w, h := pose.Pose{}, c.w1, c.h1
			if i > 12 {
				w, h = c.w2, c.h2
			}
			for j := range p.Keypoints {
				p.Keypoints[j] = pose.Keypoint{X: 50 + w*float32(j%2), Y: 80 + h*float32(j/2%2), Score: 0.9}
				if j < c.hidden {
					p.Keypoints[j].Score = 0.1
				}
			}
			track.Times, track.Poses = append(track.Times, float64(i)/12.5), append(track.Poses, p)
		}
		if got := (AspectRule{MinScore: 0.15}).ScoreTrack(&track).Scores[25]; math.Abs(got-c.want) > 1e-6 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%s: %g, want %g", c.name, got, c.want)
		}
	}
}

// TestRulesLookBackNoFurtherThanTheySay, and never forward.
func TestRulesLookBackNoFurtherThanTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		track := anyTrack(t)
		i := rapid.IntRange(0, len(track.Times)-1).Draw(t, "pose")
		for _, r := range Rules {
			whole := r.Scorer(0.15).ScoreTrack(&track).Scores[i]
			part := track.Between(track.Times[i]-r.Reach-1e-6, track.Times[i])
			scores := r.Scorer(0.15).ScoreTrack(&part).Scores
			if got := scores[len(scores)-1]; !close9(got, whole) {
				t.Fatalf("%s: pose %d scores %g, and %g with nothing around it", r.Name, i, whole, got)
			}
		}
	})
}

func TestLiveRulesRaiseWhatDetectFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		track := anyTrack(t)
		recording := &pose.Recording{Width: 320, Height: 240, FrameTimes: track.Times, PoseTimes: track.Times, Tracks: []pose.Track{track}}
		for _, r := range Rules {
			settings := alarm.Default
			settings.Threshold = r.Threshold
			live := Live{Clip: "clip", Rule: r.Scorer(0.15), Reach: r.Reach, Alarm: settings}
			var raised []Detection
			for _, f := range framesOf(recording) {
				_, more := live.Update(f)
				raised = append(raised, more...)
			}
			scores := ScoreTracks(recording, r.Scorer(0.15))
			if d := cmp.Diff(scores, live.Scores(), cmpopts.EquateNaNs()); d != "" {
				t.Fatalf("%s: scores of the finished recording (-) and live (+):\n%s", r.Name, d)
			}
			if d := cmp.Diff(Detect("clip", scores, settings), raised, cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("%s: detections of the finished recording (-) and live (+):\n%s", r.Name, d)
			}
		}
	})
}

func TestRulesByName(t *testing.T) {
	taken := map[string]bool{}
	for _, r := range Rules {
		for _, name := range []string{r.Name, r.Alias} {
			if name == "" {
				continue
			}
			if found, ok := RuleNamed(name); !ok || found.Name != r.Name || taken[name] {
				t.Errorf("%s: found %v", name, found.Name)
			}
			taken[name] = true
		}
		if r.Title == "" || r.Threshold <= 0 || r.Threshold >= 1 || r.Reach <= 0 {
			t.Errorf("%s is not whole: %+v", r.Name, r)
		}
	}
	if _, ok := RuleNamed(""); ok {
		t.Error("no name is a rule")
	}
}
