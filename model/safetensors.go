package model

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// tensor is a named array of float32, row-major.
type tensor struct {
	name  string
	shape []int
	data  []float32
}

// The safetensors format (https://huggingface.co/docs/safetensors, "Format"): the
// header's length as 8 bytes little-endian, the header as a JSON object padded with
// spaces, then the tensors' bytes without a hole between them.
const (
	lengthBytes  = 8
	mostHeader   = 4 << 20 // ours has some 10 kB; the format's own limit is 100 MB
	metadataName = "__metadata__"
	float32Type  = "F32"
)

// tensorInfo is what the header says of one tensor.
type tensorInfo struct {
	Type    string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"` // from the end of the header: first byte, byte after the last
}

// encodeTensors gives a file's bytes. Tensors are sorted by name; the first begins at a
// multiple of 8 bytes, so that a reader can map the file into memory.
func encodeTensors(metadata map[string]string, tensors []tensor) ([]byte, error) {
	tensors = slices.SortedFunc(slices.Values(tensors), func(a, b tensor) int { return cmp.Compare(a.name, b.name) })
	header, size, err := encodeHeader(metadata, tensors)
	if err != nil {
		return nil, err
	}
	if len(header) > mostHeader {
		return nil, fmt.Errorf("the description takes %d bytes, and may take %d", len(header), mostHeader)
	}
	out := make([]byte, 0, lengthBytes+len(header)+size)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(header)))
	out = append(out, header...)
	for _, t := range tensors {
		for _, v := range t.data {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
	}
	return out, nil
}

// encodeHeader also gives the size of all tensors in bytes.
func encodeHeader(metadata map[string]string, tensors []tensor) (header []byte, size int, err error) {
	var b bytes.Buffer
	if err := writeMember(&b, '{', metadataName, metadata); err != nil {
		return nil, 0, err
	}
	for _, t := range tensors {
		end := size + 4*len(t.data)
		if err := writeMember(&b, ',', t.name, tensorInfo{float32Type, t.shape, []int64{int64(size), int64(end)}}); err != nil {
			return nil, 0, err
		}
		size = end
	}
	b.WriteByte('}')
	for b.Len()%lengthBytes != 0 {
		b.WriteByte(' ')
	}
	return b.Bytes(), size, nil
}

// writeMember appends one member of a JSON object, with the byte that goes before it.
func writeMember(b *bytes.Buffer, before byte, name string, value any) error {
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	b.WriteByte(before)
	b.Write(key)
	b.WriteByte(':')
	b.Write(text)
	return nil
}

var errNotSafetensors = errors.New("not a safetensors file; give a file that training wrote")

// decodeTensors reads a file of size bytes; tensors come in the order of their bytes.
// It allocates no more than the file is long, however long its header says it is.
func decodeTensors(r io.Reader, size int64) (map[string]string, []tensor, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, nil, err
	}
	metadata, infos, err := parseHeader(header)
	if err != nil {
		return nil, nil, err
	}
	tensors, end, err := layOut(infos)
	if err != nil {
		return nil, nil, broken("%w", err)
	}
	if have := size - lengthBytes - int64(len(header)); have != end {
		return nil, nil, broken("it has %d bytes of numbers where %d belong", have, end)
	}
	data := make([]byte, end)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, nil, fmt.Errorf("read its numbers: %w", err)
	}
	for i := range tensors {
		at := infos[i].Offsets
		tensors[i].data = float32s(data[at[0]:at[1]])
	}
	return metadata, tensors, nil
}

func readHeader(r io.Reader, size int64) ([]byte, error) {
	if size < lengthBytes {
		return nil, errNotSafetensors
	}
	var length [lengthBytes]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, fmt.Errorf("read its length: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > mostHeader {
		return nil, errNotSafetensors
	}
	if int64(n) > size-lengthBytes {
		return nil, broken("it is cut short within its header")
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("read its header: %w", err)
	}
	if n < 2 || header[0] != '{' {
		return nil, errNotSafetensors
	}
	return header, nil
}

// namedInfo is one tensor of a header.
type namedInfo struct {
	name string
	tensorInfo
}

func (t *namedInfo) decode(d *json.Decoder) error {
	if err := d.Decode(&t.tensorInfo); err != nil {
		return err
	}
	if len(t.Offsets) != 2 {
		return fmt.Errorf("data_offsets has %d numbers, and must have 2", len(t.Offsets))
	}
	return nil
}

// parseHeader reads the JSON object member by member, since a map would hide that a
// name comes twice.
func parseHeader(header []byte) (metadata map[string]string, infos []namedInfo, err error) {
	d := json.NewDecoder(bytes.NewReader(header))
	d.DisallowUnknownFields()
	seen := map[string]bool{}
	if _, err := d.Token(); err != nil {
		return nil, nil, broken("header: %w", err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, nil, broken("header: %w", err)
		}
		name, _ := key.(string)
		if seen[name] {
			return nil, nil, broken("header: %s comes twice", strconv.Quote(name))
		}
		seen[name] = true
		if name == metadataName {
			err = d.Decode(&metadata)
		} else {
			info := namedInfo{name: name}
			err = info.decode(d)
			infos = append(infos, info)
		}
		if err != nil {
			return nil, nil, broken("header, %s: %w", strconv.Quote(name), err)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, broken("header: %w", err)
	}
	if rest := header[d.InputOffset():]; len(bytes.Trim(rest, " ")) > 0 {
		return nil, nil, broken("header: something follows the closing brace")
	}
	return metadata, infos, nil
}

// layOut sorts infos by their place and checks that they cover all bytes up to end,
// each of them once.
func layOut(infos []namedInfo) (tensors []tensor, end int64, err error) {
	slices.SortFunc(infos, func(a, b namedInfo) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]), cmp.Compare(a.name, b.name))
	})
	for _, t := range infos {
		if t.Type != float32Type {
			return nil, 0, fmt.Errorf("tensor %q has type %q, and must have %s", t.name, t.Type, float32Type)
		}
		size, ok := bytesOf(t.Shape)
		if !ok || t.Offsets[1]-t.Offsets[0] != size {
			return nil, 0, fmt.Errorf("tensor %q has shape %v, which does not fit into bytes %d to %d", t.name, t.Shape, t.Offsets[0], t.Offsets[1])
		}
		if t.Offsets[0] != end {
			return nil, 0, fmt.Errorf("tensor %q begins at byte %d, and the one before it ends at %d", t.name, t.Offsets[0], end)
		}
		end = t.Offsets[1]
		tensors = append(tensors, tensor{name: t.name, shape: t.Shape})
	}
	return tensors, end, nil
}

// bytesOf is the size of a float32 tensor; ok is false where it is no shape or too big
// for any file.
func bytesOf(shape []int) (size int64, ok bool) {
	const most = 1 << 40
	size = 4
	for _, d := range shape {
		if d < 0 || int64(d) > most/size {
			return 0, false
		}
		if size *= int64(d); size == 0 {
			return 0, true
		}
	}
	return size, true
}

func float32s(data []byte) []float32 {
	v := make([]float32, len(data)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return v
}
