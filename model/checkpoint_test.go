package model

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fallkit/pose"
)

// small is a checkpoint with the least network that poses fit into.
func small() *Checkpoint {
	in := pose.DefaultInput
	in.Seconds = 0.4
	s := Spec{Inputs: pose.Channels, Channels: 2, Kernel: 3, Dilations: []int{1}, Steps: in.Steps()}
	return &Checkpoint{
		Spec: s, Input: in, PoseEngine: "multipose256 opencv <1>", Threshold: 0.4,
		Alarm:      json.RawMessage(`{"hold":2.5}`),
		Meta:       map[string]string{"run": "first", "seed": "7"},
		Parameters: s.Init(3),
	}
}

func encoded(t testing.TB, c *Checkpoint) []byte {
	t.Helper()
	data, err := c.encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCheckpointRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := small()
		c.PoseEngine = rapid.String().Draw(t, "engine")
		c.Threshold = rapid.Float64Range(0, 1).Draw(t, "threshold")
		c.Meta = rapid.MapOfN(rapid.String(), rapid.String(), 1, 4).Draw(t, "meta")
		c.Alarm = rapid.SampledFrom([]json.RawMessage{nil, []byte(`7`), []byte(`{"a":[1,"<&>"]}`)}).Draw(t, "alarm")
		c.State = rapid.MapOfN(rapid.String(), rapid.SliceOf(rapid.Float32Range(-1e30, 1e30)), 1, 4).Draw(t, "state")
		file, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, c)
	})
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "best.safetensors")
	c := small()
	for i := range 3 { // the second and third time there is a file to be replaced
		c.Threshold = float64(i) / 4
		if err := c.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, c)
	}
	onlyFile(t, filepath.Dir(path), "best.safetensors")
}

// same compares to the bit, and the alarm's settings as JSON.
func same(t interface{ Fatalf(string, ...any) }, got, want *Checkpoint) {
	numbers := cmp.Comparer(func(a, b []float32) bool { return bytes.Equal(bits(a), bits(b)) })
	text := cmp.Comparer(func(a, b json.RawMessage) bool {
		var va, vb any
		json.Unmarshal(a, &va)
		json.Unmarshal(b, &vb)
		return cmp.Equal(va, vb)
	})
	if diff := cmp.Diff(want, got, numbers, text); diff != "" {
		t.Fatalf("what came back differs:\n%s", diff)
	}
}

func bits(v []float32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func TestSaveIsTheSameToTheByte(t *testing.T) {
	c := small()
	c.State = map[string][]float32{}
	for i := range 20 {
		c.State[fmt.Sprint("s", i)] = []float32{float32(i)}
	}
	first := encoded(t, c)
	for range 5 {
		if !bytes.Equal(encoded(t, c), first) {
			t.Fatal("the same checkpoint gave other bytes")
		}
	}
}

// TestLayoutFollowsSafetensors reads a file as a program would that knows the format's
// description only.
func TestLayoutFollowsSafetensors(t *testing.T) {
	c := small()
	c.State = map[string][]float32{"step": {12}}
	file := encoded(t, c)
	n := int(binary.LittleEndian.Uint64(file))
	header, data := file[8:8+n], file[8+n:]
	if header[0] != '{' {
		t.Error("the header does not begin with {")
	}
	if (8+n)%8 != 0 {
		t.Error("the numbers do not begin at a multiple of 8 bytes")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(header, &members); err != nil {
		t.Fatal(err)
	}
	var metadata map[string]string // the format allows text only
	if err := json.Unmarshal(members["__metadata__"], &metadata); err != nil {
		t.Fatal(err)
	}
	delete(members, "__metadata__")
	used := make([]int, len(data))
	for name, text := range members {
		var info struct {
			Dtype       string
			Shape       []int
			DataOffsets [2]int `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &info); err != nil {
			t.Fatal(err)
		}
		want := c.Parameters[name]
		if name == "state.step" {
			want = c.State["step"]
		}
		size := 1
		for _, d := range info.Shape {
			size *= d
		}
		if info.Dtype != "F32" || size != len(want) {
			t.Errorf("%s is %s %v, want %d numbers of F32", name, info.Dtype, info.Shape, len(want))
		}
		at := info.DataOffsets
		if !bytes.Equal(data[at[0]:at[1]], bits(want)) {
			t.Errorf("%s has other numbers", name)
		}
		for i := at[0]; i < at[1]; i++ {
			used[i]++
		}
	}
	for i, n := range used {
		if n != 1 {
			t.Fatalf("byte %d belongs to %d tensors", i, n)
		}
	}
	if want := len(c.Spec.Shapes()) + 1; len(members) != want {
		t.Errorf("%d tensors, want %d", len(members), want)
	}
}

// reheader replaces text in the header and keeps the file consistent otherwise.
func reheader(t *testing.T, file []byte, old, new string) []byte {
	t.Helper()
	n := binary.LittleEndian.Uint64(file)
	header := string(file[8 : 8+n])
	if !strings.Contains(header, old) {
		t.Fatalf("header has no %s:\n%s", old, header)
	}
	return withHeader(strings.Replace(header, old, new, 1), file[8+n:])
}

func withHeader(header string, data []byte) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...)
}

func TestLoadRefuses(t *testing.T) {
	good := encoded(t, small())
	header := string(good[8 : 8+binary.LittleEndian.Uint64(good)])
	numbers := good[8+len(header):]
	again := "; take a good copy, or train again"
	const stranger = "not a safetensors file; give a file that training wrote"
	for _, c := range []struct {
		name string
		file []byte
		want string // after the file's name
	}{
		{"empty", nil, stranger},
		{"a video", append([]byte{0, 0, 0, 0x20, 'f', 't', 'y', 'p'}, make([]byte, 100)...), stranger},
		{"text", []byte("clip,path,label\na,b,fall\n"), stranger},
		{"a header of 2^63 bytes", append([]byte{0, 0, 0, 0, 0, 0, 0, 0x80}, good[8:]...), stranger},
		{"no JSON object", withHeader(`[1,2,3]`, nil), stranger},
		{"header cut short", good[:50], "damaged: it is cut short within its header" + again},
		{"numbers cut short", good[:len(good)-1], fmt.Sprintf("damaged: it has %d bytes of numbers where %d belong", len(numbers)-1, len(numbers)) + again},
		{"bytes too many", append(bytes.Clone(good), 0), fmt.Sprintf("damaged: it has %d bytes of numbers where %d belong", len(numbers)+1, len(numbers)) + again},
		{"broken JSON", withHeader(`{"a":`, nil), `damaged: header, "a": EOF` + again},
		{"something after the header", withHeader(strings.TrimRight(header, " ")+" x", numbers), "damaged: header: something follows the closing brace" + again},
		{"a name twice", withHeader(strings.TrimRight(header, " }")+`},"head.bias":{}}`, numbers), `damaged: header: "head.bias" comes twice` + again},
		{"three offsets", reheader(t, good, `"data_offsets":[0,`, `"data_offsets":[0,8,`), `damaged: header, "block1.first.bias": data_offsets has 3 numbers, and must have 2` + again},
		{"overlap", reheader(t, good, `"data_offsets":[8,56]`, `"data_offsets":[4,52]`), `damaged: tensor "block1.first.weight" begins at byte 4, and the one before it ends at 8` + again},
		{"hole", reheader(t, good, `"data_offsets":[8,56]`, `"data_offsets":[12,60]`), `damaged: tensor "block1.first.weight" begins at byte 12, and the one before it ends at 8` + again},
		{"negative offset", reheader(t, good, `"data_offsets":[0,8]`, `"data_offsets":[-8,0]`), `damaged: tensor "block1.first.bias" begins at byte -8, and the one before it ends at 0` + again},
		{"shape that overflows", reheader(t, good, `"shape":[2]`, `"shape":[4294967296,4294967296]`), `damaged: tensor "block1.first.bias" has shape [4294967296 4294967296], which does not fit into bytes 0 to 8` + again},
		{"float64", reheader(t, good, `"dtype":"F32"`, `"dtype":"F64"`), `damaged: tensor "block1.first.bias" has type "F64", and must have F32` + again},
		{"another program's file", withHeader(`{"__metadata__":{"format":"pt"}}`, nil), `a safetensors file, but not a fallkit checkpoint (no "fallkit" in its metadata); give a file that training wrote`},
		{"newer format", reheader(t, good, `{\"format\":1,`, `{\"format\":2,`), "has format 2, and this program reads format 1; use the version of fallkit that wrote it, or train again"},
		{"no format", reheader(t, good, `{\"format\":1,`, `{`), "has format 0, and this program reads format 1; use the version of fallkit that wrote it, or train again"},
		{"unknown setting", reheader(t, good, `\"min_seen\":`, `\"most_seen\":`), `damaged: its description cannot be read: json: unknown field "most_seen"` + again},
		{"description is no JSON", withHeader(`{"__metadata__":{"fallkit":"{"}}`, nil), "damaged: its description is not JSON: unexpected end of JSON input" + again},
		{"threshold of 2", reheader(t, good, `\"threshold\":0.4`, `\"threshold\":2`), "damaged: threshold is 2, and must lie between 0 and 1" + again},
		{"other features", reheader(t, good, `\"inputs\":83`, `\"inputs\":51`), "damaged: tensor input.weight has shape [3 83 2], and the model's description asks for [3 51 2]" + again},
		{"other shape", reheader(t, good, `"shape":[3,83,2]`, `"shape":[2,3,83]`), "damaged: tensor input.weight has shape [2 3 83], and the model's description asks for [3 83 2]" + again},
		{"unknown tensor", reheader(t, good, `"head.bias"`, `"tail.bias"`), `damaged: tensor "tail.bias" belongs to no part of the model` + again},
		{"parameter becomes state", reheader(t, good, `"head.bias"`, `"state.bias"`), "damaged: parameter head.bias is missing" + again},
		{"negative channels", reheader(t, good, `\"channels\":2`, `\"channels\":-2`), "damaged: model: channels is -2, and must lie between 1 and 1024" + again},
		{"a weight is NaN", patched(good, []byte{0, 0, 0xc0, 0x7f}), "damaged: parameter block1.first.bias: number 0 is NaN" + again},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.safetensors")
			if err := os.WriteFile(path, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if err == nil {
				t.Fatal("it was loaded")
			}
			got, ok := strings.CutPrefix(err.Error(), "load checkpoint "+path+": ")
			if !ok || strings.Contains(got, "\n") {
				t.Errorf("not one sentence about the file: %q", err)
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// patched overwrites the first numbers.
func patched(file, with []byte) []byte {
	c := bytes.Clone(file)
	copy(c[8+binary.LittleEndian.Uint64(c):], with)
	return c
}

func TestLoadRefusesPlaces(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "not a file; name the .safetensors file itself") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestFailedSaveKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "best.safetensors")
	if err := small().Save(path); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	for _, c := range []struct {
		name   string
		change func(*Checkpoint)
		want   string
	}{
		{"a weight is infinite", func(c *Checkpoint) { c.Parameters[HeadBias][0] = float32(math.Inf(1)) }, "parameter head.bias: number 0 is +Inf"},
		{"state is NaN", func(c *Checkpoint) { c.State = map[string][]float32{"m": {0, float32(math.NaN())}} }, "state m: number 1 is NaN"},
		{"threshold is NaN", func(c *Checkpoint) { c.Threshold = math.NaN() }, "threshold is NaN, and must lie between 0 and 1"},
		{"steps of another input", func(c *Checkpoint) { c.Input.Seconds = 2 }, "the model takes 5 steps, and input.rate_hz × input.seconds makes 25"},
		{"another number of features", func(c *Checkpoint) { c.Spec.Inputs = 51 }, "the model takes 51 features a step, and this program makes 83"},
		{"alarm is no JSON", func(c *Checkpoint) { c.Alarm = []byte("{") }, "describe the model: "},
		{"description too long", func(c *Checkpoint) { c.Meta["note"] = strings.Repeat("x", mostHeader) }, "the description takes "},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := small()
			c.change(broken)
			err := broken.Save(path)
			if err == nil || !strings.HasPrefix(err.Error(), "save checkpoint "+path+": "+c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	after, _ := os.ReadFile(path)
	if !bytes.Equal(before, after) {
		t.Error("the old file changed")
	}
	onlyFile(t, dir, "best.safetensors")
}

func TestSaveLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(blocked, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := small().Save(blocked); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if err := small().Save(filepath.Join(dir, "none", "c")); err == nil {
		t.Error("saved into a folder that is not there")
	}
	onlyFile(t, dir, "folder")
}

func onlyFile(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the folder holds %v, want only %s", entries, name)
	}
}

// FuzzDecode promises that no bytes make Load panic or allocate beyond the file's size,
// and that what is read is written again as it was.
func FuzzDecode(f *testing.F) {
	c := small()
	c.State = map[string][]float32{"adam.step": {1, 2}}
	good := encoded(f, c)
	f.Add(good)
	c.Calibration = &Calibration{Slope: 1, Knots: []Knot{{-3, -2}, {4, 1}}}
	f.Add(encoded(f, c))
	f.Add(encoded(f, smallLSTM()))
	f.Add(good[:100])
	f.Add(withHeader(`{"a":{"dtype":"F32","shape":[4294967296],"data_offsets":[0,17179869184]}}`, nil))
	f.Add(withHeader(`{"__metadata__":null}`, nil))
	rng := rand.New(rand.NewPCG(1, 1))
	for range 8 {
		bad := bytes.Clone(good)
		bad[8+rng.IntN(1000)] ^= 1 << rng.IntN(8)
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := decode(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			if c != nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		first := encoded(t, c)
		again, err := decode(bytes.NewReader(first), int64(len(first)))
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !bytes.Equal(first, encoded(t, again)) {
			t.Error("what was read is written otherwise the second time")
		}
	})
}
