package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
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

// otherPoses tells what to do about a file of poses that are not those asked for.
func (j *job) otherPoses(e *data.OtherPosesError) error {
	asked := j.settings.Extract.Profile
	anew := fmt.Sprintf("extract its video anew with --profile %s --fps %g", asked, e.Asked.FPS)
	if e.Has.Live() {
		anew = "leave the clip out: a camera was watched, and nobody has kept its pictures"
	}
	has := j.profileOf(e.Has.Engine)
	switch {
	case has == "":
		return fmt.Errorf("%w: %s", e, anew)
	case has == asked:
		return fmt.Errorf("%w: set extract.fps to %g, or %s", e, e.Has.FPS, anew)
	}
	return fmt.Errorf("%w: they are of the profile %s, and extract.profile is %s: give --profile %s, or %s", e, has, asked, has, anew)
}

// profileOf is the profile whose engine has an ID, with the other settings as they are; "" =
// none has.
func (j *job) profileOf(id string) string {
	some := *j
	for _, name := range vision.ProfileNames() {
		some.settings.Extract.Profile = name
		if f, err := some.openFront(""); err == nil && f.id() == id {
			return name
		}
	}
	return ""
}
