package doctor

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Clock is what the machine says of its time.
type Clock struct {
	Wall     time.Time
	Jumped   time.Duration // how far it moved against the monotonic clock while it was watched
	Synced   bool          // the kernel hears from a time server
	Error    time.Duration // at most, as the kernel thinks
	NotKnown error         // why Synced is not known
}

// ClockCheck watches the clock for a moment. It must not be before built, the day of the
// program.
func ClockCheck(built time.Time) Check {
	return Check{"clock", func(ctx context.Context) []Finding {
		c := readClock(ctx, time.Second)
		return c.judge(built)
	}}
}

// readClock watches for so long.
func readClock(ctx context.Context, d time.Duration) Clock {
	start := time.Now()
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
	now := time.Now()
	c := Clock{Wall: now.Round(0)}
	c.Jumped = now.Round(0).Sub(start.Round(0)) - now.Sub(start)
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		c.NotKnown = err
		return c
	}
	const unsynchronised, timeError = 0x40, 5 // STA_UNSYNC, TIME_ERROR of <sys/timex.h>
	c.Synced = state != timeError && t.Status&unsynchronised == 0
	c.Error = time.Duration(t.Maxerror) * time.Microsecond
	return c
}

func (c Clock) judge(built time.Time) []Finding {
	const ntp = "timedatectl set-ntp true (apt-get install systemd-timesyncd), and let the machine reach a time server"
	switch {
	case c.Wall.Before(built):
		return one(Fault, fmt.Sprintf("it is %s by this clock, which is before this program was made", c.Wall.Format(time.RFC3339)), ntp)
	case c.Jumped.Abs() > 100*time.Millisecond:
		return one(Warning, fmt.Sprintf("the clock was set by %v while it was watched", c.Jumped.Round(time.Millisecond)), "see that only one program sets it; alarms go by a clock that does not jump, but their times in reports do not")
	case c.NotKnown != nil:
		return one(Skipped, fmt.Sprintf("whether a time server sets the clock is not known: %v", c.NotKnown), "")
	case !c.Synced:
		return one(Warning, "no time server sets the clock: times in reports will be wrong by and by", ntp)
	}
	return []Finding{fine("%s, set by a time server, right to within %v", c.Wall.Format(time.RFC3339), c.Error.Round(time.Millisecond))}
}
