// Package cert has the certificate of the page: the owner's own, read again when its files
// change, or one that the program makes for itself and renews before it ends.
package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

// A made certificate holds for lifetime (what browsers grant at most, 398 days, but one) and is
// made anew when less than early is left of it.
const (
	lifetime = 397 * 24 * time.Hour
	early    = 30 * 24 * time.Hour
)

// slack is how far other clocks may be behind, and ours may be set back.
const slack = 24 * time.Hour

// again is how often the files of a certificate are looked at.
const again = time.Minute

// Keeper holds a certificate. Its fields are not changed after Load.
type Keeper struct {
	CertFile, KeyFile string   // PEM
	Names             []string // hosts and addresses for which to make it; nil = it is the owner's own, and is never made
	Now               func() time.Time
	Log               *slog.Logger

	mutex  sync.Mutex
	loaded *tls.Certificate
	stamp  string // of the files that were loaded
	looked time.Time
}

// Own has the certificate (with its chain) and key that the owner names.
func Own(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*Keeper, error) {
	k := &Keeper{CertFile: certFile, KeyFile: keyFile, Now: now, Log: log}
	if info, err := os.Stat(keyFile); err == nil && info.Mode().Perm()&0o007 != 0 {
		log.Warn("every user of this machine can read or change the key of the page's certificate", "file", keyFile, "mode", info.Mode())
	}
	return k, k.load()
}

// Made has a certificate of the program's own in a folder, for the given names besides those
// of this machine.
func Made(folder string, names []string, now func() time.Time, log *slog.Logger) (*Keeper, error) {
	k := &Keeper{
		CertFile: filepath.Join(folder, "tls.crt"), KeyFile: filepath.Join(folder, "tls.key"),
		Names: append(slices.Clone(names), Machine()...), Now: now, Log: log,
	}
	if err := k.load(); err != nil || k.due() != "" {
		return k, k.renew()
	}
	return k, nil
}

// Machine is what this machine is called: its name, with and without .local, and its addresses
// but for those of IPv6, which change by themselves: each change would bring the browser's
// warning back.
func Machine() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil && host != "" {
		names = append(names, host)
		if !strings.Contains(host, ".") {
			names = append(names, host+".local")
		}
	}
	addresses, _ := net.InterfaceAddrs() // without them the certificate has names alone
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			names = append(names, n.IP.String())
		}
	}
	return names
}

// GetCertificate is for tls.Config. A certificate that is due is made anew, and the owner's
// files are read again when they have changed; where that goes wrong the old one stays.
func (k *Keeper) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	now := k.Now()
	if now.Sub(k.looked) < again && !now.Before(k.looked) {
		return k.loaded, nil
	}
	k.looked = now
	if err := k.look(); err != nil {
		k.Log.Error("the page keeps its old certificate", "file", k.CertFile, "error", err)
	}
	return k.loaded, nil
}

func (k *Keeper) look() error {
	if k.Names != nil {
		if k.due() == "" {
			return nil
		}
		return k.renew()
	}
	if k.stamp == k.stampNow() {
		return nil
	}
	return k.load()
}

// Fingerprint is the SHA-256 of the certificate, as browsers show it.
func (k *Keeper) Fingerprint() string {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	sum := sha256.Sum256(k.loaded.Certificate[0])
	return strings.ToUpper(strings.ReplaceAll(fmt.Sprintf("% x", sum[:]), " ", ":"))
}

// load reads the files; the old certificate stays where they are no good.
func (k *Keeper) load() error {
	stamp := k.stampNow()
	c, err := tls.LoadX509KeyPair(k.CertFile, k.KeyFile)
	if err != nil {
		return fmt.Errorf("read the certificate %s and its key %s: %w", k.CertFile, k.KeyFile, err)
	}
	if now := k.Now(); now.After(c.Leaf.NotAfter) {
		k.Log.Warn("the page's certificate has ended", "file", k.CertFile, "ended", c.Leaf.NotAfter)
	}
	k.loaded, k.stamp = &c, stamp
	return nil
}

// stampNow changes when a file does.
func (k *Keeper) stampNow() string {
	var b strings.Builder
	for _, name := range []string{k.CertFile, k.KeyFile} {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprint(&b, info.ModTime().UnixNano(), " ", info.Size(), "\n")
		}
	}
	return b.String()
}

// due says why a certificate of our own must be made anew, "" = it need not.
func (k *Keeper) due() string {
	leaf, now := k.loaded.Leaf, k.Now()
	switch {
	case leaf.NotAfter.Sub(now) < early:
		return "it ends soon"
	case now.Before(leaf.NotBefore):
		return "it is not yet valid"
	}
	for _, name := range k.Names {
		if leaf.VerifyHostname(name) != nil {
			return "it is not for " + name
		}
	}
	return ""
}

// renew makes a certificate and its key, and writes both.
func (k *Keeper) renew() error {
	certificate, key, err := k.make()
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	// The key goes first: a certificate that does not go with it is made anew at the next start.
	if err := errors.Join(renameio.WriteFile(k.KeyFile, key, 0o600), renameio.WriteFile(k.CertFile, certificate, 0o644)); err != nil {
		return fmt.Errorf("write the certificate: %w", err)
	}
	if err := k.load(); err != nil {
		return err
	}
	k.Log.Info("made a certificate for the page", "file", k.CertFile, "ends", k.loaded.Leaf.NotAfter)
	return nil
}

// make gives PEM.
func (k *Keeper) make() (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	now := k.Now()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "fallwatch"},
		NotBefore: now.Add(-slack), NotAfter: now.Add(-slack).Add(lifetime),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range k.Names {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), nil
}
