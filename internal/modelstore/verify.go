package modelstore

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"fallkit/internal/selftest"
	"fallkit/model"
)

// mostBytes of a model's file: ours have about 0.2 MB.
const mostBytes = 64 << 20

// Model is one that has passed every check.
type Model struct {
	*model.Checkpoint
	SHA256 string // of its file, in hex
	Signed string // by whom: the file name of the key; "" = by nobody who is known
	bytes  []byte
	seal   []byte // the file of its signature, nil = none
}

// Checks are what a model must pass.
type Checks struct {
	// Fits tells what keeps a model from working with this program's poses, nil = nothing.
	Fits func(*model.Checkpoint) error
	// Keys have signed what is trusted, by the names of their files.
	Keys map[string]ed25519.PublicKey
	// Required refuses what none of Keys has signed.
	Required bool
}

// Verify reads a model's file once and checks that very reading. The error says in one
// sentence what is wrong with which file.
func (c Checks) Verify(path string) (*Model, error) { return c.verify(path, "") }

// verify wants a file of this sha256 (in hex), where it is not "".
func (c Checks) verify(path, want string) (*Model, error) {
	file, err := readWhole(path, mostBytes)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", path, err)
	}
	seal, err := readWhole(path+signatureSuffix, mostKey)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("model %s: its signature: %w", path, err)
	}
	m, err := c.check(file, seal, want)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", path, err)
	}
	return m, nil
}

// check looks at the signature first: what nobody has signed is not even decoded.
func (c Checks) check(file, seal []byte, want string) (*Model, error) {
	sum := sha256.Sum256(file)
	m := &Model{SHA256: hex.EncodeToString(sum[:]), bytes: file, seal: seal}
	if want != "" && m.SHA256 != want {
		return nil, errors.New("damaged: it is not the file that was installed")
	}
	var err error
	if m.Signed, err = c.signer(file, seal); err != nil {
		return nil, err
	}
	if m.Checkpoint, err = model.Read(file); err != nil {
		return nil, err
	}
	if c.Fits != nil {
		if err := c.Fits(m.Checkpoint); err != nil {
			return nil, err
		}
	}
	return m, selftest.Check(m.Checkpoint)
}

// signer is the key that signed the file. A signature that is there must be good, whether
// one is required or not.
func (c Checks) signer(file, seal []byte) (string, error) {
	if seal == nil {
		if c.Required {
			return "", fmt.Errorf("it is not signed, and model.require_signature is true: put the maker's %s file beside it", signatureSuffix)
		}
		return "", nil
	}
	name, err := signedBy(c.Keys, file, seal)
	if err != nil && (c.Required || len(c.Keys) > 0) {
		return "", err
	}
	return name, nil
}

// readWhole reads a file that has no more than most bytes.
func readWhole(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	}
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > most:
		return nil, fmt.Errorf("it has more than %d MB, and no model has", most>>20)
	}
	return b, nil
}
