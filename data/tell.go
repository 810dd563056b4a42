package data

// news is one step forward.
type news struct {
	clip           *Clip
	done           bool
	cached, failed bool
	frames, of     int
}

// finished tells that nothing more will be done about a clip.
func (w *extractionWork) finished(c *clipWork) {
	w.news <- news{clip: c.clip, done: true, cached: c.cached, failed: c.err != nil}
}

// tell adds the news up and passes them on.
func (w *extractionWork) tell() {
	p := Progress{Total: len(w.clips)}
	frames := map[*Clip][2]int{}
	for n := range w.news {
		seen := frames[n.clip]
		if n.done {
			p.Done++
			p.Cached += count(n.cached)
			p.Failed += count(n.failed)
			delete(frames, n.clip)
		} else {
			p.Frames += n.frames - seen[0]
			seen = [2]int{n.frames, n.of}
			frames[n.clip] = seen
		}
		p.Clip, p.ClipFrames, p.ClipTotal = n.clip.String(), seen[0], seen[1]
		if w.Report != nil {
			w.Report(p)
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
