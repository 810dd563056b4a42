package data

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// header is the first line of a labels.csv.
const header = "dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame\n"

// unpack writes the files of a fixture, all but want, into a folder called name.
func unpack(t *testing.T, a *txtar.Archive, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if f.Name != "want" {
			write(t, filepath.Join(dir, f.Name), string(f.Data))
		}
	}
	return dir
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestFixtures opens every folder in testdata and compares what people are told.
func TestFixtures(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(fixtures) < 20 {
		t.Fatalf("%d fixtures: %v", len(fixtures), err)
	}
	for _, path := range fixtures {
		kind, name := filepath.Base(filepath.Dir(path)), strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(kind+"/"+name, func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := unpack(t, a, name)
			m, err := Open(dir)
			if (err != nil) != (kind == "bad") {
				t.Errorf("Open: %v", err)
			}
			told := describe(m)
			if err != nil {
				told = err.Error() + "\n"
			}
			golden(t, path, a, strings.ReplaceAll(told, dir, "DIR"))
		})
	}
}

func golden(t *testing.T, path string, a *txtar.Archive, told string) {
	t.Helper()
	for i := range a.Files {
		if a.Files[i].Name == "want" {
			if !*update {
				if d := cmp.Diff(string(a.Files[i].Data), told); d != "" {
					t.Errorf("told (-wanted +got):\n%s", d)
				}
				return
			}
			a.Files = append(a.Files[:i], a.Files[i+1:]...)
			break
		}
	}
	if !*update {
		t.Fatalf("%s does not say what is wanted: run with -update and read it", path)
	}
	a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(told)})
	if err := os.WriteFile(path, txtar.Format(a), 0o666); err != nil {
		t.Fatal(err)
	}
}

func describe(m *Manifest) string {
	if m == nil {
		return ""
	}
	var b strings.Builder
	for i := range m.Clips {
		c := m.Clips[i]
		fmt.Fprintf(&b, "%s %s %q subject=%q camera=%q fps=%g frames=%d %q fall=%d..%d line=%d group=%s extra=%q\n",
			c.Label, &c, c.Path, c.Subject, c.Camera, c.FPS, c.Frames, c.Activity, c.FallStart, c.FallEnd, c.Line, m.Group(i), c.Extra)
	}
	for _, s := range m.Segments {
		fmt.Fprintf(&b, "%s/%s %d..%d %s\n", s.Dataset, s.Clip, s.Start, s.End, s.State)
	}
	return b.String()
}

func TestOpenTellsWhatIsNoTable(t *testing.T) {
	good := "a,one,one.mp4,,,25,100,fall,he falls,10,20\n"
	utf16 := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), 0})
		}
		return out
	}
	for _, tc := range []struct{ name, text, want string }{
		{"as it should be", header + good, ""},
		{"byte order mark", "\ufeff" + header + good, ""},
		{"Windows lines", strings.ReplaceAll(header+good, "\n", "\r\n"), ""},
		{"no line break at the end", strings.TrimSuffix(header+good, "\n"), ""},
		{"quoted columns", `"` + strings.ReplaceAll(strings.TrimSpace(header), ",", `","`) + "\"\n" + good, ""},
		{"UTF-16", utf16(header + good), "labels.csv:1: the file is UTF-16: save it as UTF-8"},
		{"Latin-1", header + strings.Replace(good, "he falls", "f\xe4llt", 1), "labels.csv:2: the line is not UTF-8: save the file as UTF-8"},
		{"a video", "\x00\x00\x00 ftypisom", "labels.csv:1: the line holds a zero byte: this is not a CSV file"},
		{"tabs", strings.ReplaceAll(header+good, ",", "\t"), "labels.csv:1: the columns are separated by semicolons or tabs: save the file with commas between them"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "labels.csv"), tc.text)
			m, err := Open(dir)
			if tc.want == "" {
				if err != nil || len(m.Clips) != 1 || m.Clips[0].Activity != "he falls" || m.Clips[0].FallEnd != 20 {
					t.Fatalf("Open = %v, %v", m, err)
				}
				return
			}
			if err == nil || err.Error() != filepath.Join(dir, tc.want) {
				t.Errorf("error %v\nwanted %s", err, tc.want)
			}
		})
	}
}

func TestOpenTellsWhatIsNoFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "gone")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	file := filepath.Join(dir, "labels.csv")
	write(t, file, header)
	if _, err := Open(file); err == nil || !strings.Contains(err.Error(), "is a file: name the folder") {
		t.Errorf("a file instead of a folder: %v", err)
	}
}

func TestInit(t *testing.T) {
	a := txtar.Parse([]byte("-- fall/one, two.mp4 --\n-- fall/three.mp4 --\n-- adl/broken.mp4 --\n"))
	dir := unpack(t, a, "mine")
	probe := func(path string) (float64, int, error) {
		if strings.Contains(path, "broken") {
			return 0, 0, errors.New("no frame could be read")
		}
		return 29.97, 300, nil
	}
	written, failed, err := Starter{Dir: dir, Probe: probe}.Write()
	if err != nil || len(failed) != 1 || failed[0].Clip != "mine/adl-broken" {
		t.Fatalf("Write: failed %v, %v", failed, err)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "labels.csv"))
	want := header + "mine,\"fall-one, two\",\"fall/one, two.mp4\",,,29.97,300,fall,,,\n" +
		"mine,fall-three,fall/three.mp4,,,29.97,300,fall,,,\nmine,adl-broken,adl/broken.mp4,,,,,adl,,,\n"
	if string(text) != want {
		t.Errorf("labels.csv is\n%s\nwanted\n%s", text, want)
	}
	opened, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range opened.Clips {
		opened.Clips[i].Line = 0
	}
	if d := cmp.Diff(written, opened); d != "" {
		t.Errorf("Open gives something else than Init (-Init +Open):\n%s", d)
	}
	write(t, filepath.Join(dir, "labels.csv"), header+"filled in by hand")
	if _, err := Init(dir); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("Init where there is a labels.csv: %v", err)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "labels.csv")); string(text) != header+"filled in by hand" {
		t.Errorf("Init changed a labels.csv:\n%s", text)
	}
}

// TestSavedManifestsComeBack saves any manifest and opens it again.
func TestSavedManifestsComeBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		m := drawManifest(rt, dir)
		if err := m.Save(); err != nil {
			rt.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range again.Clips {
			again.Clips[i].Line = 0
		}
		m.Columns = again.Columns
		if d := cmp.Diff(m, again); d != "" {
			rt.Fatalf("-saved +opened:\n%s", d)
		}
		os.Remove(filepath.Join(dir, segmentsFile))
	})
}

func drawManifest(t *rapid.T, dir string) *Manifest {
	name := rapid.StringMatching(`[a-zß"',;][a-z0-9 ,;"'#-]{0,5}[a-zä]`)
	maybe := rapid.OneOf(rapid.Just(""), name)
	m := &Manifest{Dir: dir}
	for i := range rapid.IntRange(1, 6).Draw(t, "clips") {
		c := Clip{
			Dataset: name.Draw(t, "dataset"), ID: fmt.Sprint(name.Draw(t, "clip"), i), Path: name.Draw(t, "path"),
			Subject: maybe.Draw(t, "subject"), Camera: maybe.Draw(t, "camera"), Activity: maybe.Draw(t, "activity"),
			FPS: rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0.001, 1000)).Draw(t, "fps"), Frames: rapid.IntRange(0, 100).Draw(t, "frames"),
			Label: LabelADL, FallStart: -1, FallEnd: -1,
			Extra: map[string]string{"weather": maybe.Draw(t, "weather")},
		}
		if c.Frames > 0 && rapid.Bool().Draw(t, "fall") {
			c.Label, c.FallStart = LabelFall, rapid.IntRange(0, c.Frames-1).Draw(t, "start")
			c.FallEnd = rapid.IntRange(c.FallStart, c.Frames-1).Draw(t, "end")
			m.Segments = append(m.Segments, Segment{c.Dataset, c.ID, c.FallStart, c.FallEnd, name.Draw(t, "state")})
		}
		m.Clips = append(m.Clips, c)
	}
	return m
}

func FuzzLabels(f *testing.F) {
	fixtures, _ := filepath.Glob("testdata/*/*.txtar")
	for _, path := range fixtures {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			if strings.HasSuffix(file.Name, ".csv") {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := readLabels(bytes.NewReader(text), "labels.csv")
		if err != nil {
			var faults Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("the error names no faults: %v", err)
			}
			for _, fault := range faults {
				if strings.ContainsAny(fault, "\n\r") {
					t.Errorf("a fault is not one line: %q", fault)
				}
			}
			return
		}
		m.Dir = t.TempDir()
		if err := m.Save(); err != nil {
			t.Fatal(err)
		}
		again, err := Open(m.Dir)
		if err != nil {
			t.Fatalf("what was read is refused once it is saved: %v", err)
		}
		if len(again.Clips) != len(m.Clips) {
			t.Errorf("%d clips became %d", len(m.Clips), len(again.Clips))
		}
	})
}

func FuzzSegments(f *testing.F) {
	f.Add([]byte("dataset,clip,start_frame,end_frame,state\na,one,0,5,walking\n"))
	f.Add([]byte("state,dataset,clip,start_frame,end_frame,source\nwalking,a,one,7,5,x\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m := &Manifest{Clips: []Clip{{Dataset: "a", ID: "one", Frames: 10}}}
		if err := m.readSegments(bytes.NewReader(text), "segments.csv"); err != nil {
			return
		}
		for _, s := range m.Segments {
			if s.Dataset != "a" || s.Clip != "one" || s.Start < 0 || s.Start > s.End || s.End >= 10 || s.State == "" {
				t.Errorf("segment %+v was taken", s)
			}
		}
	})
}
