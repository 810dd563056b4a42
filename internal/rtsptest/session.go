package rtsptest

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
)

// session is one connection.
type session struct {
	camera *Camera
	conn   net.Conn
	fault  Fault

	writing sync.Mutex // answers and pictures share the connection
	udp     *ports     // nil = interleaved
	playing sync.WaitGroup
	ended   chan struct{}
}

// serve answers requests until the other side leaves.
func (s *session) serve() {
	defer func() {
		close(s.ended)
		s.conn.Close()
		s.playing.Wait()
		s.udp.close()
	}()
	if s.fault.Kind == Mute {
		_, _ = io.Copy(io.Discard, s.conn)
		return
	}
	r := textproto.NewReader(bufio.NewReader(s.conn))
	for {
		q, err := readRequest(r)
		if err != nil || !s.answer(q) {
			return
		}
	}
}

// request is one line with its headers.
type request struct {
	method, url string
	header      textproto.MIMEHeader
}

// readRequest passes over what the client sends between requests (its RTCP reports).
func readRequest(r *textproto.Reader) (request, error) {
	for {
		first, err := r.R.Peek(1)
		if err != nil {
			return request{}, err
		}
		if first[0] != '$' {
			break
		}
		head := make([]byte, 4)
		if _, err := io.ReadFull(r.R, head); err != nil {
			return request{}, err
		}
		if _, err := r.R.Discard(int(binary.BigEndian.Uint16(head[2:]))); err != nil {
			return request{}, err
		}
	}
	line, err := r.ReadLine()
	if err != nil {
		return request{}, err
	}
	words := strings.Fields(line)
	header, err := r.ReadMIMEHeader()
	if err != nil {
		return request{}, err
	}
	if len(words) != 3 {
		return request{}, fmt.Errorf("no request: %q", line)
	}
	return request{words[0], words[1], header}, nil
}

// answer says whether the connection goes on.
func (s *session) answer(q request) bool {
	if q.method != "OPTIONS" && !s.camera.allows(q.method, q.header.Get("Authorization")) {
		s.camera.refuse()
		return s.say(q, "401 Unauthorized", "", "WWW-Authenticate: "+s.camera.challenge())
	}
	switch q.method {
	case "OPTIONS":
		return s.say(q, "200 OK", "", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
	case "DESCRIBE":
		if s.fault.Kind == Missing || !strings.HasSuffix(strings.TrimRight(q.url, "/"), "/live") {
			return s.say(q, "404 Not Found", "")
		}
		return s.say(q, "200 OK", s.description(), "Content-Type: application/sdp", "Content-Base: "+q.url+"/")
	case "SETUP":
		return s.setup(q)
	case "PLAY":
		ok := s.say(q, "200 OK", "", "Session: 1", "Range: npt=0-")
		s.playing.Go(s.play)
		return ok
	case "TEARDOWN":
		s.say(q, "200 OK", "", "Session: 1")
		return false
	default:
		return s.say(q, "200 OK", "", "Session: 1")
	}
}

// setup agrees on the way of the pictures.
func (s *session) setup(q request) bool {
	wish := q.header.Get("Transport")
	if strings.Contains(wish, "interleaved") {
		s.camera.chose("tcp")
		return s.say(q, "200 OK", "", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1;timeout=60")
	}
	p, err := openPorts(s.conn, wish)
	if err != nil {
		return s.say(q, "461 Unsupported Transport", "")
	}
	s.udp.close()
	s.udp = p
	s.camera.chose("udp")
	return s.say(q, "200 OK", "", "Transport: "+p.transport(), "Session: 1;timeout=60")
}

func (s *session) say(q request, status, body string, headers ...string) bool {
	text := "RTSP/1.0 " + status + "\r\nCSeq: " + q.header.Get("CSeq") + "\r\n"
	for _, h := range headers {
		text += h + "\r\n"
	}
	if body != "" {
		text += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	return s.write([]byte(text + "\r\n" + body))
}

func (s *session) write(b []byte) bool {
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := s.conn.Write(b)
	return err == nil
}

// description is the stream's SDP, with H.264 as RFC 6184 has it.
func (s *session) description() string {
	text := base64.StdEncoding.EncodeToString
	c := s.camera.playing()
	return strings.Join([]string{
		"v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=camera", "t=0 0", "m=video 0 RTP/AVP 96", "c=IN IP4 0.0.0.0",
		"a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=" + text(c.sps) + "," + text(c.pps),
		"a=control:track0", "",
	}, "\r\n")
}
