package data

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fallkit/pose"
)

// The shipped clicks are whole, and their README says what is in them: with -update it is
// written anew.
func TestShippedClicks(t *testing.T) {
	dir := filepath.Join("..", "pose", "testdata")
	clicks, err := ReadKeypoints(filepath.Join(dir, "clicks.json"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadKeypoints(filepath.Join(dir, "clicks-again.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range slices.Concat(clicks.Images, again.Images) {
		if k.Frame < 0 || k.State == "" || k.Skipped == SkippedUnfinished || k.Skipped == "" && len(k.People) == 0 {
			t.Errorf("%s: state %q, skipped %q, %d people", k.name(), k.State, k.Skipped, len(k.People))
		}
	}
	path := filepath.Join(dir, "README.md")
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := between(t, string(readme), "frames", tellScenes(clicks))
	want = between(t, want, "repeat", tellRepeat(t, clicks, again))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(readme) {
		t.Errorf("%s says something else; it must be\n%s", path, want)
	}
}

// between puts a table between the comments <!-- name --> and <!-- /name -->.
func between(t *testing.T, text, name, table string) string {
	t.Helper()
	before, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
	_, after, end := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !end {
		t.Fatalf("the README has no place for the table %q", name)
	}
	return before + "<!-- " + name + " -->\n" + table + "<!-- /" + name + " -->" + after
}

// scene is a data set, or a room of Le2i, of which the clip's name tells.
func scene(k *KeypointImage) string {
	if room, _, ok := strings.Cut(k.Clip, "-"); ok && k.Dataset == "le2i" {
		return "le2i " + room
	}
	return k.Dataset
}

func tellScenes(clicks *Keypoints) string {
	type count struct{ falling, lying, other, people, seen, hidden, skipped int }
	counts := map[string]*count{"together": {}}
	for i := range clicks.Images {
		k := &clicks.Images[i]
		if counts[scene(k)] == nil {
			counts[scene(k)] = &count{}
		}
		for _, c := range []*count{counts[scene(k)], counts["together"]} {
			switch {
			case k.Skipped != "":
				c.skipped++
			case k.State == StateFalling:
				c.falling++
			case k.State == StateLying:
				c.lying++
			default:
				c.other++
			}
			for _, p := range k.People {
				c.people++
				for _, j := range p.Joints {
					switch j.Seen {
					case Visible:
						c.seen++
					case Hidden:
						c.hidden++
					}
				}
			}
		}
	}
	var b strings.Builder
	b.WriteString("| scene | frames of a fall | of somebody who lies | of something else | passed over | people | joints seen | joints hidden |\n|---|---|---|---|---|---|---|---|\n")
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(a, b string) int { // together last
		return cmp.Compare(strings.Count(a, "together"), strings.Count(b, "together"))
	})
	for _, name := range names {
		c := counts[name]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d |\n", name, c.falling, c.lying, c.other, c.skipped, c.people, c.seen, c.hidden)
	}
	return b.String()
}

// apart is how far one joint of one person lies in two placings.
type apart struct {
	joint  pose.Joint
	pixels float64
	bodies float64 // body lengths
	hidden bool    // in one of the two at least
}

func tellRepeat(t *testing.T, clicks, again *Keypoints) string {
	t.Helper()
	var all []apart
	frames, people := 0, 0
	var turned, legs, arms int // with left and right the other way round
	for i := range again.Images {
		b := &again.Images[i]
		j := slices.IndexFunc(clicks.Images, func(k KeypointImage) bool { return k.name() == b.name() })
		if j < 0 {
			t.Fatalf("%s is not in the first file", b.name())
		}
		a := &clicks.Images[j]
		if len(a.People) == 0 || len(b.People) == 0 {
			continue
		}
		frames++
		for k := range b.People {
			p := nearest(a.People, &b.People[k])
			people++
			all = append(all, distances(p, &b.People[k])...)
			turned += exchanged(p, &b.People[k], pose.Nose, pose.RightAnkle)
			legs += exchanged(p, &b.People[k], pose.LeftKnee, pose.RightAnkle)
			arms += exchanged(p, &b.People[k], pose.LeftElbow, pose.RightWrist)
		}
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%d frames, %d people. Left and right are the other way round in the whole body of %d, in the legs of %d, in the arms of %d.\n\n", frames, people, turned, legs, arms)
	s.WriteString("| joints | pairs | pixels: half within | 90 % within | body lengths: half within | 90 % within |\n|---|---|---|---|---|---|\n")
	row := func(name string, take func(a apart) bool) {
		var pixels, bodies []float64
		for _, a := range all {
			if take(a) {
				pixels, bodies = append(pixels, a.pixels), append(bodies, a.bodies)
			}
		}
		fmt.Fprintf(&s, "| %s | %d | %.1f | %.1f | %.3f | %.3f |\n", name, len(pixels), share(pixels, 0.5), share(pixels, 0.9), share(bodies, 0.5), share(bodies, 0.9))
	}
	row("all", func(apart) bool { return true })
	row("seen in both", func(a apart) bool { return !a.hidden })
	row("hidden in one or both", func(a apart) bool { return a.hidden })
	row("shoulders and hips", func(a apart) bool {
		return a.joint == pose.LeftShoulder || a.joint == pose.RightShoulder || a.joint == pose.LeftHip || a.joint == pose.RightHip
	})
	for j := range pose.Joint(pose.Joints) {
		row(strings.ReplaceAll(j.String(), "_", " "), func(a apart) bool { return a.joint == j })
	}
	return s.String()
}

// share is the least value that so many values do not exceed; NaN of none.
func share(values []float64, of float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	return values[int(math.Ceil(of*float64(len(values))))-1]
}

// nearest is the person whose box's middle is nearest.
func nearest(people []TruePerson, to *TruePerson) *TruePerson {
	best, least := -1, math.Inf(1)
	for i := range people {
		a, b := people[i].Box, to.Box
		if d := math.Hypot(float64(a.X0+a.X1-b.X0-b.X1), float64(a.Y0+a.Y1-b.Y0-b.Y1)); d < least {
			best, least = i, d
		}
	}
	return &people[best]
}

func distances(p, q *TruePerson) (all []apart) {
	long := bodyLength(p)
	for j := range pose.Joint(pose.Joints) {
		a, b := p.Joints[j], q.Joints[j]
		if a.Seen == NotLabelled || b.Seen == NotLabelled {
			continue
		}
		d := math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y))
		all = append(all, apart{joint: j, pixels: d, bodies: d / long, hidden: a.Seen == Hidden || b.Seen == Hidden})
	}
	return all
}

// exchanged is 1 where the joints from first to last lie less than half as far apart once
// left and right of one person are exchanged, and 0 elsewhere.
func exchanged(p, q *TruePerson, first, last pose.Joint) int {
	m := *q
	for j := range pose.Joint(pose.Joints) {
		m.Joints[j] = q.Joints[j.Mirror()]
	}
	mean := func(all []apart) float64 {
		sum, n := 0.0, 0.0
		for _, a := range all {
			if a.joint >= first && a.joint <= last {
				sum, n = sum+a.pixels, n+1
			}
		}
		return sum / n
	}
	if 2*mean(distances(p, &m)) < mean(distances(p, q)) {
		return 1
	}
	return 0
}

// bodyLength goes from head to ankles over the middles of shoulders, hips and knees, in
// pixels; parts that are not labelled are as long as the others say, by the heights of
// the joints of a standing person (Drillis & Contini 1966: eyes .936, shoulders .818, hips
// .530, knees .285, ankles .039 of the body's height).
func bodyLength(p *TruePerson) float64 {
	heights := []float64{.936, .818, .530, .285, .039}
	joints := [][]pose.Joint{
		{pose.Nose, pose.LeftEye, pose.RightEye, pose.LeftEar, pose.RightEar},
		{pose.LeftShoulder, pose.RightShoulder},
		{pose.LeftHip, pose.RightHip},
		{pose.LeftKnee, pose.RightKnee},
		{pose.LeftAnkle, pose.RightAnkle},
	}
	var middles [5][3]float64 // sums of x and y, and how many
	for i, some := range joints {
		for _, j := range some {
			if t := p.Joints[j]; t.Seen != NotLabelled {
				middles[i][0], middles[i][1], middles[i][2] = middles[i][0]+float64(t.X), middles[i][1]+float64(t.Y), middles[i][2]+1
			}
		}
	}
	long, known := 0.0, 0.0
	for i := 1; i < len(middles); i++ {
		a, b := middles[i-1], middles[i]
		if a[2] > 0 && b[2] > 0 {
			long += math.Hypot(a[0]/a[2]-b[0]/b[2], a[1]/a[2]-b[1]/b[2])
			known += heights[i-1] - heights[i]
		}
	}
	return long / known * (heights[0] - heights[len(heights)-1])
}
