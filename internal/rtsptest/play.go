package rtsptest

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

const (
	clockRate = 90000 // of RTP time, a second
	packet    = 1200  // bytes at most: larger NAL units go in fragments (FU-A)
)

// play sends pictures at their pace until the connection ends or the fault says so.
func (s *session) play() {
	clip := s.camera.playing()
	packets := rtp.NewPacketizer(packet, 96, 0x1234, &codecs.H264Payloader{}, rtp.NewFixedSequencer(1), clockRate)
	pace := time.NewTicker(time.Second / time.Duration(clip.FPS))
	defer pace.Stop()
	start := 0 // where the clip began
	for i := 0; ; i++ {
		select {
		case <-s.ended:
			return
		case <-pace.C:
		}
		if i == s.fault.After {
			switch s.fault.Kind {
			case Hang:
				return
			case Cut:
				s.conn.Close()
				return
			case Garbage:
				s.garbage()
			case Resize:
				clip, start = s.camera.resize(), i
			}
		}
		for _, p := range packets.Packetize(clip.annexB(i-start), uint32(clockRate/clip.FPS)) {
			if !s.send(p) {
				return
			}
		}
	}
}

func (s *session) send(p *rtp.Packet) bool {
	b, err := p.Marshal()
	if err != nil {
		return false
	}
	if s.udp != nil {
		_, _ = s.udp.rtp.WriteToUDP(b, s.udp.to) // what is lost is lost
		return true
	}
	return s.write(interleaved(b))
}

// interleaved puts a packet into channel 0 of the connection, RFC 2326 section 10.12.
func interleaved(b []byte) []byte {
	return append([]byte{'$', 0, byte(len(b) >> 8), byte(len(b))}, b...)
}

// garbage sends bytes that are no packet, and packets whose content is none.
func (s *session) garbage() {
	chance := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(chance.Uint32())
		}
		return b
	}
	if s.udp == nil {
		s.write(noise(3000))
	}
	for i := range 20 {
		s.send(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SSRC: 0x1234, SequenceNumber: uint16(chance.Uint32()), Marker: i%3 == 0}, Payload: noise(800)})
		if s.udp != nil {
			_, _ = s.udp.rtp.WriteToUDP(noise(500), s.udp.to)
		}
	}
}
