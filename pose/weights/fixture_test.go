package weights_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fallkit/pose/weights"
	"fallkit/pose/weights/tfjs"
	"fallkit/pose/weights/tfjs/tfjstest"
)

// entry is a file of a tarball.
type entry struct {
	path string
	data []byte
}

// smallPackage is a table of two small networks, with the entries of a tarball that has
// them between other things.
func smallPackage(t testing.TB) ([]weights.Network, []entry) {
	t.Helper()
	var networks []weights.Network
	entries := []entry{{"package/models/other.bin", bytes.Repeat([]byte("other"), 1000)}}
	for _, g := range tfjstest.Cases() {
		if g.Name != "small pose network" && g.Name != "three heads" {
			continue
		}
		name := strings.ReplaceAll(g.Name, " ", "-")
		cut := g.Cut
		cut.Name = name
		onnx, err := tfjs.Convert(g.Topology, g.Weights, cut)
		if err != nil {
			t.Fatal(err)
		}
		topology := entry{"package/models/" + name + ".json", g.Topology}
		shards := entry{"package/models/" + name + ".bin", g.Weights}
		networks = append(networks, weights.Network{
			Name: name, InputWidth: cut.Width, InputHeight: cut.Height, Heads: cut.Heads, Input: cut.Input,
			SHA256: sum(onnx), Bytes: int64(len(onnx)), Topology: fileOf(topology), Weights: fileOf(shards),
		})
		entries = append(entries, shards, topology)
	}
	return networks, append(entries, entry{"package/package.json", []byte("{}")})
}

func fileOf(e entry) weights.File {
	return weights.File{Path: e.path, Bytes: int64(len(e.data)), SHA256: sum(e.data)}
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func pack(t testing.TB, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		if err := archive.WriteHeader(&tar.Header{Name: e.path, Mode: 0o644, Size: int64(len(e.data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// files lists all that is in a folder, folders too, by relative path.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		list = append(list, rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// wantNothingLeft holds a home after a failed pull to being as empty as before.
func wantNothingLeft(t testing.TB, home string) {
	t.Helper()
	for _, f := range files(t, home) {
		if f != "." && f != "models" {
			t.Errorf("%s is left behind", f)
		}
	}
}

// wantInstalled holds a home to having the networks, whole, and nothing else.
func wantInstalled(t testing.TB, home string, networks []weights.Network) {
	t.Helper()
	want := []string{".", "models"}
	for _, n := range networks {
		data, err := os.ReadFile(weights.Path(home, n.Name))
		if err != nil {
			t.Error(err)
		} else if sum(data) != n.SHA256 {
			t.Errorf("%s is not whole", n.Name)
		}
		want = append(want, filepath.Join("models", n.Name+".onnx"))
	}
	slices.Sort(want)
	if got := files(t, home); !slices.Equal(got, want) {
		t.Errorf("the home holds %q, want %q", got, want)
	}
}

// wantSentence holds an error to being one line that says all of these.
func wantSentence(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	text := err.Error()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the error is %q, and does not say %q", text, part)
		}
	}
	if strings.Contains(text, "\n") {
		t.Errorf("the error has more than one line: %q", text)
	}
}
