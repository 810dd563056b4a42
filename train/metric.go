package train

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Metric is a measured number with its 95 % interval. Where it cannot be told the numbers
// are NaN, in JSON null, and Note says why.
type Metric struct {
	Value, Low, High float64
	Note             string // why it is undefined, or how the interval was made if not by bootstrap
}

// undefined is a metric that cannot be told.
func undefined(why string) Metric {
	return Metric{math.NaN(), math.NaN(), math.NaN(), why}
}

// Defined tells whether there is a value.
func (m Metric) Defined() bool { return !math.IsNaN(m.Value) }

type metricJSON struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	Note  string   `json:"note,omitempty"`
}

// MarshalJSON writes {"value","low","high"} and, where there is one, "note".
func (m Metric) MarshalJSON() ([]byte, error) {
	return json.Marshal(metricJSON{orNull(m.Value), orNull(m.Low), orNull(m.High), m.Note})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Metric) UnmarshalJSON(b []byte) error {
	var j metricJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("reading a metric: %w", err)
	}
	*m = Metric{orNaN(j.Value), orNaN(j.Low), orNaN(j.High), j.Note}
	return nil
}

func orNull(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// Text writes the metric for people: value [low, high], or a dash and why.
func (m Metric) Text(places int) string {
	if !m.Defined() {
		return "– (" + m.Note + ")"
	}
	if math.IsNaN(m.Low) || math.IsNaN(m.High) {
		return rounded(m.Value, places)
	}
	return fmt.Sprintf("%s [%s, %s]", rounded(m.Value, places), rounded(m.Low, places), rounded(m.High, places))
}

// rounded has so many places, and never a minus before a zero.
func rounded(v float64, places int) string {
	text := strconv.FormatFloat(v, 'f', places, 64)
	if zero := strings.TrimPrefix(text, "-"); strings.Trim(zero, "0.") == "" {
		return zero
	}
	return text
}

// three is the rule of three: where none of n independent trials failed, the rate of
// failure is with 95 % confidence at most 3/n (Hanley & Lippman-Hand 1983, "If nothing goes
// wrong, is everything all right?"). The same number bounds a Poisson rate.
const three = 3.0

// boundShare widens the interval of a share of n trials that was 0 or 1 throughout, which
// resampling cannot.
func boundShare(m Metric, n int) Metric {
	switch {
	case m.Value == 1:
		m.Low, m.High = max(0, 1-three/float64(n)), 1
	case m.Value == 0:
		m.Low, m.High = 0, min(1, three/float64(n))
	default:
		return m
	}
	m.Note = fmt.Sprintf("rule of three, n = %d", n)
	return m
}

// bounded tells whether the interval is one of boundShare.
func (m Metric) bounded() bool { return m.Value == 0 || m.Value == 1 }

// halfway is the interval of the mean of two shares of different clips, made of theirs (Zou
// & Donner 2008, "Construction of confidence limits about effect measures: a general
// approach"). It serves where resampling shows less than is unknown.
func halfway(m, a, b Metric) Metric {
	if !m.Defined() {
		return m
	}
	m.Low = m.Value - math.Hypot(a.Value-a.Low, b.Value-b.Low)/2
	m.High = m.Value + math.Hypot(a.High-a.Value, b.High-b.Value)/2
	m.Note = "of the intervals of recall and specificity"
	return m
}

// boundOrder widens the interval of an AUC of 1 or 0: n clips of either kind make n
// independent pairs, none of which was in the other order.
func boundOrder(m Metric, n int) Metric {
	m = boundShare(m, n)
	if m.bounded() {
		m.Note += " pairs"
	}
	return m
}

// withoutInterval takes the interval away where it would mislead.
func withoutInterval(m Metric, mislead bool, why string) Metric {
	if mislead && m.Defined() {
		return Metric{Value: m.Value, Low: math.NaN(), High: math.NaN(), Note: why + ": no interval"}
	}
	return m
}

// boundRate is the interval of a rate of which nothing was seen for so long.
func boundRate(m Metric, long float64, unit string) Metric {
	if m.Value != 0 {
		return m
	}
	m.Low, m.High = 0, three/long
	m.Note = fmt.Sprintf("rule of three, none in %.2f %s", long, unit)
	return m
}
