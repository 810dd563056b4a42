package train

import (
	"errors"
	"fmt"
	"math"

	"fallkit/internal/alarm"
)

// ErrOneKind is wrapped where clips of both kinds are needed and only one kind is there.
var ErrOneKind = errors.New("clips with and without a fall are needed")

// Objective is what a threshold is chosen for. The balanced ones are the same whatever share
// of the clips shows a fall. F1 is not: where falls abound, as in most public data, false
// alarms hardly count, and the threshold comes out too low for everyday life.
type Objective string

const (
	ForEventF1          Objective = "event_f1"          // of suspected events
	ForBalancedAccuracy Objective = "balanced_accuracy" // of clips
	ForBalancedEvents   Objective = "balanced_events"   // the mean of the recall of suspected events and of the specificity of clips
)

// Objectives are all of them.
var Objectives = []Objective{ForBalancedEvents, ForBalancedAccuracy, ForEventF1}

// Choice is a threshold and why it was chosen.
type Choice struct {
	Threshold float64    `json:"threshold"`
	Objective Objective  `json:"objective"`
	Value     float64    `json:"value"`   // of the objective there
	Plateau   [2]float64 `json:"plateau"` // the thresholds around it that are as good
}

// asGood is how far below the best a threshold may be and still count as good: a
// difference of one clip among a hundred is chance.
const asGood = 0.01

// ChooseThreshold looks for the threshold that is best for clips of the training side (best
// of all validation clips, which the model has not learned). It takes the middle of the
// widest stretch of thresholds that are as good as the best, within a hundredth, so that a
// score a little higher or lower in the next room changes little. The middle is that of the
// log-odds, because scores crowd near 0 and 1. Test clips must never be given to it.
func ChooseThreshold(clips []Judged, a alarm.Settings, o Objective) (Choice, error) {
	return chooseThreshold(clips, a, o, asGood, 0.5)
}

// ChooseCautiously is ChooseThreshold for a detector to which hardly anything in the everyday
// clips is like a fall, so that only the falls would say where the threshold is. Everyday life
// elsewhere is more varied than clips show: one fall in twenty is given up for it (balanced
// objectives count half of that), and the threshold lies at three quarters of the stretch.
func ChooseCautiously(clips []Judged, a alarm.Settings, o Objective) (Choice, error) {
	return chooseThreshold(clips, a, o, 0.025, 0.75)
}

func chooseThreshold(clips []Judged, a alarm.Settings, o Objective, asGood, part float64) (Choice, error) {
	if err := bothKinds(clips, o); err != nil {
		return Choice{}, err
	}
	points := Sweep(clips, a, thresholdGrid())
	values := make([]float64, len(points))
	best := math.Inf(-1)
	for i, p := range points {
		values[i] = p.value(o)
		best = max(best, values[i])
	}
	from, to := widest(values, best-asGood)
	middle := sigmoid((1-part)*logit(points[from].Threshold) + part*logit(points[to].Threshold))
	return Choice{middle, o, Sweep(clips, a, []float64{middle})[0].value(o), [2]float64{points[from].Threshold, points[to].Threshold}}, nil
}

func bothKinds(clips []Judged, o Objective) error {
	var falls, adls, spans int
	for i := range clips {
		falls += int(count(clips[i].Fall))
		adls += int(count(!clips[i].Fall))
		spans += len(clips[i].Falls)
	}
	switch {
	case falls == 0 || adls == 0:
		return fmt.Errorf("choosing a threshold: %w: %d with and %d without a fall", ErrOneKind, falls, adls)
	case o != ForBalancedAccuracy && spans == 0:
		return fmt.Errorf("choosing a threshold by %s: none of %d falls has its times; label them or choose by %s", o, falls, ForBalancedAccuracy)
	}
	return nil
}

// widest is the longest stretch of values that reach least, by index, both ends inclusive.
func widest(values []float64, least float64) (from, to int) {
	from, to = 0, -1
	for start := 0; start < len(values); start++ {
		end := start
		for end < len(values) && values[end] >= least {
			end++
		}
		if end-start > to-from+1 {
			from, to = start, end-1
		}
		start = end
	}
	return from, to
}

// thresholdGrid is even in log-odds, from 0.001 to 0.999.
func thresholdGrid() []float64 {
	const reach, steps = 6.9, 138
	grid := make([]float64, steps+1)
	for i := range grid {
		grid[i] = sigmoid(reach * (2*float64(i)/steps - 1))
	}
	return grid
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
func logit(p float64) float64   { return math.Log(p / (1 - p)) }

// Point is what a detector does at one threshold.
type Point struct {
	Threshold          float64
	Events             EventCounts // suspected
	Recall             float64     // of events; NaN without falls
	FalseAlarmsPerHour float64     // of events; NaN without calm footage
	BalancedAccuracy   float64     // of clips
	Specificity        float64     // of clips; NaN where all show a fall
}

func (p Point) value(o Objective) float64 {
	switch o {
	case ForBalancedAccuracy:
		return p.BalancedAccuracy
	case ForBalancedEvents:
		return (p.Recall + p.Specificity) / 2
	}
	return 2 * float64(p.Events.Found) / float64(p.Events.Falls+p.Events.Found+p.Events.FalseAlarms)
}

// Sweep judges the clips with one threshold after the other, the same for all of them:
// the operating curve.
func Sweep(clips []Judged, a alarm.Settings, thresholds []float64) []Point {
	points := make([]Point, len(thresholds))
	for i, t := range thresholds {
		points[i] = pointAt(clips, a, t)
	}
	return points
}

func pointAt(clips []Judged, a alarm.Settings, threshold float64) Point {
	a.Threshold = threshold
	p := Point{Threshold: threshold}
	var caught, falls, quiet, adls float64
	for i := range clips {
		j := &clips[i]
		t, _ := eventTallies(j, a)
		p.Events.Falls += t.falls
		p.Events.Found += t.found
		p.Events.FalseAlarms += t.falseAlarms
		p.Events.Hours += t.seconds / 3600
		score, _ := j.Highest()
		falls += count(j.Fall)
		adls += count(!j.Fall)
		caught += count(j.Fall && score >= threshold)
		quiet += count(!j.Fall && score < threshold)
	}
	p.BalancedAccuracy = (caught/falls + quiet/adls) / 2
	p.Specificity = quiet / adls
	p.Recall = float64(p.Events.Found) / float64(p.Events.Falls)
	p.FalseAlarmsPerHour = float64(p.Events.FalseAlarms) / p.Events.Hours
	return p
}
