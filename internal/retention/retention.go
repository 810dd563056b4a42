// Package retention keeps what the daemon remembers within an age and a size, and leaves room
// on the disk: what is oldest goes first, early where the disk is nearly full, since an alarm
// of today must find room. It never decides what may go: each place that keeps something
// holds back what is still needed.
package retention

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Settings say how much is kept.
type Settings struct {
	Days          int `json:"days" yaml:"days"`                     // 0 = without end
	Megabytes     int `json:"megabytes" yaml:"megabytes"`           // of each place; 0 = as much as fits
	FreeMegabytes int `json:"free_megabytes" yaml:"free_megabytes"` // on the disk, below which old records go early
}

// Default keeps a quarter of a year.
var Default = Settings{Days: 90, Megabytes: 500, FreeMegabytes: 200}

// Faults lists every setting that cannot be, each fault starting with its name.
func (s Settings) Faults() []error {
	var faults []error
	for _, v := range []struct {
		name  string
		value int
		most  int
	}{
		{"days", s.Days, 36500},
		{"megabytes", s.Megabytes, 1 << 20},
		{"free_megabytes", s.FreeMegabytes, 1 << 20},
	} {
		if v.value < 0 || v.value > v.most {
			faults = append(faults, fmt.Errorf("retention.%s is %d, and must be from 0 to %d", v.name, v.value, v.most))
		}
	}
	return faults
}

// Place keeps records.
type Place interface {
	// Prune removes records from before olderThan, and then the oldest until no more than
	// maxBytes are left (0 = as many as there are), but none that is still needed. It tells
	// how many it removed.
	Prune(olderThan time.Time, maxBytes int64) (removed int, err error)
}

// Keeper sees to it.
type Keeper struct {
	Settings Settings
	Places   []Place
	Free     func() (bytes uint64, err error) // on the disk
	Told     func(Outcome)
}

// Outcome of one round.
type Outcome struct {
	Removed int
	Early   bool // some went before their time, since the disk was nearly full
	Full    bool // and there is still too little room
	Free    uint64
	Err     error
}

// Every is how often Run looks.
const Every = 10 * time.Minute

// Run does a round at once and at each tick, until ctx ends.
func (k *Keeper) Run(ctx context.Context, ticks <-chan time.Time, now time.Time) error {
	for {
		k.Told(k.Round(now))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now = <-ticks:
		}
	}
}

// Round removes what is too old or too much, and more where the disk is nearly full: half of
// the age that is kept, then half of that, down to an hour. It stops where that gives the disk
// no room back, as of a database whose file does not shrink.
func (k *Keeper) Round(now time.Time) Outcome {
	s := k.Settings
	var o Outcome
	age := time.Duration(s.Days) * 24 * time.Hour
	k.prune(&o, now, age)
	for o.Free, o.Full = k.short(&o); o.Full && age != time.Hour; o.Free, o.Full = k.short(&o) {
		if age == 0 {
			age = 2 * time.Duration(Default.Days) * 24 * time.Hour
		}
		age = max(age/2, time.Hour)
		before, room := o.Removed, o.Free
		k.prune(&o, now, age)
		if o.Removed == before {
			continue
		}
		o.Early = true
		if free, err := k.Free(); err == nil && free <= room {
			break
		}
	}
	return o
}

func (k *Keeper) prune(o *Outcome, now time.Time, age time.Duration) {
	var olderThan time.Time
	if age > 0 {
		olderThan = now.Add(-age)
	}
	for _, p := range k.Places {
		removed, err := p.Prune(olderThan, int64(k.Settings.Megabytes)<<20)
		o.Removed += removed
		if err != nil && o.Err == nil {
			o.Err = err
		}
	}
}

// short tells whether the disk has too little room left. One that cannot be asked has enough.
func (k *Keeper) short(o *Outcome) (free uint64, short bool) {
	free, err := k.Free()
	if err != nil {
		o.Err = errors.Join(o.Err, err)
		return 0, false
	}
	return free, free < uint64(k.Settings.FreeMegabytes)<<20
}
