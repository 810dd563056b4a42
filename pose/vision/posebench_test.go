package vision

import (
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"fallkit/pose/weights"
)

// BenchmarkPoseTable prints what each profile costs, for every runtime, some scenes and
// sizes of picture: `make bench-pose`. Each runtime and profile has a process of its own,
// for its memory's sake. All times are the processor's, which other programs disturb
// least; one thread. It is no part of the other benchmarks: it takes minutes.
func BenchmarkPoseTable(b *testing.B) {
	switch cell := os.Getenv("FALLKIT_BENCH_POSE"); cell {
	case "":
		b.Skip("takes minutes: make bench-pose")
	case "all":
		printTable(b)
	default:
		runtime, profile, _ := strings.Cut(cell, "/")
		measureCell(b, runtime, profile)
	}
}

// row is one line of the table; times in ms of the processor for each picture looked at.
type row struct {
	People                int
	Width, Height         int
	Look, Network         float64 // medians
	Forwards, Crops       float64 // of the networks, for each picture
	BareMulti, BareSingle float64 // one forward of each, in between, nothing else done
	MultiFLOP, SingleFLOP float64
	Peak                  float64 // operations a second
	RSS                   int     // KiB, of a process that has the engine and a large picture
	Found                 float64 // people, on the average
}

func printTable(b *testing.B) {
	fmt.Printf("\n12.5 pictures looked at in each second of the scene; one thread; %s, %s\n", runtime.GOARCH, processorName())
	fmt.Println("frames/s/core: 1000 / CPU ms. rest: of the CPU ms, what is no network; a person: how much of that each person adds. bare: one forward of MultiPose, of the crops' network.")
	fmt.Println("x bare: CPU ms over the bare time of the same forwards. limit: frames/s of these forwards at the processor's peak, measured with ONNX Runtime's product of two 1024x1024 matrices.")
	fmt.Printf("\n%-12s %-9s %6s %-9s %6s %13s %7s %8s %6s %8s %9s %7s %7s %6s\n", "engine", "profile", "people", "size", "found", "frames/s/core", "CPU ms", "network", "rest", "a person", "bare", "x bare", "limit", "RSS MB")
	for _, runtime := range runtimesHere() {
		for _, p := range Profiles {
			rows := rowsOf(b, runtime, p.Name)
			for i, r := range rows {
				r.print(runtime, p.Name, &rows[i%3]) // of the same size, with nobody
			}
		}
	}
}

func (r *row) rest() float64 { return r.Look - r.Network }

func (r *row) print(runtime, profile string, nobody *row) {
	bare := r.Forwards*r.BareMulti + r.Crops*r.BareSingle
	limit, person := "-", "-"
	if r.People > 0 {
		person = fmt.Sprintf("%.2f", (r.rest()-nobody.rest())/float64(r.People))
	}
	if r.Peak > 0 {
		limit = fmt.Sprintf("%.0f", r.Peak/(r.Forwards*r.MultiFLOP+r.Crops*r.SingleFLOP))
	}
	fmt.Printf("%-12s %-9s %6d %-9s %6.1f %13.1f %7.2f %8.2f %6.2f %8s %4.1f/%4.1f %7.2f %7s %6d\n", runtime, profile, r.People,
		fmt.Sprintf("%dx%d", r.Width, r.Height), r.Found, 1000/r.Look, r.Look, r.Network, r.rest(), person,
		r.BareMulti, r.BareSingle, r.Look/bare, limit, r.RSS/1024)
}

// rowsOf measures in a process of its own.
func rowsOf(b *testing.B, runtime, profile string) (rows []row) {
	path := filepath.Join(b.TempDir(), "rows.json")
	child := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkPoseTable$", "-test.benchtime=1x", "-test.timeout=30m")
	child.Env = append(os.Environ(), "FALLKIT_BENCH_POSE="+runtime+"/"+profile, "FALLKIT_BENCH_ROWS="+path)
	if said, err := child.CombinedOutput(); err != nil {
		b.Fatalf("%s, %s: %v: %s", runtime, profile, err, said)
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &rows)
	}
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

// clocked is a network whose forwards are timed.
type clocked struct {
	network
	b     *testing.B
	spent time.Duration
}

func (c *clocked) forward() (output, error) {
	before := processorTime(c.b)
	out, err := c.network.forward()
	c.spent += processorTime(c.b) - before
	return out, err
}

func measureCell(b *testing.B, runtime, name string) {
	p, err := ProfileNamed(name)
	if err != nil {
		b.Fatal(err)
	}
	e := realProfileEngine(b, p, runtime)
	bare := row{RSS: memoryOf(b, e), Peak: peak(b)}
	bare.MultiFLOP = flopsOf(b, fileOf(b, "multipose256"))
	multi := &clocked{network: e.net, b: b}
	single := &clocked{b: b}
	e.net = multi
	if e.closeup != nil {
		bare.SingleFLOP = flopsOf(b, fileOf(b, p.Network))
		single.network = e.closeup.net
		e.closeup.net = single
	}
	var rows []row
	for b.Loop() {
		rows = nil
		for _, people := range []int{0, 1, 3} {
			for _, size := range []image.Point{{320, 240}, {640, 480}, {1280, 720}} {
				r := bare
				r.People, r.Width, r.Height = people, size.X, size.Y
				r.measure(b, e, multi, single, passing(b, people, size))
				rows = append(rows, r)
			}
		}
	}
	text, err := json.Marshal(rows)
	if err == nil {
		err = os.WriteFile(os.Getenv("FALLKIT_BENCH_ROWS"), text, 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// measure looks for two seconds of the scene, 12.5 times each, again and again (less long
// where every look is alike); in between the bare networks have their turns.
func (r *row) measure(b *testing.B, e *Engine, multi, single *clocked, pictures []gocv.Mat) {
	const blocks = 3
	looks := 25
	if p := &e.settings.Profile; p.plain() || p.Every == 1 { // every look is alike
		looks = 5
	}
	var look, networks, bareMulti, bareSingle []float64
	f, found := newFinder(e), 0
	for n := range 1 + blocks { // the first block warms up
		multi.spent, single.spent = 0, 0
		start, before := processorTime(b), e.spent
		for i := range looks {
			people, err := f.look(float64(n*looks+i)*.08, &pictures[swing(n*looks+i, len(pictures))])
			if err != nil {
				b.Fatal(err)
			}
			found += len(people)
		}
		if spent := processorTime(b) - start; n > 0 {
			look = append(look, ms(spent)/float64(looks))
			networks = append(networks, ms(multi.spent+single.spent)/float64(looks))
			r.Forwards += float64(e.spent.Forwards-before.Forwards) / float64(looks) / blocks
			r.Crops += float64(e.spent.Crops-before.Crops) / float64(looks) / blocks
		}
		for range 7 {
			bareMulti = append(bareMulti, bareForward(b, multi))
			if single.network != nil {
				bareSingle = append(bareSingle, bareForward(b, single))
			}
		}
	}
	r.Found = float64(found) / float64(looks*(1+blocks))
	r.Look, r.Network, r.BareMulti = median(look), median(networks), median(bareMulti)
	if len(bareSingle) > 0 {
		r.BareSingle = median(bareSingle)
	}
}

func bareForward(b *testing.B, c *clocked) float64 {
	before := c.spent
	if _, err := c.forward(); err != nil {
		b.Fatal(err)
	}
	return ms(c.spent - before)
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// swing goes from 0 to n-1 and back, again and again.
func swing(i, n int) int {
	i %= 2*n - 2
	return min(i, 2*n-2-i)
}

// passing are pictures of people who walk, drawn small and stretched.
func passing(b *testing.B, people int, size image.Point) []gocv.Mat {
	height := 240
	width := height * size.X / size.Y
	var all []gocv.Mat
	for i := range 12 {
		m := image.NewRGBA(image.Rect(0, 0, width, height))
		for n := range max(people, 1) {
			part := width / max(people, 1)
			hip := image.Pt(part/2-12+2*i, 135)
			if people == 0 {
				hip = image.Pt(-1000, 135)
			}
			one, _ := figure(part+1, height, hip, 56-float64(4*n), 0)
			draw.Draw(m, image.Rect(n*part, 0, width, height), one, image.Point{}, draw.Src)
		}
		small, err := fromImage(m)
		if err != nil {
			b.Fatal(err)
		}
		large := gocv.NewMat()
		err = resize(&small, &large, size.X, size.Y)
		small.Close()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { large.Close() })
		all = append(all, large)
	}
	return all
}

// memoryOf is the process's memory, in KiB, once the engine has looked at large pictures.
func memoryOf(b *testing.B, e *Engine) int {
	m := gocv.NewMatWithSize(720, 1280, gocv.MatTypeCV8UC3)
	defer m.Close()
	f := newFinder(e)
	for i := range 3 {
		if _, err := f.look(float64(i)*.08, &m); err != nil {
			b.Fatal(err)
		}
	}
	if e.closeup != nil {
		if _, err := e.closeup.look(&m, crop{x: 640, y: 360, half: 360}); err != nil {
			b.Fatal(err)
		}
	}
	debug.FreeOSMemory()
	return resident(b)
}

// peak is how many operations a second the processor does at best: ONNX Runtime's product
// of two matrices, one thread. 0 where ONNX Runtime is not here.
func peak(b *testing.B) float64 {
	if len(runtimesHere()) < 2 {
		return 0
	}
	const n = 1024
	w := make([]float32, n*n)
	for i := range w {
		w[i] = float32(i%7) * .1
	}
	matrix := func(name string) message {
		shape := message(nil).raw(1, message(nil).number(1, n)).raw(1, message(nil).number(1, n))
		return message(nil).text(1, name).raw(2, message(nil).raw(1, message(nil).number(1, 1).raw(2, shape)))
	}
	product := message(nil).text(1, "x").text(1, "w").text(2, "y").text(4, "MatMul")
	graph := message(nil).raw(1, product).text(2, "product").raw(5, tensor("w", w, n, n)).raw(11, matrix("x")).raw(12, matrix("y"))
	net, err := openNetwork(ONNXRuntime, message(nil).number(1, 6).raw(7, graph).raw(8, message(nil).number(2, 11)))
	if err != nil {
		b.Fatal(err)
	}
	defer net.close()
	c := &clocked{network: net, b: b}
	least := bareForward(b, c)
	for range 20 {
		least = min(least, bareForward(b, c))
	}
	return 2 * n * n * n / (least / 1000)
}

func flopsOf(b *testing.B, path string) float64 {
	file, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	n, err := arithmetic(file)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func fileOf(b *testing.B, name string) string {
	home, err := weights.Home()
	if err != nil {
		b.Fatal(err)
	}
	return weights.Path(home, name)
}

// processorName is what the system calls it.
func processorName() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "processor unknown"
}
