package tracktest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
)

var rooms = flag.Int("rooms", 0, "play each scene in so many rooms, at all rates; 0 = in one room and at two rates")

// TestTracking compares trackers where it is known who is who.
func TestTracking(t *testing.T) {
	rates, played := []float64{5, 12.5}, 1
	if *rooms > 0 {
		rates, played = []float64{3, 5, 12.5, 30}, *rooms
	}
	var byScene, byRate table
	for i := range scenes {
		s := &scenes[i]
		for _, rate := range rates {
			for room := range played {
				rng := rand.New(rand.NewPCG(uint64(i), uint64(rate*10)))
				scores := contest(s.perform(t, fmt.Sprintf("room-%02d", room+1), rate, rng))
				byScene.add(s.name, scores)
				byRate.add(fmt.Sprintf("%g poses a second", rate), scores)
			}
		}
	}
	t.Logf("%d rooms%s\n%s", played, &byScene, &byRate)
	all := byScene.all()
	before, now := all[greedyIs], all[trackerIs]
	if now.IDF1() < 0.9 || now.IDF1() < before.IDF1()+0.05 || 2*now.Switches > before.Switches {
		t.Errorf("IDF1 %.3f with %d switches, and the greedy tracker has %.3f with %d", now.IDF1(), now.Switches, before.IDF1(), before.Switches)
	}
	if now.MOTA() < before.MOTA()-0.005 {
		t.Errorf("MOTA %.3f, and the greedy tracker has %.3f", now.MOTA(), before.MOTA())
	}
}
