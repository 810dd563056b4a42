package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"fallkit/data"
	"fallkit/internal/watch"
	"fallkit/pose/vision"
)

// footage is something to replay: a video, or a file of poses.
type footage struct{ name, path string }

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// footageOf is what an argument names: a file or, of a data folder, all of its clips.
func footageOf(argument string) ([]footage, error) {
	if !isFolder(argument) { // what is not there is told by whoever opens it
		return []footage{{strings.TrimSuffix(filepath.Base(argument), filepath.Ext(argument)), argument}}, nil
	}
	m, err := data.Open(argument)
	if err != nil {
		return nil, err
	}
	all := make([]footage, len(m.Clips))
	for i := range m.Clips {
		all[i] = footage{m.Clips[i].ID, m.VideoPath(i)}
	}
	return all, nil
}

// posed tells whether it is poses already.
func (f footage) posed() bool { return (&data.Clip{Path: filepath.ToSlash(f.path)}).Posed() }

// player are eyes that see footage.
type player interface {
	watch.Eyes
	from(begin time.Time)  // the moment of the first picture
	length() time.Duration // once it has ended
}

var _, _ player = (*eyes)(nil), (*recorded)(nil)

// player sees the footage as a camera's.
func (f footage) player(front front, speed float64) player {
	if f.posed() {
		return &recorded{tape: tape{speed: speed}, path: f.path, front: front}
	}
	return &eyes{source: vision.Source{Path: f.path, Camera: vision.CameraSettings{Transport: "tcp"}}, front: front, tape: tape{speed: speed}}
}
