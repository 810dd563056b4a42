// Package plan holds the house to its plan: which room may import which, which room is
// the door of a heavy dependency, and the rules that every file keeps. Its test reads
// every file of the repository. Nothing imports it, and it imports nothing of ours.
//
// Where the plan hinders, change the plan and the code in one commit.
package plan

// Module is what import paths of our own start with.
const Module = "fallkit"

// Plan says what may be.
type Plan struct {
	Rooms   map[string]Room     // by folder
	Doors   map[string][]string // a dependency, by the start of its import path: the folders that may import it
	Bare    []string            // folders that know the standard library alone, whatever the doors say
	Testing []string            // dependencies, by the start of their import path, that any test may import
}

// Room is one package.
type Room struct {
	Imports []string // the folders that it may import; Everything is all of them
	Tests   []string // those that its tests may import beside these
}

// Everything stands for any room, or for any folder.
const Everything = "*"

// House is the plan of this repository. The standard library is free everywhere.
var House = Plan{
	Rooms: map[string]Room{
		// Ground: the words that everybody shares.
		"pose":          {},
		"pose/clipfile": {Imports: []string{"pose"}},

		// Doors.
		"pose/vision":                {Imports: []string{"internal/onnx/wire", "pose"}, Tests: []string{"internal/onnx", "internal/rtsptest", "pose/weights", "pose/weights/tfjs", "pose/weights/tfjs/tfjstest"}},
		"pose/weights":               {Imports: []string{"pose/weights/tfjs"}, Tests: []string{"pose/weights/tfjs/tfjstest"}},
		"pose/weights/tfjs":          {Imports: []string{"internal/onnx"}, Tests: []string{"pose/weights/tfjs/tfjstest"}},
		"pose/weights/tfjs/tfjstest": {Imports: []string{"pose/weights/tfjs"}},
		"model":                      {Imports: []string{"pose"}},
		"models/base":                {},
		"model/graph":                {Imports: []string{"model", "pose"}},
		"model/export":               {Imports: []string{"internal/onnx", "model", "pose"}, Tests: []string{"pose/vision", "pose/weights"}},
		"internal/onnx":              {Imports: []string{"internal/onnx/wire"}},
		"internal/onnx/wire":         {},
		"internal/config":            {},
		"internal/command":           {},
		"internal/progress":          {},

		// Floor 1.
		"data":                 {Imports: []string{"pose", "pose/clipfile"}},
		"data/simulate":        {Imports: []string{"pose", "data", "data/simulate/body", "data/simulate/motion"}},
		"data/simulate/body":   {Imports: []string{"pose"}},
		"data/simulate/motion": {Imports: []string{"pose", "data/simulate/body"}},
		"internal/alarm":       {},
		"internal/journal":     {Imports: []string{"internal/alarm"}},
		"internal/click":       {Imports: []string{"pose", "data"}},

		"internal/web":         {Imports: []string{"pose", "internal/alarm", "internal/web/account", "internal/web/cert"}, Tests: []string{"internal/web/webtest"}},
		"internal/web/account": {Imports: []string{"internal/replace"}},
		"internal/web/cert":    {},

		// Floor 2.
		"train": {Imports: []string{"data", "model", "pose", "internal/alarm"}},

		"internal/watch":  {Imports: []string{"pose", "internal/alarm"}},
		"internal/notify": {Imports: []string{"internal/alarm", "internal/journal"}},

		// Roof.
		"cmd/falltrain": {Imports: []string{Everything}},
		"cmd/fallwatch": {Imports: []string{
			"data", "pose", "pose/vision", "pose/weights", "model", "models/base", "internal/command", "internal/config", "internal/progress",
			"internal/alarm", "internal/watch", "internal/journal", "internal/notify", "internal/web", "internal/web/account",
			"internal/doctor", "internal/metric", "internal/modelstore", "internal/pull", "internal/retention", "internal/service", "internal/verdict",
		}, Tests: []string{"internal/rtsptest", "data/simulate", "train"}},

		"internal/plan": {},

		// What the daemon's keeper needs.
		"internal/service":    {},
		"internal/pull":       {Imports: []string{"pose/vision", "pose/weights"}},
		"internal/replace":    {},
		"internal/metric":     {},
		"internal/selftest":   {Imports: []string{"model", "pose"}, Tests: []string{"data/simulate", "data/simulate/body", "data/simulate/motion"}},
		"internal/modelstore": {Imports: []string{"internal/replace", "internal/selftest", "model", "pose"}},
		"internal/doctor":     {},
		"internal/retention":  {},
		"internal/verdict":    {Imports: []string{"internal/replace", "internal/retention", "internal/watch", "pose/clipfile"}, Tests: []string{"data", "pose"}},

		// For tests alone.
		"internal/faultpage":       {},
		"internal/rtsptest/player": {Imports: []string{"internal/rtsptest"}},
		"internal/rtsptest":        {},
		"internal/tracktest":       {Imports: []string{"pose"}, Tests: []string{"data", "data/simulate", "pose/vision", "pose/weights"}},
		"internal/web/webtest":     {Imports: []string{"pose", "internal/alarm", "internal/web"}},
	},
	Doors: map[string][]string{
		"gorgonia.org/":                        {"model/graph"},
		"go4.org/unsafe/assume-no-moving-gc":   {"model/graph"},
		"github.com/chewxy/hm":                 {"model/graph"},
		"gonum.org/v1/gonum/blas":              {"model/graph"},
		"gocv.io/x/gocv":                       {"pose/vision"},
		"github.com/yalue/onnxruntime_go":      {"pose/vision"},
		"C":                                    {"model/graph", "pose/vision"},
		"github.com/spf13/viper":               {"internal/config"},
		"github.com/go-viper/mapstructure/v2":  {"internal/config"},
		"github.com/spf13/pflag":               {"internal/config", "cmd/falltrain", "cmd/fallwatch"},
		"go.yaml.in/yaml/v3":                   {"internal/config"},
		"github.com/vbauerster/mpb/v8":         {"internal/progress"},
		"github.com/mattn/go-isatty":           {"internal/progress"},
		"github.com/spf13/cobra":               {"internal/command", "cmd/falltrain", "cmd/fallwatch"},
		"github.com/parquet-go/parquet-go":     {"data"},
		"gonum.org/v1/gonum/":                  {"train", "data/simulate", "data/simulate/body", "data/simulate/motion"},
		"gonum.org/v1/plot":                    {"train"},
		"golang.org/x/image/":                  {"pose/vision", "data/simulate", "train", "internal/watch"},
		"google.golang.org/protobuf/encoding/": {"internal/onnx", "internal/onnx/wire", "pose/vision"},
		"go.etcd.io/bbolt":                     {"internal/journal"},
		"github.com/eclipse/paho.golang/":      {"internal/notify"},
		"github.com/nicholas-fedor/shoutrrr":   {"internal/notify"},
		"github.com/pion/rtp":                  {"internal/rtsptest"},
		"golang.org/x/sync/errgroup":           {Everything},
		"golang.org/x/sys/":                    {"internal/service", "internal/doctor"},
		"github.com/prometheus/":               {"internal/metric"},
		"github.com/google/renameio/v2":        {Everything},
	},
	Bare: []string{"pose", "internal/alarm", "internal/plan"},
	Testing: []string{
		"github.com/google/go-cmp/cmp",
		"github.com/rogpeppe/go-internal/",
		"pgregory.net/rapid",
		"go.uber.org/goleak",
		"github.com/mochi-mqtt/server/v2",
		"google.golang.org/protobuf/encoding/",
	},
}
