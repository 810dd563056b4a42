package tfjstest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"fallkit/pose/weights/tfjs"
)

// builder writes a graph model node by node, and at once works out each node's value.
type builder struct {
	rng      *rand.Rand
	nodes    []any
	manifest []any
	shards   []byte
}

// value is what a node gives.
type value struct {
	Tensor
	node string
}

// conv describes a convolution.
type conv struct {
	depthwise   bool
	kernel, out int // out is the multiplier of a depthwise one
	stride      int
	same, bias  bool
	activation  string
	full        bool // weights as plain float32 instead of float16
}

const inputNode = "model/sub_1"

// newGraph builds a graph on a random picture behind a node that has to be cut off.
func newGraph(name string, rng *rand.Rand, height, width, channels int, build func(*builder, value) []value) Graph {
	b := &builder{rng: rng}
	picture := newTensor(height, width, channels, func(_, _, _ int) float32 { return 2*rng.Float32() - 1 })
	b.node("input", "Placeholder", nil, attributes{"shape": attributes{"shape": attributes{"dim": []any{}}}})
	b.node(inputNode, "Sub", []string{"input", "input"}, nil)
	heads := build(b, value{picture, inputNode})
	g := Graph{
		Name: name, Topology: b.topology(), Weights: b.shards, Input: picture,
		Cut: tfjs.Cut{Name: "small", Input: inputNode, Height: height, Width: width, Channels: channels},
	}
	for i, h := range heads {
		g.Cut.Heads = append(g.Cut.Heads, tfjs.Head{Name: fmt.Sprintf("head%d", i), Node: h.node, Channels: h.Channels})
	}
	g.Want = join(heads)
	return g
}

// join puts tensors of one height and width one after the other along the channels.
func join(list []value) Tensor {
	all := Tensor{Height: list[0].Height, Width: list[0].Width}
	for y := range all.Height {
		for x := range all.Width {
			for _, v := range list {
				for c := range v.Channels {
					all.Values = append(all.Values, v.At(y, x, c))
				}
			}
		}
	}
	all.Channels = len(all.Values) / (all.Height * all.Width)
	return all
}

type attributes = map[string]any

func (b *builder) topology() []byte {
	text, err := json.Marshal(attributes{
		"format":          "graph-model",
		"modelTopology":   attributes{"node": b.nodes},
		"weightsManifest": []any{attributes{"paths": []string{"small.bin"}, "weights": b.manifest}},
	})
	if err != nil {
		panic(err)
	}
	return text
}

func (b *builder) node(name, op string, inputs []string, attr attributes) string {
	n := attributes{"name": name, "op": op, "attr": attr}
	if inputs != nil {
		n["input"] = inputs
	}
	b.nodes = append(b.nodes, n)
	return name
}

func (b *builder) name(kind string) string { return fmt.Sprintf("model/%s_%d", kind, len(b.nodes)) }

// floats adds a constant of random weights of about the given size.
func (b *builder) floats(shape []int, full bool, scale float64) (string, []float32) {
	entry := attributes{"name": b.name("weights"), "shape": shape, "dtype": "float32"}
	count := 1
	for _, d := range shape {
		count *= d
	}
	values := make([]float32, count)
	for i := range values {
		if full {
			values[i] = float32(b.rng.NormFloat64() * scale)
			b.shards = binary.LittleEndian.AppendUint32(b.shards, math.Float32bits(values[i]))
			continue
		}
		var bits uint16
		values[i], bits = b.half(scale)
		b.shards = binary.LittleEndian.AppendUint16(b.shards, bits)
	}
	if !full {
		entry["quantization"] = attributes{"dtype": "float16", "original_dtype": "float32"}
	}
	b.manifest = append(b.manifest, entry)
	return b.node(entry["name"].(string), "Const", nil, nil), values
}

// half draws a half precision number and its bits: sign, 5 bits of exponent, 10 of
// fraction (IEEE 754 binary16). One in twenty is below the normal range.
func (b *builder) half(scale float64) (float32, uint16) {
	sign, fraction := b.rng.IntN(2), b.rng.IntN(1024)
	exponent := 15 + math.Ilogb(scale) - b.rng.IntN(4)
	if b.rng.IntN(20) == 0 {
		exponent = 0
	}
	bits := uint16(sign<<15 | exponent<<10 | fraction)
	size := math.Ldexp(1+float64(fraction)/1024, exponent-15)
	if exponent == 0 {
		size = math.Ldexp(float64(fraction)/1024, -14)
	}
	return float32(size * float64(1-2*sign)), bits
}

// integers adds a constant list.
func (b *builder) integers(list ...int) string {
	name := b.name("list")
	for _, v := range list {
		b.shards = binary.LittleEndian.AppendUint32(b.shards, uint32(v))
	}
	b.manifest = append(b.manifest, attributes{"name": name, "shape": []int{len(list)}, "dtype": "int32"})
	return b.node(name, "Const", nil, nil)
}

// texts and numbers are lists as protobuf's JSON has them: base64, and integers quoted.
func texts(list ...string) attributes {
	all := [][]byte{}
	for _, s := range list {
		all = append(all, []byte(s))
	}
	return attributes{"list": attributes{"s": all}}
}

func numbers(list ...int) attributes {
	all := []string{}
	for _, v := range list {
		all = append(all, fmt.Sprint(v))
	}
	return attributes{"list": attributes{"i": all}}
}

func sizeName(width int) string { return fmt.Sprintf("%d wide", width) }
