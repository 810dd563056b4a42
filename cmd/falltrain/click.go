package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/internal/click"
	"fallkit/pose/vision"
)

// clicking is what the user asked the click verb for.
type clicking struct {
	*app
	frames int
	out    string
	seed   uint64
	only   []string
	port   int
	review bool
}

func newClickCommand(a *app) *cobra.Command {
	k := &clicking{app: a}
	c := &cobra.Command{
		Use:   "click DATA",
		Short: "Place joints by hand on frames, as truth for poses",
		Long: `Place joints by hand on frames of the clips, as truth that poses can be measured against. The
verb prints the address of a page, for a browser on this machine and nobody else; what you place
there is in the file --out at once, in COCO's keypoint format. Ctrl-C ends it, and the same
command goes on where it was. Of five frames two show a fall, two somebody who lies, and one
something else; they are spread over cameras, subjects and clips. docs/click.md says how to place well.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) error { return k.run(c.Context(), args[0]) },
	}
	f := c.Flags()
	f.IntVar(&k.frames, "frames", 100, "how many frames; a greater number later adds to the same ones")
	f.StringVar(&k.out, "out", "clicks.json", "file for what is placed; one that is there is gone on with")
	f.Uint64Var(&k.seed, "seed", 1, "of what frames are drawn")
	f.StringSliceVar(&k.only, "only", nil, onlyHelp)
	f.IntVar(&k.port, "port", 0, "of the page's address; 0 = any that is free")
	f.BoolVar(&k.review, "review", false, "open the page although all frames are done, to look at them again")
	return c
}

func (k *clicking) run(ctx context.Context, dir string) error {
	switch {
	case k.frames < 1:
		return usage("--frames is %d, and must be at least 1", k.frames)
	case k.port < 0 || k.port > 65535:
		return usage("--port is %d, and must be 0 to 65535", k.port)
	case k.out == "":
		return usage("--out is empty: name the file for what is placed")
	}
	frames, err := k.choose(dir)
	if err != nil {
		return err
	}
	if err := writable(k.out); err != nil {
		return err
	}
	session, err := click.Open(k.out, frames)
	if err != nil {
		return err
	}
	if session.Done() == len(frames) && !k.review {
		fmt.Fprintf(k.stdout, "%d of %d frames done, kept in %s: a greater --frames adds some, --review opens these again\n", len(frames), len(frames), k.out)
		return nil
	}
	return k.serve(ctx, dir, session)
}

// choose takes the frames; clips of which labels.csv does not say how long they are, are asked.
func (k *clicking) choose(dir string) ([]click.Frame, error) {
	m, err := data.Open(dir)
	if err != nil {
		return nil, err
	}
	if m, err = m.Only(k.only); err != nil {
		return nil, usageError{err}
	}
	if err := k.leavePosed(m, dir); err != nil {
		return nil, err
	}
	for i := range m.Clips {
		if c := &m.Clips[i]; c.Frames == 0 {
			if _, c.Frames, err = vision.Probe(m.VideoPath(i)); err != nil {
				k.skipped(fmt.Errorf("%s: %w", c, err))
			}
		}
	}
	frames := click.Choose(m, k.frames, k.seed)
	if len(frames) == 0 {
		return nil, fmt.Errorf("no clip of %s has a frame to choose: fill in the column frames of its labels.csv", dir)
	}
	if len(frames) < k.frames {
		k.warn("the clips have only %s to choose", plural(len(frames), "frame"))
	}
	return frames, nil
}

// leavePosed leaves out clips that are poses: they have no pictures.
func (k *clicking) leavePosed(m *data.Manifest, dir string) error {
	all := len(m.Clips)
	m.Clips = slices.DeleteFunc(m.Clips, func(c data.Clip) bool { return c.Posed() })
	switch n := all - len(m.Clips); {
	case n == 0:
	case n == all:
		return usage("all clips of %s are poses without a video, and there are no pictures to place joints on", dir)
	default:
		k.warn("%s left out, poses without a video", plural(n, "clip"))
	}
	return nil
}

// serve opens the page and waits for its end. The pictures lie in a folder that only this
// user can read, and that goes away with the page.
func (k *clicking) serve(ctx context.Context, dir string, session *click.Session) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(k.port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %d is used by another program: name another with --port, or leave it out", k.port)
	}
	if err != nil {
		return fmt.Errorf("open the page: %w", err)
	}
	defer l.Close()
	temp, err := os.MkdirTemp("", "fallkit-click-") // 0700
	if err != nil {
		return fmt.Errorf("make a folder for pictures: %w", err)
	}
	defer os.RemoveAll(temp)
	broken := 0
	server := &click.Server{
		Session: session, Data: dir, Temp: temp, Key: rand.Text(), Still: vision.Still,
		Broken: func(_ int, err error) {
			broken++
			k.skipped(err)
		},
	}
	fmt.Fprintf(k.stdout, "open http://%s/%s/ in a browser on this machine; all that you place is in %s at once, and Ctrl-C ends this\n", l.Addr(), server.Key, k.out)
	if err := server.Run(ctx, l); err != nil {
		return err
	}
	return k.ended(ctx, session, broken)
}

func (k *clicking) ended(ctx context.Context, session *click.Session, broken int) error {
	done, of := session.Done(), len(session.Frames)
	text := fmt.Sprintf("%d of %d frames done, kept in %s", done, of, k.out)
	if _, err := os.Stat(k.out); err != nil {
		text = "no frame done, nothing is kept yet"
	}
	if done+broken < of {
		text += "; the same command goes on"
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	fmt.Fprintln(k.stdout, text)
	if broken > 0 {
		return fmt.Errorf("of %s there is no picture, each for the reason given above", plural(broken, "frame"))
	}
	return nil
}
