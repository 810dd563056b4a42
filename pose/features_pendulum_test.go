package pose

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

var pendulumInput = func() Input {
	in := DefaultInput
	in.Features = Pendulum
	return in
}()

// bent is a figure whose trunk is turned by theta and whose neck by phi from upright,
// clockwise as seen, in radians. Its neck is half as long as its trunk.
func bent(theta, phi float64) Pose {
	const hips, trunk, neck = 100.0, 40.0, 20.0
	var p Pose
	put := func(x, y float64, joints ...Joint) {
		for _, j := range joints {
			p.Keypoints[j] = Keypoint{float32(x), float32(y), 0.9}
		}
	}
	sx, sy := hips+trunk*math.Sin(theta), hips-trunk*math.Cos(theta)
	put(hips, hips, LeftHip, RightHip)
	put(sx, sy, LeftShoulder, RightShoulder)
	put(sx+neck*math.Sin(phi), sy-neck*math.Cos(phi), Nose, LeftEye, RightEye, LeftEar, RightEar)
	put(hips-10, hips+60, LeftAnkle)
	put(hips+10, hips+60, RightAnkle)
	return p
}

// bentTrack shows a movement at 12.5 poses a second.
func bentTrack(n int, theta, phi func(time float64) float64) Track {
	t := Track{ID: 1}
	for i := range n {
		time := float64(i) / 12.5
		t.Times, t.Poses = append(t.Times, time), append(t.Poses, bent(theta(time), phi(time)))
	}
	return t
}

func pendulumWindow(t *Track, end float64) (rows [][]float32, seen float64) {
	dst := make([]float32, pendulumInput.Steps()*PendulumChannels)
	seen = pendulumInput.Window(t, end, dst)
	for len(dst) > 0 {
		rows, dst = append(rows, dst[:PendulumChannels]), dst[PendulumChannels:]
	}
	return rows, seen
}

func still(angle float64) func(float64) float64 { return func(float64) float64 { return angle } }

func TestPendulumAtRest(t *testing.T) {
	for _, c := range []struct {
		name       string
		theta, phi float64
		want       [PendulumChannels]float64
	}{
		// 20 wide and 120 high; no torque on what stands upright
		{"upright", 0, 0, [5]float64{20.0 / 120, 0, 0, 0, 0}},
		// 70 wide, from the left ankle to the head, and 60 high; gravity pulls (15 + 1) · 10 by
		// the trunk and twice 1 · 10 · ½ by the head, in weights of 160
		{"lying to the right", math.Pi / 2, math.Pi / 2, [5]float64{70.0 / 60, math.Log(1 + math.Pi/2), 0, 0, -(160 + 2*5) / 160.0}},
		{"lying to the left", -math.Pi / 2, -math.Pi / 2, [5]float64{70.0 / 60, math.Log(1 + math.Pi/2), 0, 0, (160 + 2*5) / 160.0}},
		{"nodding", 0, math.Pi / 2, [5]float64{30.0 / 100, 0, 0, 0, -2 * 5 / 160.0}},
	} {
		tr := bentTrack(31, still(c.theta), still(c.phi))
		rows, seen := pendulumWindow(&tr, 2.4)
		if seen != 1 {
			t.Errorf("%s: seen is %g", c.name, seen)
		}
		for i, got := range rows[len(rows)-1] {
			if math.Abs(float64(got)-c.want[i]) > 1e-4 {
				t.Errorf("%s: feature %d is %g, want %g", c.name, i, got, c.want[i])
			}
		}
	}
}

func TestPendulumTurnsAtASteadyRate(t *testing.T) {
	// head and trunk as one rod at 1.5 rad/s: ½ · 1.5² / 10
	turning := func(time float64) float64 { return 1.5 * (time - 1.2) / 1.2 }
	tr := bentTrack(31, turning, turning)
	rows, _ := pendulumWindow(&tr, 2.4)
	want := 0.5 * 1.25 * 1.25 / 10
	for s, row := range rows[1:] {
		if math.Abs(float64(row[2])-want) > 1e-3 {
			t.Fatalf("step %d has energy %g, want %g", s+1, row[2], want)
		}
		if slope := float64(row[0]-rows[s][0]) * 12.5; math.Abs(float64(row[3])-slope) > 1e-3 {
			t.Fatalf("step %d: the ratio changes by %g a second, want %g", s+1, row[3], slope)
		}
	}
}

// TestForceIsThatOfTheLagrangian derives the equations of motion a second time: by numbers,
// from the Lagrangian alone.
func TestForceIsThatOfTheLagrangian(t *testing.T) {
	const m, trunk, g, d = 1.0, 15.0, 10.0, 0.5
	lagrangian := func(alpha, theta, dAlpha, dTheta float64) float64 {
		// the masses' places in trunk lengths, y upwards: (sin θ, cos θ), and d further the head
		phi, dPhi := alpha+theta, dAlpha+dTheta
		vx, vy := math.Cos(theta)*dTheta, -math.Sin(theta)*dTheta
		hx, hy := vx+d*math.Cos(phi)*dPhi, vy-d*math.Sin(phi)*dPhi
		kinetic := trunk*(vx*vx+vy*vy)/2 + m*(hx*hx+hy*hy)/2
		return kinetic - trunk*g*math.Cos(theta) - m*g*(math.Cos(theta)+d*math.Cos(phi))
	}
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, most float64) float64 { return rapid.Float64Range(-most, most).Draw(t, name) }
		t0, t1, t2 := number("theta", 3), number("theta'", 4), number("theta''", 10)
		p0, p1, p2 := number("phi", 3), number("phi'", 4), number("phi''", 10)
		theta := func(s float64) float64 { return t0 + t1*s + t2*s*s/2 }
		alpha := func(s float64) float64 { return p0 + p1*s + p2*s*s/2 - theta(s) }
		slope := func(f func(float64) float64, s float64) float64 { return (f(s+1e-4) - f(s-1e-4)) / 2e-4 }
		force := 0.0
		for _, q := range []int{0, 1} {
			// ∂L/∂q′ at time s, and ∂L/∂q now
			momentum := func(s float64) float64 {
				a, th, da, dth := alpha(s), theta(s), slope(alpha, s), slope(theta, s)
				return slope(func(v float64) float64 {
					if q == 0 {
						return lagrangian(a, th, da+v, dth)
					}
					return lagrangian(a, th, da, dth+v)
				}, 0)
			}
			push := slope(func(v float64) float64 {
				if q == 0 {
					return lagrangian(alpha(0)+v, theta(0), slope(alpha, 0), slope(theta, 0))
				}
				return lagrangian(alpha(0), theta(0)+v, slope(alpha, 0), slope(theta, 0))
			}, 0)
			force += slope(momentum, 0) - push
		}
		at := func(s float64) pendulum {
			th, ph := theta(s), alpha(s)+theta(s)
			trunkV, neck := vector{math.Sin(th), -math.Cos(th)}, vector{d * math.Sin(ph), -d * math.Cos(ph)}
			return pendulum{time: s, trunk: trunkV, neck: neck, head: vector{trunkV.x + neck.x, trunkV.y + neck.y}}
		}
		const h = 1e-3
		got := generalisedForce(at(-h), at(0), at(h)) * (trunk + m) * g
		if math.Abs(got-force) > 1e-3*(1+math.Abs(force)) {
			t.Fatalf("force %g, want %g", got, force)
		}
	})
}

func TestPendulumWindowKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		speed := rapid.Float64Range(-6, 6).Draw(t, "speed")
		scale := rapid.Float32Range(0.5, 4).Draw(t, "scale")
		dx := rapid.Float32Range(-300, 300).Draw(t, "dx")
		end := rapid.Float64Range(0.1, 3).Draw(t, "end")
		turning := func(time float64) float64 { return speed * math.Sin(time) }
		whole := bentTrack(50, turning, func(time float64) float64 { return turning(time) / 2 })
		lost := rapid.IntRange(1, 40).Draw(t, "lost")
		for j := range whole.Poses[lost].Keypoints {
			whole.Poses[lost].Keypoints[j].Score = 0.01
		}
		past := whole.Between(0, end)
		far := Track{Times: past.Times}
		for _, p := range past.Poses {
			for j := range p.Keypoints {
				k := &p.Keypoints[j]
				k.X, k.Y = k.X*scale+dx, k.Y*scale+dx
			}
			far.Poses = append(far.Poses, p)
		}
		a, seenA := pendulumWindow(&whole, end)
		b, seenB := pendulumWindow(&past, end)
		c, seenC := pendulumWindow(&far, end)
		if seenA != seenB || seenA != seenC {
			t.Fatalf("seen is %g, %g without a future, and %g elsewhere", seenA, seenB, seenC)
		}
		for s := range a {
			for i, v := range a[s] {
				if v != b[s][i] {
					t.Fatalf("feature %d of step %d is %g with a future and %g without", i, s, v, b[s][i])
				}
				if math.Abs(float64(v-c[s][i])) > 2e-2*(1+math.Abs(float64(v))) {
					t.Fatalf("feature %d of step %d is %g here and %g elsewhere", i, s, v, c[s][i])
				}
				if most := [5]float64{mostRatio, math.Log(1 + math.Pi), mostEnergy, mostRate, mostForce}[i]; !(math.Abs(float64(v)) <= most+1e-6) {
					t.Fatalf("feature %d of step %d is %g, beyond %g", i, s, v, most)
				}
			}
		}
	})
}

func TestPendulumWhereSomethingIsMissing(t *testing.T) {
	tr := bentTrack(31, still(0.5), still(0.5))
	for i := 10; i < 20; i++ { // longer than what may be bridged
		tr.Poses[i].Keypoints[LeftHip].Score, tr.Poses[i].Keypoints[RightHip].Score = 0, 0
	}
	rows, seen := pendulumWindow(&tr, 2.4)
	if math.Abs(seen-20.0/30) > 0.04 {
		t.Errorf("seen is %g, want about 20 of 30", seen)
	}
	ratio, angle := rows[5][0], rows[5][1]
	for s, row := range rows {
		if row[0] != ratio && math.Abs(float64(row[0]-ratio)) > 1e-4 || math.Abs(float64(row[1]-angle)) > 1e-4 {
			t.Errorf("step %d: ratio and angle are %v, and stay %g and %g", s, row[:2], ratio, angle)
		}
		if row[2] > 1e-6 || math.Abs(float64(row[3])) > 1e-4 {
			t.Errorf("step %d of somebody at rest moves: %v", s, row)
		}
	}
	force := 0
	for _, row := range rows {
		if row[4] != 0 {
			force++
		}
	}
	if want := 30 - 10 - 2 - 2; force < want-1 || force > want+1 { // no force before two steps are known, at the start and after the gap
		t.Errorf("%d steps have a force, want about %d", force, want)
	}
	nobody := bentTrack(0, still(0), still(0))
	if _, seen := pendulumWindow(&nobody, 2); seen != 0 {
		t.Errorf("nobody is seen for %g", seen)
	}
}

func TestFeaturesByName(t *testing.T) {
	for f, want := range map[Features]int{Skeleton: Channels, "skeleton": Channels, Pendulum: PendulumChannels, Fall: FallChannels} {
		in := DefaultInput
		in.Features = f
		if err := in.Check(); err != nil || in.Channels() != want {
			t.Errorf("%q: %d channels, want %d (%v)", f, in.Channels(), want, err)
		}
	}
	in := DefaultInput
	in.Features = "smell"
	if err := in.Check(); err == nil || err.Error() != `input.features is "smell", and must be one of fall, pendulum, skeleton` {
		t.Errorf("unknown features: %v", err)
	}
}
