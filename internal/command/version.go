package command

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
)

// Version is what CHANGELOG.md calls this state of the programs.
const Version = "0.1.0"

// Released is its day, which manual pages carry; a clock that shows an earlier one is wrong.
var Released = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// NewVersion gives the verb that prints the version of a program.
func NewVersion(program string, stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and what it was built with",
		Args:  Wants(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(stdout, "%s %s%s (%s, %s/%s)\n", program, Version, Revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// Revision is the commit that the program was built from, after a space, where the build knows it.
func Revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = " " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changes"
		}
	}
	return commit + changed
}
