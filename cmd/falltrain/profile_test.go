package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/data"
	"fallkit/internal/config"
	"fallkit/pose/vision"
)

// jobWith has a setting of the profile, from a flag where it is given.
func jobWith(profile string, other bool) (*job, *bytes.Buffer) {
	var said bytes.Buffer
	j := &job{app: newApp(nil, nil, &said, &said), settings: DefaultSettings(), otherProfile: other}
	j.origins = config.Origins{{Key: "extract.profile"}}
	if profile != "" {
		j.settings.Extract.Profile = profile
		j.origins[0].Place.Flag = "profile"
	}
	return j, &said
}

// A model brings its profile along; another one has to be insisted on.
func TestModelsBringTheirProfile(t *testing.T) {
	t.Setenv("FALLKIT_HOME", t.TempDir())
	learned := func(profile string) detector {
		j, _ := jobWith(profile, false)
		f, err := j.openFront("")
		if err != nil {
			t.Fatal(err)
		}
		return detector{name: "net", engine: f.id(), extract: ExtractSettings{FPS: 10, MinPersonScore: 0.15, Profile: profile}}
	}
	for _, c := range []struct {
		learned, asked string
		other          bool
		want, fault    string
		warned         bool
	}{
		{"accurate", "", false, "accurate", "", false},
		{"accurate", "accurate", false, "accurate", "", false},
		{"accurate", "fast", false, "", "net has learned from poses of the profile accurate, and extract.profile is fast", false},
		{"accurate", "fast", true, "fast", "", true},
		{"", "", true, "plain", "", false}, // from before there were profiles
		{"", "plain", false, "plain", "", false},
		{"", "label", false, "", "the profile plain, and extract.profile is label", false},
	} {
		j, said := jobWith(c.asked, c.other)
		err := j.adopt(learned(c.learned))
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) || !strings.Contains(err.Error(), "--other-profile") {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if err != nil || j.settings.Extract.Profile != c.want || j.settings.Extract.FPS != 10 || (said.Len() > 0) != c.warned {
			t.Errorf("%+v: profile %s, said %q, %v", c, j.settings.Extract.Profile, said, err)
		}
	}
}

// Poses of other parameters than this program's are refused, whatever is insisted on.
func TestModelsOfOtherParametersAreRefused(t *testing.T) {
	t.Setenv("FALLKIT_HOME", t.TempDir())
	j, _ := jobWith("fast", true)
	err := j.adopt(detector{name: "net", engine: "another engine", extract: ExtractSettings{FPS: 10, MinPersonScore: 0.15, Profile: "accurate"}})
	if err == nil || !strings.Contains(err.Error(), `"another engine"`) || !strings.Contains(err.Error(), "train it anew") {
		t.Errorf("%v", err)
	}
	err = j.adopt(detector{name: "net", engine: "another engine", extract: ExtractSettings{FPS: 10, MinPersonScore: 0.15, Profile: "gone"}})
	if err == nil || !strings.Contains(err.Error(), `"gone"`) {
		t.Errorf("a profile that is no more: %v", err)
	}
}

// The shipped model is from before there were profiles, and its poses are plain ones.
func TestTheShippedModelIsPlain(t *testing.T) {
	j, _ := jobWith("", false)
	d, err := j.openDetector(filepath.Join("..", "..", "models", "base", "base.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.adopt(d); err != nil || j.settings.Extract.Profile != vision.Plain.Name {
		t.Errorf("profile %s, %v", j.settings.Extract.Profile, err)
	}
	if f, err := j.openFront(""); err != nil || f.id() != testEngine() {
		t.Errorf("the engine is %s, %v", f.id(), err)
	}
}

// A run from before there were profiles goes on as plain, and no other one does.
func TestRunsFromBeforeProfilesArePlain(t *testing.T) {
	then, now := DefaultSettings(), DefaultSettings()
	then.Extract.Profile = ""
	if a, b := then.learning().Extract, now.learning().Extract; a != b {
		t.Errorf("%+v and %+v", a, b)
	}
	now.Extract.Profile = "fast"
	if then.learning().Extract == now.learning().Extract {
		t.Error("another profile is no other training")
	}
}

// Files of poses that another profile found are refused, and both profiles are named.
func TestFilesOfPosesOfAnotherProfileAreRefused(t *testing.T) {
	t.Setenv("FALLKIT_HOME", t.TempDir())
	fast, _ := jobWith("fast", false)
	f, err := fast.openFront("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		engine string
		fps    float64
		want   string
	}{
		{f.id(), 12.5, "they are of the profile fast, and extract.profile is plain: give --profile fast, or extract its video anew with --profile plain --fps 12.5"},
		{testEngine(), 25, "set extract.fps to 25, or extract its video anew with --profile plain --fps 12.5"},
		{"an older program's", 12.5, `are asked for: extract its video anew with --profile plain`},
	} {
		dir, store := t.TempDir(), data.Store{Dir: t.TempDir()}
		o := data.Origin{VideoSHA256: strings.Repeat("0", 64), Engine: c.engine, FPS: c.fps}
		if err := store.Put(o, walkOrFall(1, true)); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(store.Path(o.Key()))
		if err != nil {
			t.Fatal(err)
		}
		labels := "dataset,clip,path,subject,camera,fps,frames,label,activity,fall_start_frame,fall_end_frame\nroom,a,a.parquet,,,12.5,75,fall,,38,48\n"
		for name, text := range map[string]string{"labels.csv": labels, "a.parquet": string(text)} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var said bytes.Buffer
		code := run(t.Context(), []string{"evaluate", dir, "--model", "speed-angle", "--skip-missing"}, strings.NewReader(""), &said, &said)
		for _, want := range []string{c.want, "a.parquet", fmt.Sprintf("%q", c.engine), fmt.Sprintf("%q", testEngine())} {
			if code != exitFailed || !strings.Contains(said.String(), want) {
				t.Errorf("exit code %d without %q: %s", code, want, &said)
			}
		}
	}
}
