package rtsptest

import (
	"bufio"
	"bytes"
	"net/textproto"
	"slices"
	"strings"
	"testing"
)

// x264 cuts a picture into as many slices as it has threads: they stay together.
func TestSlicesOfAPictureStayTogether(t *testing.T) {
	first, later := []byte{0x65, 0x88, 1}, []byte{0x65, 0x13, 2} // first_mb_in_slice 0, and another
	moved, laterMoved := []byte{0x41, 0x9a, 3}, []byte{0x41, 0x13, 4}
	sps, pps, note := []byte{0x67, 1}, []byte{0x68, 2}, []byte{0x06, 5}
	var stream []byte
	for _, unit := range [][]byte{sps, pps, note, first, later, moved, laterMoved} {
		stream = append(append(stream, 0, 0, 0, 1), unit...)
	}
	c, err := split(25, stream)
	if err != nil {
		t.Fatal(err)
	}
	want := [][][]byte{{sps, pps, first, later}, {moved, laterMoved}}
	if !slices.EqualFunc(c.pictures, want, func(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }) {
		t.Errorf("%v, want %v", c.pictures, want)
	}
	if _, err := split(25, []byte("no stream")); err == nil {
		t.Error("a stream without pictures passes")
	}
}

// The response was computed by Python's hashlib.
func TestDigest(t *testing.T) {
	c := &Camera{User: "anna", Password: "pw", Digest: true}
	if got := c.response("DESCRIBE", "rtsp://cam/live"); got != "933f592ae91a952b49335008e5b5ba0e" {
		t.Error(got)
	}
	header := `Digest username="anna", realm="camera", nonce="` + nonce + `", uri="rtsp://cam/live", response="933f592ae91a952b49335008e5b5ba0e"`
	if !c.allows("DESCRIBE", header) || c.allows("SETUP", header) || c.allows("DESCRIBE", "") || c.allows("DESCRIBE", strings.Replace(header, "933f592ae91a952b49335008e5b5ba0e", "", 1)) {
		t.Error("the wrong ones are let in")
	}
}

// Whatever comes in over the connection, a request is one or an error.
func FuzzReadRequest(f *testing.F) {
	f.Add([]byte("DESCRIBE rtsp://cam/live RTSP/1.0\r\nCSeq: 1\r\n\r\n"))
	f.Add([]byte("$\x00\x00\x02ab OPTIONS * RTSP/1.0\r\n\r\n"))
	f.Add([]byte("$\x00\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := readRequest(textproto.NewReader(bufio.NewReader(bytes.NewReader(b))))
		if err == nil && (q.method == "" || q.url == "") {
			t.Errorf("%+v", q)
		}
	})
}
