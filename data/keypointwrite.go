package data

import (
	"bytes"
	"encoding/json"

	"fallkit/pose"
)

// The one category of people, as COCO has it.
const personCategory = 1

// writtenPerson is a person in the file; its numbers are written as short as they can be.
type writtenPerson struct {
	ID        int        `json:"id"`
	ImageID   int        `json:"image_id"`
	Category  int        `json:"category_id"`
	Crowd     int        `json:"iscrowd"`
	Keypoints []float32  `json:"keypoints"` // [joint, x y v]
	Labelled  int        `json:"num_keypoints"`
	Box       [4]float64 `json:"bbox"` // x, y, width, height
	Area      float64    `json:"area"`
}

// encode gives the file, with a line for each picture and for each person. Numbers count
// from 1 in the order of the list, so the same keypoints always give the same bytes.
func (k *Keypoints) encode() ([]byte, error) {
	var images, people []any
	for i := range k.Images {
		image := &k.Images[i]
		images = append(images, image.coco(i+1))
		for _, p := range image.People {
			people = append(people, p.coco(len(people)+1, i+1))
		}
	}
	var b bytes.Buffer
	b.WriteString("{\n\"images\": [")
	if err := writeLines(&b, images); err != nil {
		return nil, err
	}
	b.WriteString("],\n\"annotations\": [")
	if err := writeLines(&b, people); err != nil {
		return nil, err
	}
	b.WriteString("],\n\"categories\": [")
	if err := writeLines(&b, []any{personSkeleton()}); err != nil {
		return nil, err
	}
	b.WriteString("]\n}\n")
	return b.Bytes(), nil
}

func writeLines(b *bytes.Buffer, all []any) error {
	for i, v := range all {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(text)
	}
	b.WriteByte('\n')
	return nil
}

func (k *KeypointImage) coco(id int) cocoImage {
	number := int64(id)
	c := cocoImage{ID: &number, FileName: k.Path, Width: k.Width, Height: k.Height, Dataset: k.Dataset, Clip: k.Clip, State: k.State, Skipped: k.Skipped}
	if k.Frame >= 0 {
		c.Frame = &k.Frame
	}
	return c
}

func (p *TruePerson) coco(id, image int) writtenPerson {
	x, y := float64(p.Box.X0), float64(p.Box.Y0)
	w := writtenPerson{
		ID: id, ImageID: image, Category: personCategory, Labelled: p.Labelled(), Area: p.Area,
		Box: [4]float64{x, y, float64(p.Box.X1) - x, float64(p.Box.Y1) - y},
	}
	if p.Crowd {
		w.Crowd = 1
	}
	for _, j := range p.Joints {
		w.Keypoints = append(w.Keypoints, j.X, j.Y, float32(j.Seen))
	}
	return w
}

// personSkeleton is COCO's own entry: bones count joints from 1.
func personSkeleton() any {
	c := struct {
		ID        int      `json:"id"`
		Name      string   `json:"name"`
		Super     string   `json:"supercategory"`
		Keypoints []string `json:"keypoints"`
		Skeleton  [][2]int `json:"skeleton"`
	}{ID: personCategory, Name: "person", Super: "person"}
	for j := range pose.Joint(pose.Joints) {
		c.Keypoints = append(c.Keypoints, j.String())
	}
	for _, b := range pose.Bones {
		c.Skeleton = append(c.Skeleton, [2]int{int(b.From) + 1, int(b.To) + 1})
	}
	return c
}
