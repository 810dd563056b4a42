package modelstore

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
)

// A signature is Ed25519 (RFC 8032) over the bytes of the model's file, in base64; keys are
// PEM as OpenSSL writes them (RFC 8410). So a maker may as well use
//
//	openssl genpkey -algorithm ed25519 -out maker.key
//	openssl pkey -in maker.key -pubout -out maker.pub
//	openssl pkeyutl -sign -rawin -inkey maker.key -in FILE | base64 -w0 > FILE.sig
const (
	signatureSuffix = ".sig"
	mostKey         = 64 << 10 // bytes of a key's or a signature's file
	privateType     = "PRIVATE KEY"
	publicType      = "PUBLIC KEY"
)

// NewKey writes a new pair of keys, private and public. It replaces no file.
func NewKey(private, public string) error {
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	privateDER, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	publicDER, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	if err := writeNew(private, 0o600, pem.EncodeToMemory(&pem.Block{Type: privateType, Bytes: privateDER})); err != nil {
		return err
	}
	return writeNew(public, 0o644, pem.EncodeToMemory(&pem.Block{Type: publicType, Bytes: publicDER}))
}

func writeNew(path string, mode os.FileMode, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	return nil
}

// Sign writes the signature of a model's file beside it and gives the signature's path.
func Sign(path, privateKey string) (string, error) {
	key, err := readPrivate(privateKey)
	if err != nil {
		return "", err
	}
	file, err := readWhole(path, mostBytes)
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", path, err)
	}
	text := base64.StdEncoding.EncodeToString(ed25519.Sign(key, file)) + "\n"
	if err := renameio.WriteFile(path+signatureSuffix, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("sign %s: %w", path, err)
	}
	return path + signatureSuffix, nil
}

func readPrivate(path string) (ed25519.PrivateKey, error) {
	der, err := readPEM(path, privateType)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", path, err)
	}
	if k, ok := key.(ed25519.PrivateKey); ok {
		return k, nil
	}
	return nil, fmt.Errorf("key %s is of another kind, and must be Ed25519", path)
}

// ReadKeys reads public keys; they go by the names of their files.
func ReadKeys(paths []string) (map[string]ed25519.PublicKey, error) {
	keys := map[string]ed25519.PublicKey{}
	for _, path := range paths {
		der, err := readPEM(path, publicType)
		if err != nil {
			return nil, err
		}
		key, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", path, err)
		}
		k, ok := key.(ed25519.PublicKey)
		if !ok {
			return nil, fmt.Errorf("key %s is of another kind, and must be Ed25519", path)
		}
		keys[filepath.Base(path)] = k
	}
	return keys, nil
}

func readPEM(path, want string) ([]byte, error) {
	text, err := readWhole(path, mostKey)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", path, err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != want {
		return nil, fmt.Errorf("key %s holds no %s in PEM", path, want)
	}
	return block.Bytes, nil
}

// signedBy finds the key that made a signature.
func signedBy(keys map[string]ed25519.PublicKey, file, seal []byte) (string, error) {
	signature, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(seal)))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return "", errors.New("its signature is damaged: take a good copy of it")
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if ed25519.Verify(keys[name], file, signature) {
			return name, nil
		}
	}
	return "", errors.New("its signature is of none of the keys in model.keys, or of another file: it may have been tampered with")
}
