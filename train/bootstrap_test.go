package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// namedClips are clips in groups of a size.
func namedClips(n, size int) []Judged {
	clips := make([]Judged, n)
	for i := range clips {
		clips[i] = Judged{Clip: fmt.Sprintf("clip-%03d", i), Group: fmt.Sprintf("group-%03d", i/size)}
	}
	return clips
}

// coverage is how often the interval of a share holds the truth, where all clips of a group
// are right or wrong together with the given chance.
func coverage(truth float64, clips []Judged, size int) float64 {
	const tries = 300
	ones := make([]float64, len(clips))
	for i := range ones {
		ones[i] = 1
	}
	right := make([]float64, len(clips))
	held := 0
	for try := range tries {
		rng := rand.New(rand.NewPCG(7, uint64(try)))
		for i := range right {
			if i%size == 0 {
				right[i] = count(rng.Float64() < truth)
			} else {
				right[i] = right[i-1]
			}
		}
		m := newBootstrap(clips, 300, uint64(try)).measure([]statistic{ratio(right, ones)})[0]
		if m.Low <= truth && truth <= m.High {
			held++
		}
	}
	return float64(held) / tries
}

func TestIntervalHoldsTheTruthAsOftenAsItSays(t *testing.T) {
	if got := coverage(0.7, namedClips(100, 1), 1); got < 0.90 || got > 0.98 {
		t.Errorf("independent clips: %.3f of the intervals hold the truth, want about 0.95", got)
	}
	grouped := coverage(0.7, namedClips(200, 5), 5)
	if grouped < 0.88 || grouped > 0.98 {
		t.Errorf("40 groups: %.3f of the intervals hold the truth, want about 0.95", grouped)
	}
	blind := namedClips(200, 1) // the same, with the groups not told
	if got := coverage(0.7, blind, 5); got > grouped-0.1 {
		t.Errorf("without groups %.3f hold the truth, with them %.3f: groups make no difference", got, grouped)
	}
}

func TestFewGroupsAreNotResampled(t *testing.T) {
	for _, c := range []struct {
		clips, size int
		unit        string
		units       int
	}{{80, 10, "group", 8}, {70, 10, "clip", 70}, {5, 1, "clip", 5}, {9, 1, "clip", 9}} {
		got := newBootstrap(namedClips(c.clips, c.size), 10, 1).made
		if got.Unit != c.unit || got.Units != c.units {
			t.Errorf("%d clips in groups of %d: resampled %d %ss, want %d %ss", c.clips, c.size, got.Units, got.Unit, c.units, c.unit)
		}
	}
}

func TestIntervalOfWhatIsSeldomDefined(t *testing.T) {
	clips := namedClips(40, 1)
	above, below := make([]float64, 40), make([]float64, 40)
	above[3], below[3] = 1, 1 // one clip alone defines it: 63 % of the draws hold it
	m := newBootstrap(clips, 500, 1).measure([]statistic{ratio(above, below), func([]float64) float64 { return math.NaN() }})
	if m[0].Value != 1 || m[0].Low != 1 || m[0].High != 1 {
		t.Errorf("defined by one clip: %+v", m[0])
	}
	if m[1].Defined() || !math.IsNaN(m[1].Low) {
		t.Errorf("never defined: %+v", m[1])
	}
}
