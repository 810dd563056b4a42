package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"slices"
)

// pages reads the file of a journal as bbolt lays it out, but trusts nothing in it: bbolt panics
// over a page that makes no sense, partly in goroutines of its own, and faults on a file that has
// become shorter. So nothing is opened by bbolt before check has been through all of it.
// The layout is that of bbolt's internal/common, version 2: pages of one size, each with a
// header (its number, kind, count of entries, count of pages that it goes on for), two of them
// with the number of the newest transaction and the page of the tree's root.
type pages struct {
	file  io.ReaderAt
	bytes int64 // of the file
}

// A page's header and its kinds; the bytes of an entry.
const (
	headerBytes = 16
	entryBytes  = 16
	metaBytes   = 64
	bucketBytes = 16 // a bucket's root page and sequence

	branchKind = 0x01
	leafKind   = 0x02
	metaKind   = 0x04
	freeKind   = 0x10

	bucketEntry = 0x01

	magic       = 0xED0CDAED
	version     = 2
	noFreelist  = ^uint64(0)
	minPage     = 1 << 10
	maxPage     = 1 << 24
	maxDepth    = 64       // of the tree, buckets within buckets included
	maxPageRead = 64 << 20 // one value is far below that
)

// meta is the start of a tree.
type meta struct {
	pageBytes uint64
	root      uint64
	freelist  uint64
	end       uint64 // one above the highest page ever used
	txid      uint64
}

var order = binary.LittleEndian // of every machine that it is built for

// metas are those that can be believed, newest first. The size of the pages is not known before
// one was found, and the second stands where the first page ends.
func (p pages) metas() []meta {
	var found []meta
	if m, ok := p.meta(0); ok {
		found = append(found, m)
	}
	for at := int64(minPage); at <= maxPage; at *= 2 {
		if m, ok := p.meta(at); ok && m.pageBytes == uint64(at) {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b meta) int {
		if a.txid > b.txid {
			return -1
		}
		return 1
	})
	return found
}

func (p pages) meta(at int64) (meta, bool) {
	buffer := make([]byte, headerBytes+metaBytes)
	if _, err := p.file.ReadAt(buffer, at); err != nil {
		return meta{}, false
	}
	b := buffer[headerBytes:]
	sum := fnv.New64a()
	sum.Write(b[:metaBytes-8])
	if order.Uint32(b) != magic || order.Uint32(b[4:]) != version || order.Uint64(b[metaBytes-8:]) != sum.Sum64() {
		return meta{}, false
	}
	m := meta{
		pageBytes: uint64(order.Uint32(b[8:])), root: order.Uint64(b[16:]),
		freelist: order.Uint64(b[32:]), end: order.Uint64(b[40:]), txid: order.Uint64(b[48:]),
	}
	return m, m.pageBytes >= minPage && m.pageBytes <= maxPage
}

// tree is one meta's tree in the course of being read.
type tree struct {
	pages
	meta
	seen   map[uint64]bool // pages, so that none is read twice
	faults []error
}

func (p pages) tree(m meta) *tree {
	return &tree{pages: p, meta: m, seen: map[uint64]bool{0: true, 1: true}}
}

func (t *tree) fault(format string, args ...any) {
	t.faults = append(t.faults, fmt.Errorf(format, args...))
}

// item is one value, with the names of the buckets in which it lies.
type item struct {
	path  []string
	key   []byte
	value []byte
}

// items is every value that can be reached, and all that is wrong on the way in faults.
func (t *tree) items() iter.Seq[item] {
	return func(yield func(item) bool) { t.walk(at{page: t.root}, yield) }
}

// at is where in the tree a page is.
type at struct {
	page      uint64
	path      []string // the buckets around it
	depth     int
	low, high []byte // its keys are from low to below high; nil = no bound
}

func (t *tree) walk(a at, yield func(item) bool) bool {
	b, err := t.read(a.page)
	switch {
	case a.depth > maxDepth:
		err = errors.New("it is nested too deeply")
	case err == nil:
		return t.entries(a, b, yield)
	}
	t.fault("page %d: %w", a.page, err)
	return true
}

// read gives a page with those that it goes on for.
func (t *tree) read(page uint64) ([]byte, error) {
	if page < 2 || page >= t.end {
		return nil, errors.New("there is no such page")
	}
	header := make([]byte, headerBytes)
	from := int64(page * t.pageBytes)
	if _, err := t.file.ReadAt(header, from); err != nil {
		return nil, err
	}
	count := uint64(order.Uint32(header[12:])) + 1
	switch {
	case order.Uint64(header) != page:
		return nil, fmt.Errorf("it says that it is page %d", order.Uint64(header))
	case page+count > t.end || count*t.pageBytes > maxPageRead:
		return nil, fmt.Errorf("it goes on for %d pages", count)
	}
	for i := page; i < page+count; i++ {
		if t.seen[i] {
			return nil, fmt.Errorf("page %d is used twice", i)
		}
		t.seen[i] = true
	}
	b := make([]byte, count*t.pageBytes)
	_, err := t.file.ReadAt(b, from)
	return b, err
}

// entries goes through one page that was read, or that lies within an entry of another. bbolt finds
// a key by the keys of the branches above it: so each must lie where they say.
func (t *tree) entries(a at, b []byte, yield func(item) bool) bool {
	kind, count := order.Uint16(b[8:]), int(order.Uint16(b[10:]))
	if kind != branchKind && kind != leafKind {
		t.fault("page %d is of kind %#x", a.page, kind)
		return true
	}
	next := a.low
	for i := range count {
		from := headerBytes + i*entryBytes
		key, value, err := entry(b, from, kind)
		switch {
		case err != nil:
			t.fault("page %d, entry %d: %w", a.page, i, err)
			continue
		case bytes.Compare(key, next) < 0, a.high != nil && bytes.Compare(key, a.high) >= 0:
			t.fault("page %d, entry %d: the keys are out of order", a.page, i)
		}
		next = append(slices.Clone(key), 0) // the least that is more
		child := at{order.Uint64(b[from+8:]), a.path, a.depth + 1, key, a.high}
		if kind == branchKind && i+1 < count {
			if child.high, _, err = entry(b, from+entryBytes, kind); err != nil {
				child.high = a.high // told with the next entry
			}
		}
		if !t.descend(b[from:], kind, child, item{a.path, key, value}, yield) {
			return false
		}
	}
	return true
}

func (t *tree) descend(head []byte, kind uint16, child at, i item, yield func(item) bool) bool {
	switch {
	case kind == branchKind:
		return t.walk(child, yield)
	case order.Uint32(head)&bucketEntry != 0:
		return t.bucket(i, child.depth, yield)
	}
	return yield(i)
}

// entry gives a key, and in a leaf its value.
func entry(b []byte, at int, kind uint16) (key, value []byte, err error) {
	if at+entryBytes > len(b) {
		return nil, nil, errors.New("it lies beyond the page")
	}
	e := b[at:]
	position, keyBytes, valueBytes := uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])), uint64(0)
	if kind == leafKind {
		position, keyBytes, valueBytes = keyBytes, uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
	}
	switch {
	case keyBytes == 0:
		return nil, nil, errors.New("it has no key")
	case position < entryBytes || position+keyBytes+valueBytes > uint64(len(e)):
		return nil, nil, errors.New("it points beyond the page")
	}
	return e[position : position+keyBytes], e[position+keyBytes : position+keyBytes+valueBytes], nil
}

// bucket goes into a bucket, which may lie within its entry if it is small.
func (t *tree) bucket(i item, depth int, yield func(item) bool) bool {
	path := append(slices.Clone(i.path), string(i.key))
	switch {
	case len(i.value) < bucketBytes:
		t.fault("bucket %q is cut off", path)
		return true
	case order.Uint64(i.value) != 0:
		return t.walk(at{page: order.Uint64(i.value), path: path, depth: depth}, yield)
	case len(i.value) < bucketBytes+headerBytes || order.Uint16(i.value[bucketBytes+8:]) != leafKind || depth > maxDepth:
		t.fault("bucket %q makes no sense", path)
		return true
	}
	return t.entries(at{path: path, depth: depth}, i.value[bucketBytes:], yield)
}

// checkFreelist must come after items: a page that is both free and used would be overwritten.
func (t *tree) checkFreelist() {
	if t.freelist == noFreelist {
		t.fault("it has no list of free pages")
		return
	}
	b, err := t.read(t.freelist)
	if err != nil {
		t.fault("free pages: %w", err)
		return
	}
	count, ids := uint64(order.Uint16(b[10:])), b[headerBytes:]
	if count == 0xFFFF {
		count, ids = order.Uint64(ids), ids[8:]
	}
	if order.Uint16(b[8:]) != freeKind || count > uint64(len(ids))/8 {
		t.fault("the list of free pages makes no sense")
		return
	}
	for i := range count {
		page := order.Uint64(ids[8*i:])
		if page >= t.end || t.seen[page] {
			t.fault("page %d is free and used", page)
			return
		}
		t.seen[page] = true
	}
}

// check names what is wrong with a file, nil where bbolt can be let at it.
func (p pages) check() error {
	metas := p.metas()
	if len(metas) == 0 {
		return errors.New("it does not begin as a journal does")
	}
	t := p.tree(metas[0])
	if t.end > uint64(p.bytes)/t.pageBytes {
		t.fault("it is cut off: %d bytes are left of %d", p.bytes, t.end*t.pageBytes)
	}
	l := newLedger()
	for i := range t.items() {
		if err := l.check(i); err != nil {
			t.faults = append(t.faults, err)
		}
	}
	t.checkFreelist()
	if len(t.faults) == 0 {
		t.faults = l.faults()
	}
	return errors.Join(t.faults...)
}

// place is what the value's checksum is over, beside its key.
func (i item) place() string {
	place := ""
	for n, name := range i.path {
		if n > 0 {
			place += "/"
		}
		place += name
	}
	return place
}
