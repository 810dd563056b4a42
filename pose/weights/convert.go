package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"fallkit/pose/weights/tfjs"
)

// convert makes the network's ONNX file from the entries of the tarball, and checks
// that it is the one that was tested.
func (n *Network) convert(entries map[string][]byte) ([]byte, error) {
	onnx, err := tfjs.Convert(entries[n.Topology.Path], entries[n.Weights.Path], n.cut())
	if err != nil {
		return nil, err
	}
	if sum := hexSHA256(onnx); sum != n.SHA256 {
		return nil, fmt.Errorf("convert %s: the result has sha256 %s instead of %s: this program does not fit its own table, please report it", n.Name, sum, n.SHA256)
	}
	return onnx, nil
}

func (n *Network) cut() tfjs.Cut {
	return tfjs.Cut{Name: n.Name, Input: n.Input, Height: n.InputHeight, Width: n.InputWidth, Channels: 3, Heads: n.Heads}
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
