package metric

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

var start = time.Unix(1_700_000_000, 0)

func scraped(t *testing.T, s Source) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// lines are the daemon's own metrics, one a line.
func lines(families map[string]*dto.MetricFamily) (all []string) {
	for name, f := range families {
		if !strings.HasPrefix(name, "fallwatch_") || strings.Contains(name, "disk") {
			continue
		}
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			all = append(all, fmt.Sprintf("%s{%s} %v", strings.TrimPrefix(name, "fallwatch_"), strings.Join(labels, " "), m.GetGauge().GetValue()+m.GetCounter().GetValue()))
		}
	}
	slices.Sort(all)
	return all
}

func busy() Source {
	return Source{
		Snapshot: func() Snapshot {
			return Snapshot{
				Version: "0.1.0", Revision: "abc", Model: "5f", Runtime: "onnxruntime", Started: start, Watching: true,
				Cameras: []Camera{
					{Name: "hall", Up: true, Last: start.Add(58 * time.Second), Frames: 100, Drops: 3, Stalls: 1, Reconnects: 2, Poses: 97, PoseMillis: 12.5, ScoreMillis: 0.25, Rate: 9.5, People: 1, Score: 0.75},
					{Name: `"bed"`, Blind: true},
				},
				Events:   map[string]int{"confirmed": 2, "blind": 1},
				Channels: map[string]Channel{"mail": {Queued: 4, Delivered: 5, Failed: 6}},
				Open:     1, Pruned: 7,
			}
		},
		Machine: Machine{State: os.TempDir(), Thermal: fstest.MapFS{
			"thermal_zone0/temp": {Data: []byte("48312\n")}, "thermal_zone0/type": {Data: []byte("cpu\n")},
			"thermal_zone1/temp": {Data: []byte("")}, "thermal_zone1/type": {Data: []byte("off\n")},
		}},
		Now: func() time.Time { return start.Add(time.Minute) },
	}
}

func TestAScrape(t *testing.T) {
	families := scraped(t, busy())
	want := strings.Split(strings.TrimSpace(`
build_info{model=5f revision=abc runtime=onnxruntime version=0.1.0} 1
camera_age_seconds{camera="bed"} 60
camera_age_seconds{camera=hall} 2
camera_blind{camera="bed"} 1
camera_blind{camera=hall} 0
camera_drops_total{camera="bed"} 0
camera_drops_total{camera=hall} 3
camera_frames_total{camera="bed"} 0
camera_frames_total{camera=hall} 100
camera_people{camera="bed"} 0
camera_people{camera=hall} 1
camera_pose_seconds{camera="bed"} 0
camera_pose_seconds{camera=hall} 0.0125
camera_poses_per_second{camera="bed"} 0
camera_poses_per_second{camera=hall} 9.5
camera_poses_total{camera="bed"} 0
camera_poses_total{camera=hall} 97
camera_reconnects_total{camera="bed"} 0
camera_reconnects_total{camera=hall} 2
camera_score_seconds{camera="bed"} 0
camera_score_seconds{camera=hall} 0.00025
camera_score{camera="bed"} 0
camera_score{camera=hall} 0.75
camera_stalls_total{camera="bed"} 0
camera_stalls_total{camera=hall} 1
camera_up{camera="bed"} 0
camera_up{camera=hall} 1
deliveries_total{channel=mail} 5
delivery_failures_total{channel=mail} 6
events_total{kind=blind} 1
events_total{kind=confirmed} 2
incidents_open{} 1
pruned_total{} 7
queue_depth{channel=mail} 4
ready{} 0
start_time_seconds{} 1.7e+09
temperature_celsius{type=cpu zone=thermal_zone0} 48.312
watching{} 1`), "\n")
	if diff := cmp.Diff(want, lines(families)); diff != "" {
		t.Error(diff)
	}
	if free, size := families["fallwatch_disk_free_bytes"], families["fallwatch_disk_size_bytes"]; free == nil || size.Metric[0].Gauge.GetValue() < free.Metric[0].Gauge.GetValue() {
		t.Errorf("disk: %v free of %v", free, size)
	}
	if families["go_goroutines"] == nil || families["process_resident_memory_bytes"] == nil {
		t.Error("Go's own metrics are missing")
	}
}

// TestAScrapeOfNothing: a daemon that has just started can be scraped.
func TestAScrapeOfNothing(t *testing.T) {
	s := Source{Snapshot: func() Snapshot { return Snapshot{Started: start} }, Machine: Machine{State: "nowhere"}, Now: func() time.Time { return start }}
	families := scraped(t, s)
	if families["fallwatch_ready"] == nil || families["fallwatch_disk_free_bytes"] != nil {
		t.Error("a disk that cannot be asked must be left out, and nothing else")
	}
}

// TestTheDocumentNamesEveryMetric, and none that is not there.
func TestTheDocumentNamesEveryMetric(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "metrics-prometheus.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(fallwatch_\\w+)`").FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = true
	}
	told := map[string]bool{}
	for _, d := range descriptions {
		name := regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(d.desc.String())[1]
		told[name] = true
	}
	if diff := cmp.Diff(told, documented); diff != "" {
		t.Error(diff)
	}
}
