package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"fallkit/pose"
)

// drawRecording draws any recording that keeps the promises of pose.Recording. Keypoints
// are any bits at all.
func drawRecording(t *rapid.T) *pose.Recording {
	r := &pose.Recording{
		Width:      rapid.IntRange(1, 10000).Draw(t, "width"),
		Height:     rapid.IntRange(1, 10000).Draw(t, "height"),
		FrameTimes: drawTimes(t, "frame times"),
		PoseTimes:  drawTimes(t, "pose times"),
	}
	id := rapid.IntRange(-5, 5).Draw(t, "first track")
	for range rapid.IntRange(0, 4).Draw(t, "tracks") {
		track := pose.Track{ID: id, Times: drawTimes(t, "track times")}
		for range track.Times {
			track.Poses = append(track.Poses, drawPose(t))
		}
		r.Tracks = append(r.Tracks, track)
		id += rapid.IntRange(1, 1<<40).Draw(t, "next track")
	}
	return r
}

func drawTimes(t *rapid.T, label string) []float64 {
	times := rapid.SliceOfNDistinct(rapid.Float64Range(-1e300, 1e300), 0, 20, rapid.ID[float64]).Draw(t, label)
	return sorted(times)
}

func sorted(times []float64) []float64 {
	for i := range times {
		for j := i; j > 0 && times[j] < times[j-1]; j-- {
			times[j], times[j-1] = times[j-1], times[j]
		}
	}
	return times
}

func drawPose(t *rapid.T) pose.Pose {
	bits := rapid.SliceOfN(rapid.Uint32(), 3*pose.Joints+5, 3*pose.Joints+5).Draw(t, "pose")
	v := make([]float32, len(bits))
	for i, b := range bits {
		v[i] = math.Float32frombits(b)
	}
	var p pose.Pose
	for j := range p.Keypoints {
		p.Keypoints[j] = pose.Keypoint{X: v[3*j], Y: v[3*j+1], Score: v[3*j+2]}
	}
	v = v[3*pose.Joints:]
	p.Box, p.Score = pose.Box{X0: v[0], Y0: v[1], X1: v[2], Y1: v[3]}, v[4]
	return p
}

// bitwise compares numbers by their bits, so that -0 is not 0. All NaN are one: on its way
// through the Parquet library a signalling NaN becomes a quiet one.
var bitwise = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b }),
	cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b }),
}

func TestPosesComeBackToTheBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecording(t)
		o := Origin{VideoSHA256: "ab12", Engine: rapid.String().Draw(t, "engine"), FPS: rapid.Float64().Draw(t, "fps")}
		file, err := encodePoses(o, r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := encodePoses(o, r)
		if err != nil || !bytes.Equal(file, again) {
			t.Fatalf("the same poses gave other bytes (%v)", err)
		}
		o2, r2, err := decodePoses(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(o, o2, bitwise) + cmp.Diff(r, r2, bitwise); d != "" {
			t.Fatalf("poses changed on disk (-saved +loaded):\n%s", d)
		}
	})
}

// steadyRecording is footage of one person, frames long at 25 a second.
func steadyRecording(frames int, seed float32) *pose.Recording {
	r := &pose.Recording{Width: 320, Height: 240, Tracks: []pose.Track{{ID: 1}}}
	t := &r.Tracks[0]
	for i := range frames {
		at := float64(i) / 25
		r.FrameTimes = append(r.FrameTimes, at)
		if i%2 == 1 {
			continue
		}
		p := pose.Pose{Score: 0.5, Box: pose.Box{X0: 1, Y0: 2, X1: 30, Y1: 90}}
		for j := range p.Keypoints {
			p.Keypoints[j] = pose.Keypoint{X: seed + float32(i*j)/7, Y: seed + float32(i+j)/3, Score: 0.25}
		}
		r.PoseTimes = append(r.PoseTimes, at)
		t.Times = append(t.Times, at)
		t.Poses = append(t.Poses, p)
	}
	return r
}

func encoded(t testing.TB, r *pose.Recording) []byte {
	t.Helper()
	file, err := encodePoses(Origin{VideoSHA256: "ab", Engine: "e", FPS: 12.5}, r)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestDamageIsSeen(t *testing.T) {
	whole := encoded(t, steadyRecording(40, 1))
	damaged := func(name string, file []byte) {
		if _, _, err := decodePoses(file); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, and wanted ErrDamaged", name, err)
		}
	}
	for cut := range whole {
		damaged("cut", whole[:cut])
	}
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		damaged("flipped bit", flipped)
	}
	damaged("more at the end", append(bytes.Clone(whole), 0))
	damaged("another file", []byte("PAR1 this is a text about PAR1"))
}

func TestPosesThatCannotBeAreNotSaved(t *testing.T) {
	for name, change := range map[string]func(*pose.Recording){
		"no pictures":    func(r *pose.Recording) { r.Width = 0 },
		"times go back":  func(r *pose.Recording) { r.PoseTimes[1] = -1 },
		"a pose is gone": func(r *pose.Recording) { r.Tracks[0].Poses = r.Tracks[0].Poses[1:] },
	} {
		r := steadyRecording(10, 0)
		change(r)
		if _, err := encodePoses(Origin{}, r); err == nil {
			t.Errorf("%s: was saved", name)
		}
	}
}

// sealedParquet is a Parquet file that has a seal, and yet is none of ours.
func sealedParquet[T any](t *testing.T, rows []T, metadata ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := parquet.NewGenericWriter[T](&file)
	for i := 0; i < len(metadata); i += 2 {
		w.SetKeyValueMetadata(metadata[i], metadata[i+1])
	}
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sealed, err := seal(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestOtherParquetFilesAreRefused(t *testing.T) {
	type other struct{ Kind string }
	ours := []string{"fallkit.format", "1", "fallkit.width", "320", "fallkit.height", "240"}
	for name, tc := range map[string]struct {
		file []byte
		want string
	}{
		"other columns":     {sealedParquet(t, []other{{"a"}}), "its columns are others"},
		"no metadata":       {sealedParquet(t, []poseRow{}), `fallkit.format is ""`},
		"a later format":    {sealedParquet(t, []poseRow{}, "fallkit.format", "99"), "its format is 99, and this program reads 1"},
		"no picture size":   {sealedParquet(t, []poseRow{}, "fallkit.format", "1"), `fallkit.width is ""`},
		"unknown row":       {sealedParquet(t, []poseRow{{Kind: "dog"}}, ours...), `a row is of kind "dog"`},
		"lists do not fit":  {sealedParquet(t, []poseRow{{Kind: kindTrack, Times: []float64{1, 2}, Scores: []float32{1}}}, ours...), "track 0 has 2 times, 0 keypoint values"},
		"track is twice":    {sealedParquet(t, []poseRow{{Kind: kindTrack, Track: 3}, {Kind: kindTrack, Track: 3}}, ours...), "track 3 follows track 3"},
		"times do not grow": {sealedParquet(t, []poseRow{{Kind: kindFrames, Times: []float64{1, 1}}}, ours...), "frame times: entry 1"},
	} {
		_, _, err := decodePoses(tc.file)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, and wanted %q", name, err, tc.want)
		}
	}
}

// TestOldFilesCanBeRead reads a file that stands in testdata since format 1 was made. A
// change that breaks this needs another format number.
func TestOldFilesCanBeRead(t *testing.T) {
	const path = "testdata/poses-1.parquet"
	r := steadyRecording(30, 0.1)
	if *update {
		write(t, path, string(encoded(t, r)))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o, got, err := decodePoses(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, got, bitwise) + cmp.Diff(Origin{"ab", "e", 12.5}, o); d != "" {
		t.Error(d)
	}
}

// reseal gives any bytes that have a Parquet frame a seal that fits, so that they get as
// far as the Parquet library.
func reseal(file []byte) []byte {
	at, err := footerStart(file)
	if err != nil || at < 32 {
		return file
	}
	bare := append(bytes.Clone(file[:at-32]), file[at:]...)
	sealed, err := seal(bare)
	if err != nil {
		return file
	}
	return sealed
}

func FuzzPoseFile(f *testing.F) {
	f.Add([]byte("PAR1"), false)
	f.Add(encoded(f, steadyRecording(0, 1)), false)
	f.Add(encoded(f, steadyRecording(9, 1)), true)
	two := steadyRecording(30, 1)
	two.Tracks = append(two.Tracks, pose.Track{ID: 7, Times: []float64{0.5}, Poses: make([]pose.Pose, 1)})
	f.Add(encoded(f, two), true)
	huge := encoded(f, steadyRecording(9, 1))
	binary.LittleEndian.PutUint32(huge[len(huge)-8:], math.MaxUint32)
	f.Add(huge, false)
	f.Fuzz(func(t *testing.T, file []byte, sealed bool) {
		if sealed {
			file = reseal(file)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, r, err := decodePoses(file)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20+uint64(len(file))*1000 {
			t.Errorf("%d bytes took %d bytes of memory", len(file), took)
		}
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("the error is no ErrDamaged: %v", err)
			}
			return
		}
		if err := r.Check(); err != nil {
			t.Errorf("poses that cannot be were read: %v", err)
		}
	})
}

func BenchmarkPoseFile(b *testing.B) {
	r := steadyRecording(750, 3) // 30 s
	file := encoded(b, r)
	b.ReportMetric(float64(len(file)), "bytes")
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			encoded(b, r)
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := decodePoses(file); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			if err := checkSeal(file); err != nil {
				b.Fatal(err)
			}
		}
	})
}
