package weights

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
)

// RuntimePackage is what npm is asked for where ONNX Runtime (Microsoft, MIT) is wanted.
// Of what is in it only one shared library is kept; nothing of it is run by npm.
const RuntimePackage = "onnxruntime-node@1.30.0"

// Runtime is a shared library that runs the pose networks faster than OpenCV does.
type Runtime struct {
	File            // in the tarball of RuntimePackage, and what its copy must be
	OS, Arch string // as Go names them
}

// Runtimes are the libraries that Fallkit knows, one for each kind of machine.
var Runtimes = []Runtime{
	{File{"package/bin/napi-v6/linux/x64/libonnxruntime.so.1", 45_828_512, "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23"}, "linux", "amd64"},
	{File{"package/bin/napi-v6/linux/arm64/libonnxruntime.so.1", 25_135_496, "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76"}, "linux", "arm64"},
}

// InstalledRuntime is a library that is in its place and checked.
type InstalledRuntime struct {
	Runtime
	Path string
	New  bool // false: it was there already
}

// RuntimePath is where the shared library of ONNX Runtime lies.
func RuntimePath(home string) string {
	return filepath.Join(home, "runtime", "libonnxruntime.so.1")
}

// VerifyRuntime tells whether ONNX Runtime is there, whole, and made for this machine. Its
// error says what to do.
func VerifyRuntime(home string) error {
	r, err := runtimeHere(Runtimes, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return err
	}
	return r.verify(home, Runtimes)
}

func runtimeHere(all []Runtime, system, machine string) (Runtime, error) {
	for _, r := range all {
		if r.OS == system && r.Arch == machine {
			return r, nil
		}
	}
	return Runtime{}, fmt.Errorf("ONNX Runtime is not to be had for %s on %s: OpenCV runs the pose networks there", system, machine)
}

func (r Runtime) verify(home string, all []Runtime) error {
	fault := func(format string, args ...any) error {
		return Fault{What: fmt.Sprintf(format, args...), Runtime: true}
	}
	path := RuntimePath(home)
	sum, err := sumOfFile(path, r.Bytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault("ONNX Runtime is not at %s", path)
	case err != nil:
		return fmt.Errorf("read ONNX Runtime: %w", err)
	case sum == r.SHA256:
		return nil
	}
	for _, other := range all {
		if sum, err := sumOfFile(path, other.Bytes); err == nil && sum == other.SHA256 {
			return fault("ONNX Runtime at %s is for %s on %s, and this is %s on %s", path, other.OS, other.Arch, r.OS, r.Arch)
		}
	}
	return fault("ONNX Runtime at %s is damaged or of another version", path)
}

// PullRuntime sees to it that ONNX Runtime for this machine is in its place, as Pull does
// for the networks; From is a tarball of RuntimePackage then.
func (p *Puller) PullRuntime(ctx context.Context) (InstalledRuntime, error) {
	home, err := p.home()
	if err != nil {
		return InstalledRuntime{}, err
	}
	all := p.Runtimes
	if all == nil {
		all = Runtimes
	}
	r, err := runtimeHere(all, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return InstalledRuntime{}, err
	}
	installed := InstalledRuntime{r, RuntimePath(home), r.verify(home, all) != nil}
	if !installed.New {
		return installed, ctx.Err()
	}
	if err := p.installRuntime(ctx, home, r); err != nil {
		return InstalledRuntime{}, fmt.Errorf("pull ONNX Runtime: %w", err)
	}
	return installed, nil
}

func (p *Puller) installRuntime(ctx context.Context, home string, r Runtime) (err error) {
	path, need := RuntimePath(home), p.need(runtimeParcel, r.Bytes)
	w, err := openWorkshop(filepath.Dir(path))
	if err != nil {
		return runtimeParcel.diskError(err, home, need)
	}
	defer func() { err = cmp.Or(err, w.close()) }()
	tarball, err := p.tarball(ctx, w, runtimeParcel)
	if err != nil {
		return runtimeParcel.diskError(err, home, need)
	}
	p.log("reading %s", tarball)
	entries, err := runtimeParcel.read(ctx, tarball, []File{r.File})
	if err != nil {
		return err
	}
	if err := w.put(path, entries[r.File.Path], p.creator()); err != nil {
		return runtimeParcel.diskError(fmt.Errorf("store ONNX Runtime: %w", err), home, need)
	}
	p.log("%s: %d bytes, sha256 %s", path, r.Bytes, r.SHA256)
	return nil
}
