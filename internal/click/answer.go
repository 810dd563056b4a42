package click

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"

	"fallkit/data"
	"fallkit/pose"
)

// Answer is what the page says of a frame.
type Answer struct {
	People  [][]Point `json:"people"`  // [person, joint]
	Skipped string    `json:"skipped"` // as in data.KeypointImage
}

// Point is x and y in pixels, and data.Visibility.
type Point [3]float64

func readAnswer(r io.Reader) (a Answer, err error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return a, errors.New("something follows it")
	}
	return a, nil
}

// mostPeople is more than a person would place.
const mostPeople = 50

// badAnswer is an answer that cannot be.
type badAnswer struct{ error }

func (b badAnswer) Unwrap() error { return b.error }

// people checks an answer. People without a joint are left out.
func (a Answer) people(size image.Point) ([]data.TruePerson, error) {
	if len(a.People) > mostPeople {
		return nil, badAnswer{fmt.Errorf("%d people are too many", len(a.People))}
	}
	var people []data.TruePerson
	for i, points := range a.People {
		p, err := person(points, size)
		if err != nil {
			return nil, badAnswer{fmt.Errorf("person %d: %w", i+1, err)}
		}
		if p.Labelled() > 0 {
			people = append(people, p)
		}
	}
	switch a.Skipped {
	case data.SkippedUnfinished:
	case "":
		if len(people) == 0 {
			return nil, badAnswer{errors.New("no joint is placed: say that nobody is there, or that one cannot tell")}
		}
	case data.SkippedNobody, data.SkippedUnclear:
		if len(people) > 0 {
			return nil, badAnswer{errors.New("joints are placed on a frame that is skipped")}
		}
	default:
		return nil, badAnswer{fmt.Errorf("skipped is %q, which means nothing", a.Skipped)}
	}
	return people, nil
}

func person(points []Point, size image.Point) (p data.TruePerson, err error) {
	if len(points) != pose.Joints {
		return p, fmt.Errorf("%d joints are given, and must be %d", len(points), pose.Joints)
	}
	for j, v := range points {
		switch {
		case v[2] == 0:
			continue
		case v[2] != 1 && v[2] != 2:
			return p, fmt.Errorf("%v has visibility %g, and must have 0, 1 or 2", pose.Joint(j), v[2])
		case !(v[0] >= 0 && v[1] >= 0 && v[0] <= float64(size.X) && v[1] <= float64(size.Y)):
			return p, fmt.Errorf("%v lies outside of the picture", pose.Joint(j))
		}
		p.Joints[j] = data.TrueJoint{X: float32(v[0]), Y: float32(v[1]), Seen: data.Visibility(v[2])}
	}
	p.Surround()
	return p, nil
}

func answerOf(k *data.KeypointImage) Answer {
	a := Answer{Skipped: k.Skipped, People: make([][]Point, len(k.People))}
	for i, p := range k.People {
		for _, j := range p.Joints {
			a.People[i] = append(a.People[i], Point{float64(j.X), float64(j.Y), float64(j.Seen)})
		}
	}
	return a
}
