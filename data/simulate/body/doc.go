// Package body is a person as an articulated figure in space: bones, joints with limits,
// masses, and the COCO-17 joints that a pose network looks for. Bodies are drawn by sex,
// age and stature from published tables.
//
// It knows nothing of time: package motion moves bodies. Lengths are in metres, angles in
// degrees; x points to the body's left, y up, z forward.
package body
