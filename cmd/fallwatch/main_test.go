package main

import (
	"context"
	"image"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fallkit/data"
	"fallkit/data/simulate"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"fallwatch": main}) }

// TestScripts runs the verbs as a user types them. Scripts that need the pose networks say
// [!weights] skip.
func TestScripts(t *testing.T) {
	home, err := weights.Home()
	if err != nil {
		t.Fatal(err)
	}
	there := weights.Verify(home, network) == nil
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"filmed": filmed, "posed": posed, "foreign": foreign},
		Condition: func(name string) (bool, error) {
			return name == "weights" && there, nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("FALLKIT_HOME", home)
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("SHIPPED", absolute(t, shipped))
			alone, _, _ := strings.Cut(e.Getenv("PATH"), string(os.PathListSeparator))
			e.Setenv("ALONE", alone) // the folder of fallwatch, and of no other program
			return nil
		},
	})
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return full
}

// filmed FILE writes a video in which somebody falls.
func filmed(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(film(ts.MkAbs(args[0]), fallClip()))
}

// posed DIR makes a data folder of poses: some minutes of a life in which somebody falls.
func posed(ts *testscript.TestScript, _ bool, args []string) {
	s := simulate.Settings{Preset: simulate.LongDay, Hours: 0.2, Seed: 13, Width: 640, Height: 480, FPS: 12.5}
	ts.Check(simulate.WritePoseFolder(context.Background(), ts.MkAbs(args[0]), s, simulate.Fitted(), nil))
}

// foreign FILE writes poses that another network has found in a video.
func foreign(ts *testscript.TestScript, _ bool, args []string) {
	store, o := data.Store{Dir: ts.MkAbs("store")}, data.Origin{VideoSHA256: "ab", Engine: "another", FPS: 9}
	ts.Check(store.Put(o, &pose.Recording{Width: 64, Height: 64, FrameTimes: []float64{0}, PoseTimes: []float64{0}}))
	ts.Check(os.Rename(store.Path(o.Key()), ts.MkAbs(args[0])))
}

// fallClip is generated footage in which somebody falls after some three seconds.
func fallClip() simulate.Clip {
	s := simulate.DefaultSettings
	s.Clips, s.Seed = 8, 1
	for _, c := range simulate.Plan(s) {
		if strings.HasPrefix(c.Name, "fall-") {
			return c
		}
	}
	panic("no clip shows a fall")
}

func film(path string, c simulate.Clip) error {
	return vision.WriteVideo(path, simulate.DefaultSettings.FPS, pictures(c))
}

// pictures are those of a clip.
func pictures(c simulate.Clip) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		for p := range c.Frames() {
			if !yield(p) {
				return
			}
		}
	}
}

// Whoever adds a verb finds here what help and exit codes need of it.
func TestEveryVerbIsWhole(t *testing.T) {
	root := newRoot(newApp(nil, nil, os.Stdout, os.Stderr), verbs)
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Short[0] < 'A' || cmd.Short[0] > 'Z' || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: Short is %q: a capital first, no full stop", cmd.CommandPath(), cmd.Short)
		}
		if cmd.Args == nil || cmd.RunE == nil || cmd.Run != nil {
			t.Errorf("%s: needs Args (wants) and RunE, and no Run", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: Usage is %q: one phrase, no full stop", cmd.CommandPath(), f.Name, f.Usage)
			}
		})
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(root)
}
