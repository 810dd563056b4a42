package main

import (
	"strings"

	"github.com/spf13/cobra"

	"fallkit/pose/vision"
)

// otherProfileFlag lets a detector see poses of another profile than it learned from.
const otherProfileFlag = "other-profile"

// profileFlag gives a verb the choice of the profile.
func profileFlag(c *cobra.Command) {
	setting(c, "profile", "extract.profile", "how pose networks share the work: "+strings.Join(vision.ProfileNames(), ", "))
}

// profileFlags are for verbs that give poses to a detector, whose own profile it is unless
// the user insists.
func profileFlags(c *cobra.Command) {
	setting(c, "profile", "extract.profile", "how pose networks share the work, where the model does not say: "+strings.Join(vision.ProfileNames(), ", "))
	c.Flags().Bool(otherProfileFlag, false, "let the model see poses of another profile than it has learned from, with a warning")
}
