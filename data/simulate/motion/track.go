package motion

import (
	"fallkit/data/simulate/body"
)

// track is a recorded fall.
type track struct {
	poses []body.Pose // recorded times an instant apart
	hips  []float64   // height
	down  []bool      // the hips touch
	fast  []float64   // m/s, of the fastest part of the trunk
}

const recordedEvery = recorded * instant

func (k *track) seconds() float64 { return float64(len(k.poses)-1) * recordedEvery }

// record steps the ragdoll until it lies still.
func (a *actor) record(d *ragdoll, l loss) *track {
	k := &track{}
	still := 0
	for i := 0; ; i++ {
		if i%recorded == 0 {
			k.poses = append(k.poses, d.pose())
			k.hips = append(k.hips, 0.5*(d.m[dHip].at.Y+d.m[dHip+1].at.Y))
			k.down = append(k.down, d.landed())
			k.fast = append(k.fast, d.speed())
			if still++; d.speed() > 0.12 || !k.down[len(k.down)-1] {
				still = 0
			}
			if d.time > 0.6 && still >= 20 || d.time > l.seconds {
				return k
			}
		}
		l.act(d)
		if i == 0 {
			d.held = d.energy()
		}
		d.step()
	}
}

// at is the recorded body, between two poses by interpolation.
func (k *track) at(t float64) rig {
	x := min(max(t/recordedEvery, 0), float64(len(k.poses)-1))
	i := min(int(x), len(k.poses)-2)
	part := x - float64(i)
	a, b := &k.poses[i], &k.poses[i+1]
	r := rig{lying: true, loose: true}
	r.pose.Root = body.Lerp(a.Root, b.Root, part)
	r.pose.Turn[body.Pelvis] = body.Slerp(a.Turn[body.Pelvis], b.Turn[body.Pelvis], part)
	for c := body.Chest; int(c) < body.Parts; c++ {
		p := c.Parent()
		r.pose.Turn[c] = body.Mul(r.pose.Turn[p], body.Slerp(body.Between(a.Turn[p], a.Turn[c]), body.Between(b.Turn[p], b.Turn[c]), part))
	}
	return r
}

// moments finds when the descent begins, when the hips hit, and when the body rests.
func (k *track) moments(onset float64) Fall {
	hit := len(k.poses) - 1
	start := k.hips[0]
	for i := range k.down {
		if k.down[i] && k.hips[i] < 0.8*start {
			hit = i
			break
		}
	}
	descent := hit
	for descent > 0 && (k.hips[descent-1]-k.hips[descent])/recordedEvery > 0.15 || descent > hit-8 && descent > 0 {
		descent--
	}
	rest := hit
	for i := hit; i < len(k.fast); i++ {
		if k.fast[i] > 0.45 {
			rest = i
		}
	}
	rest = max(min(rest+1, len(k.poses)-1), hit)
	at := func(i int) float64 { return onset + float64(i)*recordedEvery }
	return Fall{Onset: onset, Descent: at(descent), Impact: at(hit), Rest: at(rest)}
}
