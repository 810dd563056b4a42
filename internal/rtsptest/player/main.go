// Command player plays a video as an RTSP camera of this machine, again and again, until it is
// stopped: for trying the daemon out.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"fallkit/internal/rtsptest"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8554", "where it can be reached; never a network")
	fps := flag.Int("fps", 15, "pictures a second")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "player: give one video")
		os.Exit(2)
	}
	if err := play(flag.Arg(0), *listen, *fps); err != nil {
		fmt.Fprintln(os.Stderr, "player:", err)
		os.Exit(1)
	}
}

func play(video, listen string, fps int) error {
	clip, err := rtsptest.Film(video, fps)
	if err != nil {
		return err
	}
	camera := &rtsptest.Camera{Clip: clip}
	if err := camera.Start(listen); err != nil {
		return err
	}
	defer camera.Close()
	fmt.Println(camera.URL())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
	return nil
}
