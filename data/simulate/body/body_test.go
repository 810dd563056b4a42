package body

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"
	"pgregory.net/rapid"

	"fallkit/pose"
)

func drawBody(t *rapid.T) *Body {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	return Sample(rng, rapid.SampledFrom([]Who{Anyone, Kid, Adult, Senior}).Draw(t, "who"))
}

// straight is an upright body, arms hanging.
func straight(b *Body) (p Pose) {
	p.Root.Y = b.LegLength()
	for i := range p.Turn {
		p.Turn[i] = Identity
	}
	return p
}

// anyPose draws directions for all bones.
func anyPose(t *rapid.T) (p Pose) {
	for i := range p.Turn {
		axis := Unit(r3.Vec{X: rapid.Float64Range(-1, 1).Draw(t, "x"), Y: rapid.Float64Range(-1, 1).Draw(t, "y"), Z: rapid.Float64Range(-1, 1).Draw(t, "z")}, AxisX)
		p.Turn[i] = Turn(axis, rapid.Float64Range(-180, 180).Draw(t, "degrees"))
	}
	return p
}

func TestABodyIsAsTallAsItsPerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBody(t)
		p := straight(b)
		q := b.Place(&p)
		if off := math.Abs(q.Crown.Y - b.Stature); off > 1e-9 {
			t.Fatalf("the crown is at %.3f m, and the stature %.3f m", q.Crown.Y, b.Stature)
		}
		for i := range 2 {
			if low := q.Ball[i].Y - b.Flesh.Sole; math.Abs(low) > 1e-9 {
				t.Fatalf("the sole is at %.4f m", low)
			}
		}
		if b.Back < 0.1*b.Stature || b.Stature < 0.7 || b.Stature > 2.1 || b.Mass < 8 || b.Mass > 180 {
			t.Fatalf("nobody is like that: %+v", b)
		}
	})
}

func TestBonesKeepTheirLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, p := drawBody(t), anyPose(t)
		q := b.Place(&p)
		j := q.Joints()
		for i := range pose.Joint(2) {
			for _, bone := range [...]struct {
				from, to pose.Joint
				want     float64
			}{
				{pose.LeftHip, pose.LeftKnee, b.Thigh},
				{pose.LeftKnee, pose.LeftAnkle, b.Shank},
				{pose.LeftShoulder, pose.LeftElbow, b.UpperArm},
				{pose.LeftElbow, pose.LeftWrist, b.Forearm},
			} {
				if have := r3.Norm(r3.Sub(j[bone.from+i], j[bone.to+i])); math.Abs(have-bone.want) > 1e-9 {
					t.Fatalf("%v to %v is %.4f m, not %.4f", bone.from+i, bone.to+i, have, bone.want)
				}
			}
		}
		if have := r3.Norm(r3.Sub(q.Hip[0], q.Hip[1])); math.Abs(have-2*b.HipHalf) > 1e-9 {
			t.Fatalf("the hips are %.4f m apart, not %.4f", have, 2*b.HipHalf)
		}
	})
}

func TestMassesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBody(t)
		sum := 0.0
		for _, w := range b.Weight {
			sum += w
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("the parts weigh %.4f of the whole", sum)
		}
		p := straight(b)
		q := b.Place(&p)
		c := b.MassCentre(&q)
		// about 55 % of an adult's height; children's is higher
		if h := c.Y / b.Stature; h < 0.5 || h > 0.64 || math.Abs(c.X) > 1e-9 {
			t.Fatalf("the centre of mass is at %.3f of stature, %.3f m aside", h, c.X)
		}
	})
}

// The median of the growth charts comes out of the tables, and the adults' is that of the
// charts' last row less what age takes.
func TestStatureFollowsItsTables(t *testing.T) {
	for _, c := range []struct {
		sex      Sex
		age, z   float64
		want, by float64 // m
	}{
		{Male, 10, 0, 1.388, 0.001},
		{Female, 6, 0, 1.150, 0.001},
		{Male, 18, 1.645, 1.877, 0.004}, // 95th percentile of the charts: 187.7 cm
		{Female, 18, -1.645, 1.526, 0.004},
		{Female, 30, 0, 1.631, 0.001},
		{Male, 70, 0, 1.762 - 0.03, 0.001},
		{Female, 80, 0, 1.631 - 0.08, 0.001},
	} {
		have := chart(c.sex, c.age).stature.at(c.z)/100 - shrunk(c.sex, c.age)
		if math.Abs(have-c.want) > c.by {
			t.Errorf("%v of %g years, z %g: %.4f m, not %.3f", c.sex, c.age, c.z, have, c.want)
		}
	}
}

// Euler's angles make the rotation that they were read off.
func TestEulerMakesTheRotationAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-179, 179).Draw(t, "x")
		z := rapid.Float64Range(-89, 89).Draw(t, "z")
		y := rapid.Float64Range(-179, 179).Draw(t, "y")
		gx, gz, gy := Euler(Mul(Turn(AxisX, x), Turn(AxisZ, z), Turn(AxisY, y)))
		if math.Abs(gx-x)+math.Abs(gz-z)+math.Abs(gy-y) > 1e-4 {
			t.Fatalf("%.3f %.3f %.3f came back as %.3f %.3f %.3f", x, z, y, gx, gz, gy)
		}
	})
}

func TestBasisHasItsAxis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := func(name string) r3.Vec {
			return r3.Vec{X: rapid.Float64Range(-1, 1).Draw(t, name), Y: rapid.Float64Range(-1, 1).Draw(t, name), Z: rapid.Float64Range(-1, 1).Draw(t, name)}
		}
		y, x := v("y"), v("x")
		if r3.Norm(y) < 0.01 || r3.Norm(r3.Cross(x, y)) < 0.01 {
			t.Skip()
		}
		r := Basis(y, x)
		if off := r3.Norm(r3.Sub(r.Rotate(AxisY), r3.Unit(y))); off > 1e-9 {
			t.Fatalf("its y axis is off by %g", off)
		}
		if r3.Dot(r.Rotate(AxisX), x) < 0 {
			t.Fatal("its x axis looks away from x")
		}
	})
}

// A leg reaches what is within its reach, with its knee to the front and on its hinge.
func TestLegsAndArmsReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBody(t)
		p := straight(b)
		i := rapid.IntRange(0, 1).Draw(t, "side")
		way := Unit(r3.Vec{X: rapid.Float64Range(-0.4, 0.4).Draw(t, "x"), Y: -1, Z: rapid.Float64Range(-0.6, 1).Draw(t, "z")}, AxisY)
		part := rapid.Float64Range(0.45, 0.99).Draw(t, "part")
		q := b.Place(&p)
		to := r3.Add(q.Hip[i], r3.Scale(part*(b.Thigh+b.Shank), way))
		b.Leg(&p, i, to, AxisZ)
		wrist := r3.Add(q.Shoulder[i], r3.Scale(part*(b.UpperArm+b.Forearm), way))
		b.Arm(&p, i, wrist, AxisZ)
		q = b.Place(&p)
		if off := r3.Norm(r3.Sub(q.Ankle[i], to)); off > 1e-6 {
			t.Fatalf("the ankle misses by %.4f m", off)
		}
		if off := r3.Norm(r3.Sub(q.Wrist[i], wrist)); off > 1e-6 {
			t.Fatalf("the wrist misses by %.4f m", off)
		}
		a := p.Angles()
		if a.Hinge[i] > 1e-6 || a.Knee[i] < 0 || a.Elbow[i] < 0 {
			t.Fatalf("knee %.1f° (%.2g° off its hinge), elbow %.1f°", a.Knee[i], a.Hinge[i], a.Elbow[i])
		}
	})
}

func TestLimitBringsJointsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPose(t)
		p.Limit()
		a := p.Angles()
		for i := range 2 {
			if kneeBend.excess(a.Knee[i]) > 1e-6 || a.Hinge[i] > 1e-6 || elbowBend.excess(a.Elbow[i]) > 1e-6 {
				t.Fatalf("knee %.1f°, %.1f° off its hinge, elbow %.1f°", a.Knee[i], a.Hinge[i], a.Elbow[i])
			}
		}
		if e := spineFlex.excess(a.Spine.Flex) + spineSide.excess(a.Spine.Side) + neckTurn.excess(a.Neck.Turn); e > 1e-6 {
			t.Fatalf("spine and neck are %.1f° beyond", e)
		}
	})
}

// Whatever a body is forced into, Limit brings hips, knees, ankles, elbows and shoulders back.
func TestLimitLeavesNoStrain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Pose
		angle := rapid.Float64Range(-179, 179)
		for c := range p.Turn {
			p.Turn[c] = Mul(Turn(AxisX, angle.Draw(t, "x")), Turn(AxisZ, angle.Draw(t, "z")), Turn(AxisY, angle.Draw(t, "y")))
		}
		p.Limit()
		if by, joint := p.Strain(); by > 0.5 {
			t.Fatalf("the %s is still %.1f° beyond its limit", joint, by)
		}
	})
}
