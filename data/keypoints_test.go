package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fallkit/pose"
)

// clicked is a frame of a video with one person, of whom two joints are placed.
const clicked = `{"images": [{"id": 7, "file_name": "videos/a.mp4", "width": 320, "height": 240,
  "dataset": "room", "clip": "a", "frame": 12, "state": "lying"}],
"annotations": [{"id": 1, "image_id": 7, "category_id": 1, "iscrowd": 0, "num_keypoints": 2,
  "keypoints": [10,20.5,2, 30,40,1, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0, 0,0,0],
  "bbox": [10, 20, 20, 20.5], "area": 400}],
"categories": [{"id": 1, "name": "person", "keypoints": ["nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
  "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"]}]}`

func TestReadKeypoints(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clicks.json")
	if err := os.WriteFile(path, []byte(clicked), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ReadKeypoints(path)
	if err != nil {
		t.Fatal(err)
	}
	p := TruePerson{Box: pose.Box{X0: 10, Y0: 20, X1: 30, Y1: 40.5}, Area: 400}
	p.Joints[pose.Nose], p.Joints[pose.LeftEye] = TrueJoint{10, 20.5, Visible}, TrueJoint{30, 40, Hidden}
	want := &Keypoints{Images: []KeypointImage{{
		Path: "videos/a.mp4", Width: 320, Height: 240, Dataset: "room", Clip: "a", Frame: 12, State: StateLying, People: []TruePerson{p},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each line changes one thing of a good file; want is a part of what the user reads.
func TestKeypointsThatCannotBe(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"height": 240,`, `"height": 240,,`, "line 1: this is no JSON, or it is cut off"},
		{clicked, clicked[:300], "this is no JSON, or it is cut off"},
		{clicked, ``, "this is no JSON, or it is cut off"},
		{clicked, `[{"bbox": [1, 2, 3, 4], "score": 0.5}]`, "this is no COCO keypoint file but a JSON array"},
		{clicked, `{"images": []}`, `it has no "annotations"`},
		{clicked, `{"annotations": []}`, `it has no "images"`},
		{`"width": 320`, `"width": "320"`, "line 1: images.width is a JSON string, and must be something else"},
		{`"width": 320`, `"width": 0`, "image 1 of the list: width and height are 0 and 240"},
		{`"id": 7, `, ``, "image 1 of the list: it has no id"},
		{`videos/a.mp4`, `../a.mp4`, `file_name is "../a.mp4"`},
		{`"frame": 12`, `"frame": -1`, "frame is -1"},
		{`"frame": 12, `, ``, "frame is missing, since dataset and clip are given"},
		{`"clip": "a"`, `"clip": ""`, `dataset "room" and clip "" must be names`},
		{`"lying"`, `"asleep"`, `state is "asleep", and must be falling, lying, else or left out`},
		{`"state"`, `"skipped": "late", "state"`, `skipped is "late"`},
		{`"state"`, `"skipped": "nobody", "state"`, "frame 12 of videos/a.mp4 is skipped (nobody) and has 1 annotations"},
		{`"images": [`, `"images": [{"id": 1, "file_name": "videos/a.mp4", "width": 320, "height": 240, "dataset": "room", "clip": "a", "frame": 12},`, "image 2 of the list: frame 12 of videos/a.mp4 is listed twice"},
		{`"images": [`, `"images": [{"id": 7, "file_name": "b.png", "width": 320, "height": 240},`, "image 2 of the list: another image has the id 7, too"},
		{`"image_id": 7, `, ``, "annotation 1 of the list: it has no image_id"},
		{`"image_id": 7`, `"image_id": 8`, "no image has the id 8"},
		{`"category_id": 1`, `"category_id": 2`, "category 2 has no keypoints in the list of categories"},
		{`"keypoints": [10,`, `"bones": [10,`, "it has no keypoints: this is not a keypoint file"},
		{`10,20.5,2, `, ``, "keypoints has 48 numbers, and must have 51"},
		{`10,20.5,2, `, `10,20.5,3, `, "keypoint 1: its visibility is 3, and must be 0, 1 or 2 (in frame 12 of videos/a.mp4)"},
		{`10,20.5,2, `, `320.5,20.5,2, `, "keypoint 1: it lies at (320.5, 20.5), outside of the picture of 320x240"},
		{`10,20.5,2, `, `1e999,20.5,2, `, "annotations.keypoints is a JSON number 1e999"},
		{`"num_keypoints": 2`, `"num_keypoints": 3`, "num_keypoints is 3, and 2 keypoints are labelled"},
		{`"bbox": [10,`, `"bbox": [`, "bbox has 3 numbers"},
		{`20, 20.5]`, `-20, 20.5]`, "bbox is -20 wide"},
		{`[10, 20, 20`, `[10, 20, 2e6`, "bbox reaches 2.00001e+06"},
		{`"area": 400`, `"area": -1`, "area is -1"},
		{`"iscrowd": 0`, `"iscrowd": 2`, "iscrowd is 2"},
		{`"left_hip", `, ``, `category "person": keypoint "left_hip" is missing`},
		{`"left_eye"`, `"nose"`, `keypoint "nose" is there twice`},
		{`"person", "keypoints"`, `"person", "words"`, "no category names its keypoints"},
	} {
		text := strings.Replace(clicked, c.old, c.new, 1)
		_, err := decodeKeypoints([]byte(text))
		if err == nil {
			t.Errorf("%q for %q: no error", c.new, c.old)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q for %q: %v", c.new, c.old, err)
		}
	}
}

// Where others name other joints, those that are the same are taken.
func TestKeypointsByName(t *testing.T) {
	text := `{"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 100}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "keypoints": [
		1,1,2, 2,2,2, 3,3,2, 4,4,2, 5,5,2, 6,6,2, 7,7,2, 8,8,2, 9,9,2, 10,10,2, 11,11,2, 12,12,1, 13,13,2, 14,14,2]}],
		"categories": [{"id": 1, "keypoints": ["left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
		"left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "head", "neck"]}]}`
	k, err := decodeKeypoints([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := k.Images[0].People[0]
	if p.Joints[pose.LeftShoulder] != (TrueJoint{1, 1, Visible}) || p.Joints[pose.RightAnkle] != (TrueJoint{12, 12, Hidden}) || p.Labelled() != 12 {
		t.Errorf("%+v", p.Joints)
	}
	if p.Area != 12 {
		t.Errorf("without an area it is %g, and must be the box's", p.Area)
	}
}

// What the published samples hold, counted by a program of its own (Python's json).
func TestKeypointsOfPublishedData(t *testing.T) {
	dir := os.Getenv("FALLKIT_DATA")
	for _, c := range []struct {
		path                             string
		images, people, crowds, labelled int
	}{
		{"coco_persons/person_keypoints.json", 54, 234, 6, 1437},
		{"pose_samples_mmpose/coco/test_coco.json", 4, 14, 0, 181},
		{"pose_samples_mmpose/ochuman/test_ochuman.json", 3, 5, 0, 73},
		{"pose_samples_mmpose/crowdpose/test_crowdpose.json", 2, 5, 0, 39},
	} {
		path := filepath.Join(dir, filepath.FromSlash(c.path))
		if _, err := os.Stat(path); dir == "" || err != nil {
			t.Skip("no published keypoints: set FALLKIT_DATA to a data folder with coco_persons and pose_samples_mmpose")
		}
		k, err := ReadKeypoints(path)
		if err != nil {
			t.Error(err)
			continue
		}
		people, crowds, labelled := 0, 0, 0
		for _, image := range k.Images {
			for _, p := range image.People {
				people++
				labelled += p.Labelled()
				if p.Crowd {
					crowds++
				}
			}
		}
		if len(k.Images) != c.images || people != c.people || crowds != c.crowds || labelled != c.labelled {
			t.Errorf("%s: %d images, %d people, %d crowds, %d joints", c.path, len(k.Images), people, crowds, labelled)
		}
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clicks.json")
	rapid.Check(t, func(t *rapid.T) {
		k := drawKeypoints(t)
		if err := k.Write(path); err != nil {
			t.Fatal(err)
		}
		again, err := ReadKeypoints(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(k, again); diff != "" {
			t.Error(diff)
		}
	})
}

func drawKeypoints(t *rapid.T) *Keypoints {
	k := &Keypoints{Images: []KeypointImage{}}
	for i := range rapid.IntRange(0, 4).Draw(t, "images") {
		image := KeypointImage{Path: "b & c/still.png", Width: rapid.IntRange(1, 2000).Draw(t, "width"), Height: 240, Frame: i - 1}
		if image.Frame >= 0 {
			image.Path, image.Dataset, image.Clip, image.State = "videos/ä.mp4", "room", "ä", rapid.SampledFrom([]string{StateElse, StateFalling, ""}).Draw(t, "state")
		}
		image.Skipped = rapid.SampledFrom([]string{"", SkippedNobody, SkippedUnfinished}).Draw(t, "skipped")
		for range rapid.IntRange(0, 2).Draw(t, "people") {
			if image.Skipped == SkippedNobody {
				break
			}
			p := TruePerson{Crowd: rapid.Bool().Draw(t, "crowd")}
			for j := range p.Joints {
				if seen := rapid.IntRange(0, 2).Draw(t, "seen"); seen > 0 {
					p.Joints[j] = TrueJoint{rapid.Float32Range(0, float32(image.Width)).Draw(t, "x"), rapid.Float32Range(0, 240).Draw(t, "y"), Visibility(seen)}
				}
			}
			p.Surround()
			image.People = append(image.People, p)
		}
		k.Images = append(k.Images, image)
	}
	return k
}

// What cannot be read again must not replace what is there.
func TestKeypointsThatAreNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clicks.json")
	good := &Keypoints{Images: []KeypointImage{{Path: "a.png", Width: 10, Height: 10, Frame: -1}}}
	if err := good.Write(path); err != nil {
		t.Fatal(err)
	}
	bad := &Keypoints{Images: []KeypointImage{{Path: "a.png", Width: 10, Height: 10, Frame: -1, People: make([]TruePerson, 1)}}}
	bad.Images[0].People[0].Joints[3] = TrueJoint{11, 1, Visible}
	if err := bad.Write(path); err == nil || !strings.Contains(err.Error(), "outside of the picture") {
		t.Errorf("%v", err)
	}
	if k, err := ReadKeypoints(path); err != nil || len(k.Images[0].People) != 0 {
		t.Errorf("the file was changed: %+v, %v", k, err)
	}
}

func FuzzKeypoints(f *testing.F) {
	f.Add([]byte(clicked))
	f.Add([]byte(`{"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}], "annotations": [{"image_id": 1, "category_id": 1, "keypoints": []}]}`))
	f.Add([]byte(`{"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9, "skipped": "nobody"}], "annotations": []}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := decodeKeypoints(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("the fault is not one line: %q", err)
			}
			return
		}
		written, err := k.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeKeypoints(written)
		if err != nil {
			t.Fatalf("what was read is refused once it is written: %v", err)
		}
		if diff := cmp.Diff(k, again); diff != "" {
			t.Error(diff)
		}
	})
}
