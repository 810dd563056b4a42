//go:build matprofile

package vision

import "gocv.io/x/gocv"

// mats is how many Mats are open.
func mats() int { return gocv.MatProfile.Count() }
