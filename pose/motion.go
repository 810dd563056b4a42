package pose

import "math"

// motion is a Kalman filter of one coordinate whose speed is constant but for chance
// accelerations (white noise: Bar-Shalom, Li & Kirubarajan 2001, "Estimation with
// applications to tracking and navigation", section 6.2). Times may be uneven: a long gap
// is one long step. Lengths are in pixels; size, a body's, turns the constants into them.
type motion struct {
	at, speed            float64 // pixels, pixels a second
	varAt, cov, varSpeed float64 // their covariance
}

// Standard deviations, in body sizes (and seconds).
const (
	motionNoise = 0.2 // of a body's centre in one pose: its joints are off
	motionGain  = 2.0 // of what a speed gains within a second
	motionSpeed = 3.0 // of the speed of somebody who is seen for the first time
)

func startMotion(at, size float64) motion {
	return motion{at: at, varAt: square(motionNoise * size), varSpeed: square(motionSpeed * size)}
}

// after is the motion dt seconds later.
func (m motion) after(dt, size float64) motion {
	q := square(motionGain * size)
	return motion{
		at:       m.at + m.speed*dt,
		speed:    m.speed,
		varAt:    m.varAt + 2*dt*m.cov + dt*dt*m.varSpeed + q*dt*dt*dt/3,
		cov:      m.cov + dt*m.varSpeed + q*dt*dt/2,
		varSpeed: m.varSpeed + q*dt,
	}
}

// seen is the motion corrected by a sighting.
func (m motion) seen(at, size float64) motion {
	total := m.spread(size)
	if total == 0 {
		return m
	}
	gainAt, gainSpeed := m.varAt/total, m.cov/total
	off := at - m.at
	return motion{
		at:       m.at + gainAt*off,
		speed:    m.speed + gainSpeed*off,
		varAt:    (1 - gainAt) * m.varAt,
		cov:      (1 - gainAt) * m.cov,
		varSpeed: m.varSpeed - gainSpeed*m.cov,
	}
}

// spread is the variance of where the next sighting will be.
func (m motion) spread(size float64) float64 { return m.varAt + square(motionNoise*size) }

func square(x float64) float64 { return x * x }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
