package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// stubborn makes the test binary a falltrain whose verb waits for signals.
const stubborn = "TEST_STUBBORN_VERB"

func TestMain(m *testing.M) {
	if os.Getenv(stubborn) != "" {
		os.Exit(program([]verb{waiting}))
	}
	testscript.Main(m, map[string]func(){"falltrain": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true})
}

// waiting stops at the first signal where it is told "polite"; else it holds on.
func waiting(a *app) *cobra.Command {
	return &cobra.Command{Use: "wait", RunE: func(cmd *cobra.Command, args []string) error {
		fmt.Fprintln(a.stdout, "ready")
		<-cmd.Context().Done()
		if len(args) > 0 {
			return fmt.Errorf("stopped after epoch 3: %w", context.Cause(cmd.Context()))
		}
		fmt.Fprintln(a.stdout, "holding on")
		select {}
	}}
}

func TestSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run("polite "+s.String(), func(t *testing.T) {
			child, lines, stderr := startChild(t, "wait", "polite")
			expect(t, lines, "ready")
			send(t, child, s)
			_ = child.Wait()
			if code := child.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("exit code %d", code)
			}
			if got := stderr.String(); got != "falltrain: interrupted: stopped after epoch 3\n" {
				t.Errorf("%q", got)
			}
		})
		t.Run("second kills "+s.String(), func(t *testing.T) {
			child, lines, _ := startChild(t, "wait")
			expect(t, lines, "ready")
			send(t, child, s)
			expect(t, lines, "holding on")
			send(t, child, s)
			_ = child.Wait()
			if status := child.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != s {
				t.Errorf("ended with %v", child.ProcessState)
			}
		})
	}
}

func startChild(t *testing.T, args ...string) (*exec.Cmd, *bufio.Reader, *bytes.Buffer) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], args...)
	child.Env = append(os.Environ(), stubborn+"=1")
	var stderr bytes.Buffer
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return child, bufio.NewReader(out), &stderr
}

func expect(t *testing.T, lines *bufio.Reader, want string) {
	t.Helper()
	if got, err := lines.ReadString('\n'); err != nil || got != want+"\n" {
		t.Fatalf("read %q, %v; want %q", got, err, want)
	}
}

func send(t *testing.T, child *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := child.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// failing makes a verb that ends with an error.
func failing(err error) verb {
	return func(*app) *cobra.Command {
		return &cobra.Command{Use: "work", Args: wants("DATA", "[DIR]"), RunE: func(*cobra.Command, []string) error { return err }}
	}
}

func TestExitCodes(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		args string
		code int
		told string
	}{
		{"done", t.Context(), nil, "work data", exitDone, ""},
		{"optional argument", t.Context(), nil, "work data dir", exitDone, ""},
		{"failed", t.Context(), errors.New("disk full"), "work data", exitFailed, "falltrain: disk full\n"},
		{"usage found late", t.Context(), fmt.Errorf("here: %w", usageError{errors.New("no such fold")}), "work data", exitUsage, "falltrain: here: no such fold\n"},
		{"argument missing", t.Context(), nil, "work", exitUsage, "falltrain: work needs DATA: run \"falltrain work --help\"\n"},
		{"argument too many", t.Context(), nil, "work a b c", exitUsage, "falltrain: work has an argument too many, \"c\": run \"falltrain work --help\"\n"},
		{"unknown flag", t.Context(), nil, "work --fast", exitUsage, "falltrain: unknown flag: --fast: run \"falltrain work --help\"\n"},
		{"bad global flag", t.Context(), nil, "work data --log-format xml", exitUsage, "falltrain: --log-format is \"xml\", and must be text or json\n"},
		{"skipped", t.Context(), fmt.Errorf("extract: %w", skippedError{2, 70, "clips"}), "work data", exitSkipped, "falltrain: extract: 2 of 70 clips were skipped, each for the reason given above\n"},
		{"interrupted", stopped, context.Canceled, "work data", exitInterrupted, "falltrain: interrupted\n"},
		{"failed by the interrupt", stopped, errors.New("ffmpeg was killed"), "work data", exitInterrupted, "falltrain: interrupted: ffmpeg was killed\n"},
		{"cancelled by itself", t.Context(), context.Canceled, "work data", exitFailed, "falltrain: context canceled\n"},
		{"done before the interrupt", stopped, nil, "work data", exitDone, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, told bytes.Buffer
			code := runVerbs(c.ctx, []verb{failing(c.err)}, strings.Fields(c.args), strings.NewReader(""), &out, &told)
			if code != c.code || told.String() != c.told || out.Len() > 0 {
				t.Errorf("code %d, %q, stdout %q; want %d, %q", code, told.String(), out.String(), c.code, c.told)
			}
		})
	}
}

func TestSettingFlagsWinAndFaultsAreUsage(t *testing.T) {
	var epochs int
	learn := func(a *app) *cobra.Command {
		cmd := &cobra.Command{Use: "learn", RunE: func(cmd *cobra.Command, _ []string) error {
			s, _, err := a.settings(cmd)
			epochs = s.Fit.Epochs
			return err
		}}
		setting(cmd, "epochs", "fit.epochs", "at most")
		return cmd
	}
	t.Setenv("FALLKIT_FIT__EPOCHS", "7")
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args string
		code int
		want int
		told string
	}{
		{"learn", exitDone, 7, ""},
		{"learn --epochs 9", exitDone, 9, ""},
		{"learn --epochs 9.5", exitUsage, 0, "falltrain: --epochs: fit.epochs is \"9.5\", and must be a whole number\n"},
		{"learn --epochs 0", exitUsage, 0, "falltrain: --epochs: fit.epochs is 0, and must be at least 1\n"},
	} {
		var told bytes.Buffer
		code := runVerbs(t.Context(), []verb{learn}, strings.Fields(c.args), nil, &told, &told)
		if code != c.code || epochs != c.want || told.String() != c.told {
			t.Errorf("%s: code %d, %d epochs, %q", c.args, code, epochs, told.String())
		}
	}
}

func TestLogAndProgress(t *testing.T) {
	verbs := []verb{func(a *app) *cobra.Command {
		return &cobra.Command{Use: "work", RunE: func(*cobra.Command, []string) error {
			m, done := a.meter("clips", 2)
			m.Set(2, "x.mp4")
			a.log.Info("looking", slog.Int("clip", 2))
			a.log.Warn("clip is corrupt", slog.String("clip", "x"))
			done()
			a.log.Warn("afterwards")
			return nil
		}}
	}}
	for _, c := range []struct {
		args string
		want []string
	}{
		{"work", []string{`level=INFO msg=looking clip=2`, `level=WARN msg="clip is corrupt" clip=x`, `clips: 2/2 (100 %), 0s`, `level=WARN msg=afterwards`}},
		{"work --quiet", []string{`level=WARN msg="clip is corrupt" clip=x`, `level=WARN msg=afterwards`}},
		{"work --log-format json", []string{`"level":"INFO","msg":"looking","clip":2}`, `"level":"WARN","msg":"clip is corrupt","clip":"x"}`, `"level":"WARN","msg":"afterwards"}`}},
	} {
		var told bytes.Buffer
		if code := runVerbs(t.Context(), verbs, strings.Fields(c.args), nil, &told, &told); code != exitDone {
			t.Errorf("%s: code %d", c.args, code)
		}
		lines := strings.Split(strings.TrimSpace(told.String()), "\n")
		if len(lines) != len(c.want) {
			t.Errorf("%s:\n%s", c.args, told.String())
			continue
		}
		for i, line := range lines {
			if !strings.HasSuffix(line, c.want[i]) {
				t.Errorf("%s: line %d is %q, want …%q", c.args, i+1, line, c.want[i])
			}
		}
	}
}

func TestRunGivesTheExitCode(t *testing.T) {
	var out, told bytes.Buffer
	if code := run(t.Context(), []string{"version"}, nil, &out, &told); code != exitDone || !strings.HasPrefix(out.String(), "falltrain "+version) {
		t.Errorf("code %d, %q, %q", code, out.String(), told.String())
	}
}

// Whoever adds a verb finds here what help, completion and exit codes need of it.
func TestEveryVerbIsWhole(t *testing.T) {
	root := newRoot(newApp(nil, nil, io.Discard, io.Discard), verbs)
	for _, cmd := range root.Commands() {
		if cmd.Short == "" || cmd.Short[0] < 'A' || cmd.Short[0] > 'Z' || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: Short is %q: a capital first, no full stop", cmd.Name(), cmd.Short)
		}
		if cmd.Name() != "help" && (cmd.Args == nil || cmd.RunE == nil || cmd.Run != nil) {
			t.Errorf("%s: needs Args (wants) and RunE, and no Run", cmd.Name())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: Usage is %q: one phrase, no full stop", cmd.Name(), f.Name, f.Usage)
			}
		})
	}
}
