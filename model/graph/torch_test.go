package graph

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"fallkit/model"
)

// BenchmarkTorch takes steps in turn with PyTorch, on the same network, batch and number
// of threads, so that whatever else the machine does slows down both alike. Metrics are
// the median milliseconds of a step here (go-ms/step) and there (torch-ms/step), the
// least ones, and the ratios of both pairs, below 1 where this package is faster. On a
// busy machine the least ones are the more telling.
func BenchmarkTorch(b *testing.B) {
	python := pythonWithTorch(b)
	for _, m := range measured {
		if m.spec.Kind != model.TCN {
			continue // torch_step.py knows the convolutional networks
		}
		onThreads(b, m.name, func(b *testing.B, threads int) {
			const batch = 64
			l := learner(b, m.spec, batch)
			l.SetWorkers(threads)
			x, y, weight := batchOf(m.spec, batch, 1)
			besideTorch(b, python, m.spec, threads, func() error {
				_, err := l.Step(x, y, weight, 1e-3)
				return err
			})
		})
	}
	onThreads(b, "specialist", func(b *testing.B, threads int) {
		l := sequenceLearner(b, specialist, sequences, 0.03)
		l.SetWorkers(threads)
		x, y, weight := sequencesOf(specialist, sequences, 1)
		besideTorch(b, python, specialist, threads, func() error {
			_, err := l.Step(x, y, weight, 1e-3)
			return err
		})
	})
}

func onThreads(b *testing.B, name string, run func(*testing.B, int)) {
	for threads := 1; threads <= min(2, runtime.GOMAXPROCS(0)); threads++ {
		b.Run(fmt.Sprintf("%s/threads=%d", name, threads), func(b *testing.B) { run(b, threads) })
	}
}

func besideTorch(b *testing.B, python string, s model.Spec, threads int, step func() error) {
	const block = 10
	torch := startTorch(b, python, s)
	ours := func() (middle, least float64) {
		times := make([]float64, block)
		for i := range times {
			start := time.Now()
			if err := step(); err != nil {
				b.Fatal(err)
			}
			times[i] = 1e3 * time.Since(start).Seconds()
		}
		return median(times), slices.Min(times)
	}
	ours()
	torch.steps(b, threads, block)
	var here, there, hereLeast, thereLeast []float64
	for b.Loop() {
		middle, least := ours()
		here, hereLeast = append(here, middle), append(hereLeast, least)
		middle, least = torch.steps(b, threads, block)
		there, thereLeast = append(there, middle), append(thereLeast, least)
	}
	b.ReportMetric(median(here), "go-ms/step")
	b.ReportMetric(median(there), "torch-ms/step")
	b.ReportMetric(median(here)/median(there), "ratio")
	b.ReportMetric(slices.Min(hereLeast), "go-least-ms")
	b.ReportMetric(slices.Min(thereLeast), "torch-least-ms")
	b.ReportMetric(slices.Min(hereLeast)/slices.Min(thereLeast), "least-ratio")
	b.ReportMetric(0, "ns/op") // an op is a block of both: no number of its own
}

// median sorts v.
func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// pythonWithTorch is the system's Python, or the first one in the path, with PyTorch.
func pythonWithTorch(b *testing.B) string {
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import torch").Run() == nil {
			return python
		}
	}
	b.Skip("no python3 with PyTorch here; on Debian: apt-get install --no-install-recommends python3-torch")
	return ""
}

// torchProcess is testdata/torch_step.py, waiting to be asked.
type torchProcess struct {
	ask    io.Writer
	answer *bufio.Reader
}

func startTorch(b *testing.B, python string, s model.Spec) *torchProcess {
	spec, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/torch_step.py", "--serve", string(spec))
	cmd.Stderr = os.Stderr
	ask, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	answer, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ask.Close(); cmd.Wait() })
	return &torchProcess{ask, bufio.NewReader(answer)}
}

// steps gives the median and the least milliseconds of a step.
func (p *torchProcess) steps(b *testing.B, threads, n int) (middle, least float64) {
	if _, err := fmt.Fprintln(p.ask, threads, n); err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fscanln(p.answer, &middle, &least); err != nil {
		b.Fatalf("torch_step.py: %v", err)
	}
	return middle, least
}
