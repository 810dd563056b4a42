package simulate

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"
	"pgregory.net/rapid"

	"fallkit/pose"
)

// anyClip draws a clip out of the plan of a seed.
func anyClip(t *rapid.T, keep func(Clip) bool) Clip {
	s := DefaultSettings
	s.Seed = rapid.Uint64().Draw(t, "seed")
	s.Clips = 40
	var kept []Clip
	for _, c := range Plan(s) {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	return rapid.SampledFrom(kept).Draw(t, "clip")
}

func anything(Clip) bool { return true }

// figures are the bodies of a take, 20 a second.
func figures(t *take) (all []*figure) {
	for i := 0; i < len(t.moments); i += 10 {
		m := t.moments[i]
		f := t.who.pose(m.posture, m.root)
		if m.posture[seat] == 0 {
			t.who.restArms(f)
		}
		all = append(all, f)
	}
	return all
}

func TestBonesKeepTheirLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := anyClip(t, anything).perform()
		who := take.who
		for _, f := range figures(take) {
			j := f.joints()
			for i := range pose.Joint(2) {
				for _, bone := range [...]struct {
					from, to pose.Joint
					want     float64
				}{
					{pose.LeftHip, pose.LeftKnee, thighLength},
					{pose.LeftKnee, pose.LeftAnkle, shankLength},
					{pose.LeftShoulder, pose.LeftElbow, upperArmLength},
					{pose.LeftElbow, pose.LeftWrist, forearmLength},
				} {
					have := r3.Norm(r3.Sub(j[bone.from+i], j[bone.to+i]))
					if math.Abs(have-who.m(bone.want)) > 1e-9 {
						t.Fatalf("%v to %v is %.4f m, not %.4f", bone.from+i, bone.to+i, have, who.m(bone.want))
					}
				}
			}
			if have := r3.Norm(r3.Sub(f.legs[0].root, f.legs[1].root)); math.Abs(have-2*who.m(hipHalf)) > 1e-9 {
				t.Fatalf("hips are %.4f m apart, not %.4f", have, 2*who.m(hipHalf))
			}
			if have := r3.Norm(r3.Sub(f.arms[0].root, f.arms[1].root)); math.Abs(have-2*who.m(shoulderHalf)) > 1e-9 {
				t.Fatalf("shoulders are %.4f m apart, not %.4f", have, 2*who.m(shoulderHalf))
			}
		}
	})
}

func TestNothingSinksAndSomethingRests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := anyClip(t, anything).perform()
		for i, m := range take.moments {
			f := take.who.pose(m.posture, m.root)
			lowest := math.Inf(1)
			for _, s := range take.who.supports(f) {
				lowest = min(lowest, s.at.Y-s.radius-s.surface(m.posture))
			}
			if math.Abs(lowest) > 1e-6 {
				t.Fatalf("at %.2f s the lowest part is %.4f m over what carries it", float64(i)*tick, lowest)
			}
		}
		for i, f := range figures(take) {
			for _, p := range f.joints() {
				if p.Y < -0.02 {
					t.Fatalf("at %.2f s a joint is %.3f m under the floor", float64(i)/20, -p.Y)
				}
			}
		}
	})
}

func TestJointsBendTheirOwnWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := anyClip(t, anything).perform()
		for i, m := range take.moments {
			for _, c := range [...]int{knee, knee + other, elbow, elbow + other} {
				if m.posture[c] < 0 || m.posture[c] > 155 {
					t.Fatalf("at %.2f s channel %d is bent by %.0f°", float64(i)*tick, c, m.posture[c])
				}
			}
		}
	})
}

// Every part of the body moves continuously: no joint is faster than a falling one can
// be, and no wrist faster than a thrown one.
func TestNothingJumps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := anyClip(t, anything).perform()
		var before [pose.Joints]r3.Vec
		for i, m := range take.moments {
			j := take.who.pose(m.posture, m.root).joints()
			for k := range j {
				if speed := r3.Norm(r3.Sub(j[k], before[k])) / tick; i > 0 && speed > limit(pose.Joint(k)) {
					t.Fatalf("at %.2f s the %v moves at %.1f m/s", float64(i)*tick, pose.Joint(k), speed)
				}
			}
			before = j
		}
	})
}

// limit is in m/s.
func limit(j pose.Joint) float64 {
	if j == pose.LeftWrist || j == pose.RightWrist {
		return 15
	}
	return 12
}

func TestStandingFeetStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := anyClip(t, func(c Clip) bool { return c.Activity == "stand" }).perform()
		start := take.who.pose(take.moments[0].posture, take.moments[0].root)
		for i, m := range take.moments {
			f := take.who.pose(m.posture, m.root)
			for k := range f.legs {
				if way := r3.Norm(r3.Sub(f.legs[k].end, start.legs[k].end)); way > 0.12 {
					t.Fatalf("after %.2f s a standing foot has moved %.2f m", float64(i)*tick, way)
				}
			}
		}
	})
}

func TestWalkingGetsSomewhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := anyClip(t, func(c Clip) bool { return c.Activity == "walk" }).perform()
		way, seconds := 0.0, 0.0
		for i := 1; i < len(take.moments); i++ {
			if a, b := take.moments[i-1], take.moments[i]; b.state == "walking" {
				way += math.Hypot(b.root.X-a.root.X, b.root.Z-a.root.Z)
				seconds += tick
			}
		}
		if speed := way / seconds; speed < 0.3 || speed > 1.6 {
			t.Fatalf("walks at %.2f m/s", speed)
		}
	})
}

// descent is the greatest downward speed of the hips, averaged over 40 ms as a camera
// of 25 frames a second would see it.
func descent(t *take) (fastest float64) {
	const span = 8
	for i := span; i < len(t.moments); i++ {
		fastest = max(fastest, (t.moments[i-span].root.Y-t.moments[i].root.Y)/(span*tick))
	}
	return fastest
}

// Choi, Wakeling & Robinovitch (2015) measured 2.14 ± 0.63 m/s at the pelvis' impact and
// 0.58 ± 0.26 s from the start of descent; the bounds are about three deviations wide.
func TestFallsAreFallsAndNothingElseIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyClip(t, anything)
		take := c.perform()
		speed := descent(take)
		if c.Label == "adl" {
			if take.fallAt >= 0 {
				t.Fatalf("%s has a fall", c.Name)
			}
			if speed > 1.9 {
				t.Fatalf("%s: hips go down at %.2f m/s", c.Name, speed)
			}
			return
		}
		if speed < 1.2 || speed > 4.2 {
			t.Fatalf("%s: hips hit the floor at %.2f m/s", c.Name, speed)
		}
		lasts := float64(take.rest-take.fallAt) * tick
		if lasts < 0.7 || lasts > 1.8 {
			t.Fatalf("%s: %.2f s from losing balance to rest", c.Name, lasts)
		}
		last := take.moments[len(take.moments)-1]
		if last.root.Y > 0.35 {
			t.Fatalf("%s ends with its hips %.2f m above the floor", c.Name, last.root.Y)
		}
	})
}

// Whoever lies on the floor rests on it with the trunk.
func TestLyingBodiesLie(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyClip(t, func(c Clip) bool { return c.Label == "fall" })
		take := c.perform()
		m := take.moments[take.rest]
		trunk := math.Inf(1)
		for _, s := range take.who.supports(take.who.pose(m.posture, m.root)) {
			if !s.leg {
				trunk = min(trunk, s.at.Y-s.radius)
			}
		}
		if trunk > 0.04 {
			t.Fatalf("%s: the trunk is %.2f m above the floor at rest", c.Name, trunk)
		}
	})
}

func TestPhasesFollowOneAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyClip(t, anything)
		take := c.perform()
		var order []Phase
		for _, m := range take.moments {
			if n := len(order); n == 0 || order[n-1] != m.phase {
				order = append(order, m.phase)
			}
		}
		want := map[string][]Phase{
			"fall":            {Upright, Falling, Down},
			"lie-down-floor":  {Upright, Down},
			"lie-down-bed":    {Upright, Down},
			"rise-from-floor": {Down, Rising, Upright},
		}
		expected, ok := want[c.Activity]
		if c.Label == "fall" {
			expected, ok = want["fall"], true
		}
		if !ok {
			expected = []Phase{Upright}
		}
		if len(order) != len(expected) {
			t.Fatalf("%s goes through %v, not %v", c.Name, order, expected)
		}
		for i := range order {
			if order[i] != expected[i] {
				t.Fatalf("%s goes through %v, not %v", c.Name, order, expected)
			}
		}
	})
}

// The pendulum keeps its energy: spin² grows by 3·g/L·(cos θ₀ - cos θ).
func TestToppleObeysGravity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.Float64Range(0.9, 1.7).Draw(t, "length")
		start := rapid.Float64Range(4, 8).Draw(t, "start")
		spin := rapid.Float64Range(0.2, 1.4).Draw(t, "spin")
		course := topple(length, start, spin)
		for i := 1; i < len(course); i++ {
			if course[i] <= course[i-1] {
				t.Fatalf("the course goes back at tick %d", i)
			}
		}
		n := len(course)
		angle := func(i int) float64 { return start*degree + course[i]*(math.Pi/2-start*degree) }
		have := (angle(n-2) - angle(n-3)) / tick
		want := math.Sqrt(spin*spin + 3*gravity/length*(math.Cos(start*degree)-math.Cos(angle(n-2))))
		if math.Abs(have-want) > 0.03*want {
			t.Fatalf("spins at %.3f rad/s at the end, and should at %.3f", have, want)
		}
	})
}
