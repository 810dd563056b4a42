package tfjs

import (
	"encoding/binary"
	"fmt"
	"math"
)

// constant is a tensor whose values are known: either floats or ints is set.
type constant struct {
	shape  []int
	floats []float32
	ints   []int
}

// weight is an entry of the manifest: one tensor in the shards.
type weight struct {
	Name         string `json:"name"`
	DType        string `json:"dtype"`
	Shape        []int  `json:"shape"`
	Quantization *struct {
		DType string `json:"dtype"`
	} `json:"quantization"`
}

// readConstants cuts the shards into tensors. The bytes must be just as many as the
// manifest says.
func readConstants(list []weight, shards []byte) (map[string]constant, error) {
	constants := make(map[string]constant, len(list))
	rest := shards
	for _, w := range list {
		if _, twice := constants[w.Name]; twice {
			return nil, fmt.Errorf("the manifest has two weights called %q", w.Name)
		}
		c, size, err := w.read(rest)
		if err != nil {
			return nil, fmt.Errorf("weight %q: %w", w.Name, err)
		}
		constants[w.Name] = c
		rest = rest[size:]
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("the weights hold %d bytes, %d more than the manifest lists", len(shards), len(rest))
	}
	return constants, nil
}

// read takes the tensor from the start of data and tells how many bytes it is.
func (w weight) read(data []byte) (c constant, size int, err error) {
	format := w.DType
	if w.Quantization != nil {
		format += " as " + w.Quantization.DType
	}
	width := map[string]int{"float32": 4, "float32 as float16": 2, "int32": 4}[format]
	if width == 0 {
		return c, 0, fmt.Errorf("%s is not a kind of number that is read here", format)
	}
	count, ok := elements(w.Shape, len(data)/width)
	if !ok {
		return c, 0, fmt.Errorf("shape %v does not fit in the %d bytes that are left", w.Shape, len(data))
	}
	c.shape = w.Shape
	size = count * width
	switch format {
	case "float32":
		c.floats = decode(data[:size], width, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
	case "float32 as float16":
		c.floats = decode(data[:size], width, func(b []byte) float32 { return fromHalf(binary.LittleEndian.Uint16(b)) })
	case "int32":
		c.ints = decode(data[:size], width, func(b []byte) int { return int(int32(binary.LittleEndian.Uint32(b))) })
	}
	return c, size, nil
}

func decode[T any](data []byte, width int, one func([]byte) T) []T {
	values := make([]T, len(data)/width)
	for i := range values {
		values[i] = one(data[i*width:])
	}
	return values
}

// elements multiplies a shape's sizes; ok is false where one is negative or the product
// is above most.
func elements(shape []int, most int) (count int, ok bool) {
	count = 1
	for _, d := range shape {
		if d < 0 || (d > 0 && count > most/d) {
			return 0, false
		}
		count *= d
	}
	return count, count <= most
}

// fromHalf is the float32 that an IEEE 754 half precision number stands for.
func fromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0: // zero and numbers below 2^-14
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	case 31: // infinite, or not a number
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
