package weights

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// read takes the wanted entries out of a .tgz, reading it once and no further
// than the last one of them. Every entry is checked.
func (p parcel) read(ctx context.Context, path string, want []File) (map[string][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the tarball: %w", err)
	}
	defer f.Close()
	h := harvest{want: want, found: map[string][]byte{}}
	if err := h.gather(patient{ctx, f}); err != nil {
		return nil, p.tarballError(ctx, path, err)
	}
	return h.found, nil
}

// harvest is what is sought in an archive and what of it was found.
type harvest struct {
	want  []File
	found map[string][]byte // by path
}

func (h *harvest) gather(r io.Reader) error {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	archive := tar.NewReader(unzipped)
	for missing := h.missing(); len(missing) > 0; missing = h.missing() {
		header, err := archive.Next()
		if err == io.EOF {
			return &otherContent{"it has no " + strings.Join(missing, ", ")}
		}
		if err != nil {
			return err
		}
		if err := h.take(archive, header); err != nil {
			return err
		}
	}
	return nil
}

func (h *harvest) missing() []string {
	var paths []string
	for _, w := range h.want {
		if h.found[w.Path] == nil {
			paths = append(paths, w.Path)
		}
	}
	return paths
}

// take reads the entry at which the archive stands, where it is wanted.
func (h *harvest) take(archive *tar.Reader, header *tar.Header) error {
	for _, w := range h.want {
		if header.Name != w.Path || h.found[w.Path] != nil {
			continue
		}
		if header.Size != w.Bytes {
			return &otherContent{fmt.Sprintf("its %s has %d bytes instead of %d", w.Path, header.Size, w.Bytes)}
		}
		data := make([]byte, w.Bytes)
		if _, err := io.ReadFull(archive, data); err != nil {
			return err
		}
		if sum := hexSHA256(data); sum != w.SHA256 {
			return &otherContent{fmt.Sprintf("its %s has sha256 %s instead of %s", w.Path, sum, w.SHA256)}
		}
		h.found[w.Path] = data
	}
	return nil
}

// otherContent is an archive that can be read but holds something else.
type otherContent struct{ what string }

func (e *otherContent) Error() string { return e.what }

// tarballError says what a fault while reading means to the user.
func (p parcel) tarballError(ctx context.Context, path string, err error) error {
	var other *otherContent
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &other):
		return fmt.Errorf("%s is not the tarball of %s: %s", path, p.name, other.what)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, tar.ErrHeader):
		return fmt.Errorf("%s is not a .tgz: give the tarball of %s", path, p.name)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%s ends too early, it was not fetched to the end: fetch it again", path)
	}
	return fmt.Errorf("%s cannot be read, fetch it again: %w", path, err)
}

// patient stops reading when its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
