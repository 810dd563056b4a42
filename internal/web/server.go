// Package web is the page of a house that is watched: live skeletons, incidents and their
// answers, zones, health, and who may see and do what. It sees the house through an interface
// of its own, never holds a picture, and never holds the house up: whoever reads too slowly is
// let go.
//
// Without further settings it speaks TLS alone and shows nothing to whoever has not signed in.
package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"fallkit/internal/web/account"
	"fallkit/internal/web/cert"
)

// Parts are what the page is made of.
type Parts struct {
	House   House
	Audit   Audit
	Metrics http.Handler // Prometheus' text; nil = none
	Folder  string       // of the program's state: accounts and the made certificate
	Log     *slog.Logger
	Now     func() time.Time

	rounds int // of a password's hash; 0 = account.Rounds
}

// Server is the page. Use New.
type Server struct {
	settings Settings
	parts    Parts
	accounts *account.Store
	keeper   *cert.Keeper // nil = plain HTTP
	password string
	handler  *mux
	key      [32]byte // of this run: for tokens of those who have not signed in
	streams  streams
	pulse    pulse
}

// New takes up accounts and certificate. Settings must have no Faults.
func New(s Settings, p Parts) (*Server, error) {
	if err := os.MkdirAll(p.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the page's folder: %w", err)
	}
	server := &Server{settings: s, parts: p, streams: newStreams(s.Streams)}
	server.key = randomKey()
	var err error
	if !s.TLS.Off {
		if server.keeper, err = keeperOf(s, p); err != nil {
			return nil, err
		}
	}
	if s.SignIn {
		server.accounts, server.password, err = account.Open(p.Folder, account.Settings{Longest: hours(s.SessionHours), Idle: hours(s.IdleHours), Rounds: p.rounds}, p.Now)
		if err != nil {
			return nil, err
		}
		server.accounts.TellResets(server.auditReset)
	}
	server.handler = server.routes()
	return server, nil
}

func keeperOf(s Settings, p Parts) (*cert.Keeper, error) {
	if s.TLS.Cert != "" {
		return cert.Own(s.TLS.Cert, s.TLS.Key, p.Now, p.Log)
	}
	names := s.Names
	if host, err := hostOf(s.Listen); err == nil && net.ParseIP(host) != nil && !net.ParseIP(host).IsUnspecified() {
		names = append([]string{host}, names...)
	}
	return cert.Made(p.Folder, names, p.Now, p.Log)
}

// Password is that of account.FirstUser where New has just made it, else "". It is kept
// nowhere: tell it to whoever starts the program, once.
func (s *Server) Password() string { return s.password }

// Fingerprint is the SHA-256 of the certificate, by which a person knows that the browser's
// warning is about this one; "" for plain HTTP.
func (s *Server) Fingerprint() string {
	if s.keeper == nil {
		return ""
	}
	return s.keeper.Fingerprint()
}

// Limits against whoever sends slowly, much, or nothing.
const (
	headerPatience = 10 * time.Second
	bodyPatience   = 30 * time.Second
	writePatience  = 30 * time.Second
	idlePatience   = 90 * time.Second
	mostHeader     = 16 << 10 // bytes
	mostOpen       = 512      // connections
	mostOpenFrom   = 64       // connections from one address
	mostAtOnce     = 64       // requests on one connection of HTTP/2
	pingAfter      = 15 * time.Second
	mostUnsent     = 64 << 10 // bytes that wait for a slow browser: it shall not see minutes that are gone
)

// Run listens where the settings say, and serves until ctx ends. Settings without Listen end
// at once.
func (s *Server) Run(ctx context.Context) error {
	if s.settings.Listen == "" {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", s.settings.Listen)
	if err != nil {
		return fmt.Errorf("listen for the page (web.listen): %w", err)
	}
	if s.settings.Debug == "" {
		return s.Serve(ctx, l)
	}
	debug, err := config.Listen(ctx, "tcp", s.settings.Debug)
	if err != nil {
		_ = l.Close()
		return fmt.Errorf("listen for pprof (web.debug): %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Serve(ctx, l) })
	g.Go(func() error { return s.serve(ctx, debug, profiles()) })
	return g.Wait()
}

// Serve serves at a listener, which it closes, until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	l = limited(l, mostOpen, mostOpenFrom)
	if s.keeper != nil {
		l = tls.NewListener(l, &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: s.keeper.GetCertificate,
		})
	}
	return s.serve(ctx, l, s)
}

func (s *Server) serve(ctx context.Context, l net.Listener, h http.Handler) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerPatience, ReadTimeout: bodyPatience, WriteTimeout: writePatience,
		IdleTimeout: idlePatience, MaxHeaderBytes: mostHeader, ErrorLog: slog.NewLogLogger(s.parts.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx },
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: mostAtOnce, WriteByteTimeout: streamPatience, SendPingTimeout: pingAfter, PingTimeout: streamPatience,
		},
	}
	var g errgroup.Group
	g.Go(func() error {
		defer end()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the page: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done() // ends the live streams, too
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(patience) != nil { // a browser that does not let go
			return server.Close()
		}
		return nil
	})
	return g.Wait()
}

// limited lets at most so many connections be open, of which so many from one address; those
// above the latter are closed at once, so that one machine cannot shut out all others.
func limited(l net.Listener, most, mostFrom int) net.Listener {
	return &limiter{Listener: l, most: most, mostFrom: mostFrom, from: map[string]int{}}
}

type limiter struct {
	net.Listener
	most, mostFrom int

	mutex sync.Mutex
	open  int
	from  map[string]int
}

// Accept gives the next connection that there is room for.
func (l *limiter) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(mostUnsent) // the kernel's own measure does, too
		}
		address := addressOf(c.RemoteAddr().String())
		if l.enter(address) {
			return &limitedConn{Conn: c, leave: sync.OnceFunc(func() { l.leave(address) })}, nil
		}
		_ = c.Close()
	}
}

func (l *limiter) enter(address string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.open >= l.most || l.from[address] >= l.mostFrom {
		return false
	}
	l.open++
	l.from[address]++
	return true
}

func (l *limiter) leave(address string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.open--
	if l.from[address]--; l.from[address] == 0 {
		delete(l.from, address)
	}
}

type limitedConn struct {
	net.Conn
	leave func()
}

// Close makes room for another one.
func (c *limitedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
