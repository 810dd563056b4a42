package rtsptest

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
)

// ports are a stream's way over UDP: RTP on one port, RTCP on the next, on both sides.
type ports struct {
	rtp, rtcp *net.UDPConn
	to        *net.UDPAddr
}

var clientPort = regexp.MustCompile(`client_port=(\d+)`)

// openPorts takes the client's port from its Transport header.
func openPorts(conn net.Conn, wish string) (*ports, error) {
	m := clientPort.FindStringSubmatch(wish)
	if m == nil {
		return nil, fmt.Errorf("no client_port in %q", wish)
	}
	port, err := strconv.ParseUint(m[1], 10, 16)
	if err != nil {
		return nil, err
	}
	p := &ports{to: &net.UDPAddr{IP: conn.RemoteAddr().(*net.TCPAddr).IP, Port: int(port)}}
	return p, p.listen(conn.LocalAddr().(*net.TCPAddr).IP)
}

// listen takes two ports in a row.
func (p *ports) listen(ip net.IP) (err error) {
	for range 50 {
		if p.rtp, err = net.ListenUDP("udp", &net.UDPAddr{IP: ip}); err != nil {
			return err
		}
		if p.rtcp, err = net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: p.port() + 1}); err == nil {
			return nil
		}
		p.rtp.Close()
	}
	return err
}

func (p *ports) port() int { return p.rtp.LocalAddr().(*net.UDPAddr).Port }

func (p *ports) transport() string {
	return fmt.Sprintf("RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d", p.to.Port, p.to.Port+1, p.port(), p.port()+1)
}

func (p *ports) close() {
	if p != nil {
		p.rtp.Close()
		p.rtcp.Close()
	}
}
