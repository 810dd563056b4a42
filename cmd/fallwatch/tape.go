package main

import (
	"context"
	"time"
)

// tape is the time of footage that is played.
type tape struct {
	begin time.Time     // of the first picture
	speed float64       // times as fast as it was filmed; 0 = as fast as can be
	ended time.Duration // how long it was, once it has ended
}

// wait keeps the footage to its speed, at a time of its own.
func (t *tape) wait(ctx context.Context, at float64) {
	if t.speed <= 0 {
		return
	}
	step := time.Duration((at - t.ended.Seconds()) / t.speed * float64(time.Second))
	select {
	case <-ctx.Done():
	case <-time.After(step):
	}
}

// at is the moment of a time of the footage, which it has come to.
func (t *tape) at(time float64) time.Time {
	t.ended = seconds(time)
	return t.begin.Add(t.ended)
}

func (t *tape) from(begin time.Time)  { t.begin = begin }
func (t *tape) length() time.Duration { return t.ended }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
