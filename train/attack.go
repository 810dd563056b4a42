package train

import (
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// The two directions of an attack.
const (
	AttackHide = "hide" // a fall that the clean detector finds goes unnoticed
	AttackFake = "fake" // an event arises in an everyday clip that the clean detector is quiet in
)

// Attack moves the joints of recorded poses against a detector and measures how little of it
// is enough. docs/attack.md defines what comes out.
type Attack struct {
	Settings  AttackSettings
	Input     pose.Input
	Alarm     alarm.Settings         // with the threshold
	Open      func() (Victim, error) // one for each worker
	Hide      bool                   // the directions
	Fake      bool
	Workers   int                   // at least 1; 0: as many as Go has processors. The result does not depend on it
	Resamples int                   // for the intervals
	Report    func(done, total int) // may be nil; called by several workers
}

// attacked is what came out for one target: for each method the smallest displacement, in
// pixels, +Inf where no budget was enough.
type attacked struct {
	clip     int // index into the judged clips
	hide     bool
	size     float64 // body size in pixels
	smallest map[string]float64
}

// Run attacks clips that the clean detector has judged: each fall that it found, and each
// everyday clip in which it was quiet.
func (a Attack) Run(ctx context.Context, clips []Judged) (AttackResult, error) {
	var targets []*target
	var outcomes []attacked
	for i := range clips {
		clips[i].Threshold = a.Alarm.Threshold
		for _, t := range a.targetsOf(&clips[i]) {
			targets = append(targets, t)
			outcomes = append(outcomes, attacked{clip: i, hide: t.hide, size: t.size})
		}
	}
	gradient, err := a.run(ctx, targets, outcomes)
	if err != nil {
		return AttackResult{}, err
	}
	return a.result(clips, outcomes, attackMethods(gradient)), nil
}

func (a Attack) targetsOf(j *Judged) (targets []*target) {
	if !j.Fall {
		if suspected, _ := eventTallies(j, a.Alarm); a.Fake && suspected.falseAlarms == 0 {
			targets = append(targets, quietTarget(j, a.Input, a.Alarm))
		}
		return targets
	}
	for _, f := range j.Falls {
		if a.Hide && foundIn(j, f, a.Alarm) {
			targets = append(targets, fallTarget(j, f, a.Input, a.Alarm))
		}
	}
	return targets
}

// run shares the targets out among the workers; each takes the next when it is done with one.
func (a Attack) run(ctx context.Context, targets []*target, outcomes []attacked) (gradient bool, err error) {
	workers := a.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next, done atomic.Int64
	var hasGradient atomic.Bool
	group, ctx := errgroup.WithContext(ctx)
	for range workers {
		group.Go(func() (err error) {
			v, err := a.Open()
			if err != nil {
				return err
			}
			if v.Close != nil {
				defer func() {
					if cerr := v.Close(); err == nil {
						err = cerr
					}
				}()
			}
			hasGradient.Store(v.Gradient != nil)
			for i := next.Add(1) - 1; i < int64(len(targets)); i = next.Add(1) - 1 {
				if outcomes[i].smallest, err = a.attack(ctx, targets[i], v); err != nil {
					return err
				}
				targets[i] = nil // its copies of the poses are not needed any more
				if n := int(done.Add(1)); a.Report != nil {
					a.Report(n, len(targets))
				}
			}
			return nil
		})
	}
	err = group.Wait()
	return hasGradient.Load(), err
}

// attack tries every method on one target.
func (a Attack) attack(ctx context.Context, t *target, v Victim) (map[string]float64, error) {
	smallest := map[string]float64{}
	greatest := a.Settings.Budgets[len(a.Settings.Budgets)-1]
	for _, method := range attackMethods(v.Gradient != nil) {
		one, err := newAttacker(t, v, method, a.Settings)
		if err != nil {
			return nil, err
		}
		if smallest[method], err = one.smallest(ctx, greatest); err != nil {
			return nil, err
		}
	}
	return smallest, nil
}
