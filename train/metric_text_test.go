package train

import "testing"

func TestMetricTextHasNoNegativeZero(t *testing.T) {
	for _, c := range []struct {
		metric Metric
		want   string
	}{
		{Metric{Value: 0.104, Low: -0.0004, High: 0.17}, "0.10 [0.00, 0.17]"},
		{Metric{Value: -0.26, Low: -0.5, High: -0.004}, "-0.26 [-0.50, 0.00]"},
	} {
		if got := c.metric.Text(2); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
