// Package motion moves bodies: a library of what people do at home and of how they fall,
// planned from a seed, with the truth about every moment.
//
// What is done on purpose follows from postures, footsteps and inverse kinematics: feet and
// hands that carry the body keep their place. What happens to a body that has lost its
// balance is integrated from gravity, contact and what the muscles still do.
//
// Lengths are in metres, times in seconds, angles in degrees; y points up, the floor is at
// y = 0. It knows no camera: whoever has one looks at the take's states.
package motion
