package doctor

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/cpu"
)

const (
	baseMemory   = 250 << 20 // bytes that the daemon takes
	cameraMemory = 60 << 20  // and each camera
)

// MachineCheck looks at memory and processors, for so many cameras; proc is /proc.
func MachineCheck(proc fs.FS, cameras int) Check {
	return Check{"machine", func(context.Context) []Finding {
		return machineFindings(proc, cameras, runtime.NumCPU(), fast())
	}}
}

// fast tells whether the processor has what pose networks live on.
func fast() bool {
	switch runtime.GOARCH {
	case "amd64":
		return cpu.X86.HasAVX2 && cpu.X86.HasFMA
	case "arm64":
		return cpu.ARM64.HasASIMD
	}
	return false
}

func machineFindings(proc fs.FS, cameras, cores int, fast bool) []Finding {
	free, err := availableMemory(proc)
	if err != nil {
		return one(Skipped, err.Error(), "")
	}
	found := []Finding{fine("%d cores, %d MB of memory available", cores, free>>20)}
	if need := uint64(baseMemory + cameras*cameraMemory); free < need {
		found = append(found, Finding{State: Warning, What: fmt.Sprintf("%d MB of memory are available, and about %d MB are needed", free>>20, need>>20), Do: "stop other programs, or use a machine with more memory"})
	}
	if !fast {
		found = append(found, Finding{State: Warning, What: "the processor lacks AVX2 and FMA (or NEON): poses take several times as long", Do: "use a newer machine, or one camera with a model of the profile fast"})
	}
	if cameras > 2*cores {
		found = append(found, Finding{State: Warning, What: fmt.Sprintf("%d cameras on %d cores", cameras, cores), Do: "two cameras a core is about the most while people move in all of them"})
	}
	return found
}

// availableMemory is what /proc/meminfo says programs can still have.
func availableMemory(proc fs.FS) (uint64, error) {
	text, err := fs.ReadFile(proc, "meminfo")
	if err != nil {
		return 0, fmt.Errorf("how much memory there is is not known: %w", err)
	}
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		rest, ok := strings.CutPrefix(s.Text(), "MemAvailable:")
		if !ok {
			continue
		}
		kb, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 48)
		if err != nil {
			return 0, fmt.Errorf("how much memory there is is not known: %q", s.Text())
		}
		return kb << 10, nil
	}
	return 0, fmt.Errorf("how much memory there is is not known: meminfo does not say")
}

// Secret is a file that others must not read.
type Secret struct{ Path, What string }

// PermissionCheck looks at who runs this program and who can read what is secret.
func PermissionCheck(user int, secrets []Secret) Check {
	return Check{"permissions", func(context.Context) []Finding {
		var found []Finding
		if user == 0 {
			found = append(found, Finding{State: Skipped, What: "this examination runs as root, who may do everything: what the daemon's user may do was not tried", Do: "sudo -u fallwatch fallwatch doctor"})
		}
		for _, s := range secrets {
			info, err := os.Stat(s.Path)
			switch {
			case err != nil:
				found = append(found, Finding{State: Fault, What: fmt.Sprintf("%s: %v", s.What, err), Do: "let the daemon's user read it: chown root:fallwatch, chmod 640"})
			case info.Mode().Perm()&0o007 != 0:
				found = append(found, Finding{State: Warning, What: fmt.Sprintf("%s %s can be read by everybody on this machine, and there are passwords in it", s.What, s.Path), Do: "chown root:fallwatch " + s.Path + " && chmod 640 " + s.Path})
			}
		}
		if found == nil {
			return []Finding{fine("nobody else can read what is secret")}
		}
		return found
	}}
}
