// Package rtsptest is a camera for tests: it serves H.264 over RTP by RTSP 1.0 (RFC 2326)
// on the loopback, interleaved in the connection or over UDP, and goes wrong as real
// cameras do when it is told to. It is for tests only and never fit for a network.
package rtsptest

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
)

// Camera is one; set its fields, then Start it, and Close it.
type Camera struct {
	Clip  *Clip
	Other *Clip // what Resize goes on with

	User, Password string // who may look; "" = anybody
	Digest         bool   // ask for digest authentication (RFC 2617), else for basic

	Faults []Fault // of the first connection, the second and so on; after them all is well

	listener net.Listener
	done     sync.WaitGroup

	mutex      sync.Mutex
	open       map[net.Conn]bool
	connected  int
	transports []string
	refused    int
	resized    bool
}

// Start serves at an address such as 127.0.0.1:0.
func (c *Camera) Start(address string) error {
	if c.Clip == nil || c.Clip.FPS < 1 {
		return errors.New("start camera: it has no clip")
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("start camera: %w", err)
	}
	c.listener, c.open = l, map[net.Conn]bool{}
	c.done.Go(c.accept)
	return nil
}

// Address is host and port; it may be started again there after a Close.
func (c *Camera) Address() string { return c.listener.Addr().String() }

// URL of its stream.
func (c *Camera) URL() string { return "rtsp://" + c.Address() + "/live" }

// Close stops it and cuts all connections.
func (c *Camera) Close() {
	c.listener.Close()
	c.mutex.Lock()
	for conn := range c.open {
		conn.Close()
	}
	c.mutex.Unlock()
	c.done.Wait()
}

// Connections is how many there have been.
func (c *Camera) Connections() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.connected
}

// Transports lists how streams were asked for: "tcp" or "udp".
func (c *Camera) Transports() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Clone(c.transports)
}

// Refused is how many requests came without the right password.
func (c *Camera) Refused() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.refused
}

func (c *Camera) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		s := &session{camera: c, conn: conn, fault: c.begin(conn), ended: make(chan struct{})}
		c.done.Go(func() {
			defer c.end(conn)
			s.serve()
		})
	}
}

// begin notes a connection and gives its fault.
func (c *Camera) begin(conn net.Conn) Fault {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.open[conn] = true
	c.connected++
	if c.connected > len(c.Faults) {
		return Fault{}
	}
	return c.Faults[c.connected-1]
}

func (c *Camera) end(conn net.Conn) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.open, conn)
	conn.Close()
}

func (c *Camera) chose(transport string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.transports = append(c.transports, transport)
}

func (c *Camera) refuse() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.refused++
}

// playing is the clip that new viewers get.
func (c *Camera) playing() *Clip {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.resized {
		return c.Other
	}
	return c.Clip
}

func (c *Camera) resize() *Clip {
	c.mutex.Lock()
	c.resized = true
	c.mutex.Unlock()
	return c.playing()
}
