package journal

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fallkit/internal/alarm"
)

// childFile makes this binary the program that may write no larger files.
const childFile = "FALLKIT_TEST_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		if err := limited(path); err != nil {
			fmt.Println("FAULT", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fill accepts until it fails, then gives the number accepted and the error.
func fill(j *Journal, name string) (int, error) {
	for n := 0; ; n++ {
		if err := j.Accept([]alarm.Report{report(fmt.Sprintf("%s%d", name, n), alarm.Confirmed, 1)}, nil, to("mail")); err != nil {
			return n, err
		}
	}
}

// enough reports are accepted from the reserve when the disk is full: a day of alarms in a house is
// some dozens.
const enough = 1000

// limited is the same as a full disk, by a limit on the size of files, which any user can set.
func limited(path string) error {
	j, err := Open(path)
	if err != nil {
		return err
	}
	j.db.NoSync = true // no power is cut here
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(info.Size()), Max: limit.Max}); err != nil {
		return err
	}
	accepted, full := fill(j, "a")
	if !errors.Is(full, ErrFull) || accepted < enough {
		return fmt.Errorf("%d accepted, then %w", accepted, full)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return goesOn(j, path, accepted)
}

// goesOn checks that nothing is lost, and that the next report is accepted once there is room.
func goesOn(j *Journal, path string, accepted int) error {
	if err := j.Accept([]alarm.Report{report("after", alarm.Confirmed, 1)}, nil, to("mail")); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	if err := j.Close(); err != nil {
		return err
	}
	j, err := Open(path)
	if err != nil {
		return err
	}
	defer j.Close()
	if got := j.Depth()["mail"]; got != accepted+1 || j.Damage() != "" {
		return fmt.Errorf("of %d accepted %d are there; %s", accepted+1, got, j.Damage())
	}
	fmt.Printf("%d reports were accepted from the reserve, none of them lost\n", accepted)
	return nil
}

func TestFilesMayGrowNoFurther(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	command := exec.Command(self)
	command.Env = append(os.Environ(), childFile+"="+filepath.Join(t.TempDir(), "journal"))
	said, err := command.CombinedOutput()
	t.Logf("%s", said)
	must(t, err)
}

// TestDiskFull needs the right to mount; a disk in memory is filled by another file.
func TestDiskFull(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=12m"); err != nil {
		t.Skipf("only who may mount a disk can fill one: %v", err)
	}
	defer syscall.Unmount(disk, syscall.MNT_DETACH)
	path := filepath.Join(disk, "journal")
	j, err := Open(path)
	must(t, err)
	closed := false
	defer func() {
		if !closed {
			j.Close()
		}
	}()
	must(t, j.PutEvidence("a0", nil, make([]byte, 1000)))
	hog := filepath.Join(disk, "hog")
	hogging(t, hog)
	if err := j.PutEvidence("a0", nil, make([]byte, 1000)); !errors.Is(err, ErrFull) {
		t.Errorf("evidence takes the room of alarms: %v", err)
	}
	accepted, full := fill(j, "a")
	if !errors.Is(full, ErrFull) || accepted < enough || !strings.Contains(full.Error(), "the disk is full") {
		t.Fatalf("%d accepted, then %v", accepted, full)
	}
	for range 3 { // again and again
		if _, err := fill(j, "b"); !errors.Is(err, ErrFull) {
			t.Fatalf("then %v", err)
		}
	}
	got := j.Depth()["mail"]
	if got < accepted {
		t.Fatalf("%d of %d accepted are there", got, accepted)
	}
	if _, err := Open(path); !errors.Is(err, ErrInUse) {
		t.Errorf("a second one: %v", err)
	}
	must(t, j.Close())
	j, err = Open(path) // a restart on a full disk
	must(t, err)
	if again := j.Depth()["mail"]; again != got || j.Damage() != "" {
		t.Fatalf("after a restart %d of %d are there; %s", again, got, j.Damage())
	}
	must(t, os.Remove(hog))
	closed = true
	must(t, goesOn(j, path, got))
	t.Logf("on a full disk %d reports were accepted from the reserve of %d bytes, then each was refused with: %v", accepted, Reserve, full)
}

// hogging takes all the room that is left.
func hogging(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for _, size := range []int{1 << 16, 1 << 12, 1} {
		for {
			if _, err := f.Write(make([]byte, size)); err != nil {
				break
			}
		}
	}
}

// TestPruneMakesRoom: what is old goes, and the next is accepted although the disk is as full as before.
func TestPruneMakesRoom(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=12m"); err != nil {
		t.Skipf("only who may mount a disk can fill one: %v", err)
	}
	defer syscall.Unmount(disk, syscall.MNT_DETACH)
	j, err := Open(filepath.Join(disk, "journal"))
	must(t, err)
	defer j.Close()
	for n := range 20 {
		id := fmt.Sprint("old", n)
		must(t, j.Accept([]alarm.Report{report(id, alarm.Cleared, 1)}, nil, to()))
		must(t, j.PutEvidence(id, nil, make([]byte, 50<<10)))
	}
	hogging(t, filepath.Join(disk, "hog"))
	if _, err := fill(j, "a"); !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	removed, err := j.Prune(noon.Add(time.Minute), 0)
	if removed != 20 {
		t.Fatalf("%d removed, %v", removed, err)
	}
	must(t, j.Accept([]alarm.Report{report("new", alarm.Confirmed, 1)}, nil, to("mail")))
}
