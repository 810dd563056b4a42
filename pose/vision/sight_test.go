package vision

import (
	"math"
	"testing"

	"gocv.io/x/gocv"
)

// seen is what an observer tells of pictures that are shown a second apart.
func seen(t *testing.T, pictures ...gocv.Mat) (told []Sight) {
	t.Helper()
	o, err := observe(func(s Sight) { told = append(told, s) })
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	for i := range pictures {
		if err := o.see(float64(i), &pictures[i]); err != nil {
			t.Fatal(err)
		}
		if err := o.see(float64(i)+0.5, &pictures[i]); err != nil { // too soon to be measured
			t.Fatal(err)
		}
		pictures[i].Close()
	}
	return told
}

// striped is grey on the left and striped on the right.
func striped(width, height int, grey, other float64) gocv.Mat {
	m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(grey, grey, grey, 0), height, width, gocv.MatTypeCV8UC3)
	pixels, _ := m.DataPtrUint8()
	for y := range height {
		for x := width / 2; x < width; x++ {
			if y/(height/12)%2 == 1 {
				for c := range 3 {
					pixels[3*(y*width+x)+c] = uint8(other)
				}
			}
		}
	}
	return m
}

func TestWhatAPictureLooksLike(t *testing.T) {
	told := seen(t, striped(320, 240, 100, 200), striped(320, 240, 100, 200), striped(320, 240, 90, 190), striped(160, 240, 50, 50))
	if len(told) != 4 {
		t.Fatalf("measured %d times", len(told))
	}
	for i, want := range []struct {
		mean, spread, change float64
		width                int
	}{{125, 43.3, -1, 320}, {125, 43.3, 0, 320}, {115, 43.3, 10, 320}, {50, 0, -1, 160}} {
		s := told[i]
		if math.Abs(s.Mean-want.mean) > 1 || math.Abs(s.Spread-want.spread) > 2 || math.Abs(s.Change-want.change) > 0.1 || s.Width != want.width || s.Height != 240 {
			t.Errorf("picture %d: %+v, want %+v", i, s, want)
		}
	}
	var left, right float32
	for i, e := range told[0].Edges {
		if i%SightColumns < SightColumns/2-1 {
			left += e
		} else {
			right += e
		}
	}
	if left > 1 || right < 1000 {
		t.Errorf("edges: %g on the left, %g on the right", left, right)
	}
}

func TestASmallPictureIsMeasuredToo(t *testing.T) {
	if told := seen(t, striped(4, 12, 100, 200)); len(told) != 1 || told[0].Mean < 90 {
		t.Errorf("%+v", told)
	}
}

func TestNobodyWhoListensMeasuresNothing(t *testing.T) {
	o, err := observe(nil)
	if err != nil || o != nil {
		t.Fatal(o, err)
	}
	m := gocv.NewMat()
	defer m.Close()
	if err := o.see(0, &m); err != nil {
		t.Error(err)
	}
	o.close()
}

func TestAPictureThatCannotBeMeasured(t *testing.T) {
	o, err := observe(func(Sight) { t.Error("measured") })
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	empty, grey := gocv.NewMat(), gocv.NewMatWithSize(8, 8, gocv.MatTypeCV8UC1)
	defer empty.Close()
	defer grey.Close()
	if err := o.see(0, &empty); err == nil {
		t.Error("an empty picture was measured")
	}
	if err := o.see(5, &grey); err == nil {
		t.Error("a grey picture was measured")
	}
}

func TestTheRateChangesOnTheWay(t *testing.T) {
	var pace Pace
	g := grid{Rate: 10}
	var due []float64
	for i := range 100 { // four seconds of 25 pictures a second
		at := float64(i) / 25
		if i == 50 {
			pace.Set(5)
		}
		pace.Set(math.NaN())
		pace.Set(-1)
		g.turn(pace.now(10), at)
		if g.due(at) {
			due = append(due, at)
		}
	}
	early := 0
	for _, at := range due {
		if at < 2 {
			early++
		}
	}
	if early != 20 || len(due) != 30 {
		t.Errorf("%d looks, %d of them in the first half: %v", len(due), early, due)
	}
	if r := (*Pace)(nil).now(7); r != 7 {
		t.Errorf("without a pace the rate is %g", r)
	}
}
