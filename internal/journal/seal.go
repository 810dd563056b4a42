package journal

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"
)

// What the buckets hold. Every value is sealed.
const (
	stateBucket    = "state"   // format, desk
	reportBucket   = "reports" // number -> alarm.Report
	idBucket       = "ids"     // a report's ID -> its number
	incidentBucket = "incidents"
	orderBucket    = "order"    // number of its first report -> incident
	evidenceBucket = "evidence" // incident -> JSON
	stripBucket    = "strips"   // incident -> PNG
	resultBucket   = "results"  // number, channel -> what became of it
	auditBucket    = "audits"   // number -> Entry
	rowBucket      = "rows"     // channel -> number -> row
	dueBucket      = "due"      // channel -> when, number -> nothing

	format    = "1"
	formatKey = "format"
	deskKey   = "desk"
)

var buckets = []string{
	stateBucket, reportBucket, idBucket, incidentBucket, orderBucket, evidenceBucket,
	stripBucket, resultBucket, auditBucket, rowBucket, dueBucket,
}

const sumBytes = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal puts a checksum before a value, over its place as well: a value that is found under
// another key is as bad as a broken one.
func seal(place string, key, value []byte) []byte {
	sealed := make([]byte, sumBytes, sumBytes+len(value))
	binary.BigEndian.PutUint32(sealed, checksum(place, key, value))
	return append(sealed, value...)
}

// unseal gives a value back, or ErrDamaged. The bytes are the caller's own.
func unseal(place string, key, sealed []byte) ([]byte, error) {
	if len(sealed) < sumBytes || binary.BigEndian.Uint32(sealed) != checksum(place, key, sealed[sumBytes:]) {
		return nil, fmt.Errorf("%s %q: %w", place, key, ErrDamaged)
	}
	return append([]byte{}, sealed[sumBytes:]...), nil
}

func checksum(place string, key, value []byte) uint32 {
	sum := crc32.Checksum([]byte(place), castagnoli)
	sum = crc32.Update(sum, castagnoli, binary.BigEndian.AppendUint32(nil, uint32(len(key))))
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, value)
}

// box is a bucket of sealed values.
type box struct {
	*bolt.Bucket
	place string
}

func (b box) put(key, value []byte) error { return b.Put(key, seal(b.place, key, value)) }

// get gives nil where there is nothing.
func (b box) get(key []byte) ([]byte, error) {
	sealed := b.Get(key)
	if sealed == nil {
		return nil, nil
	}
	return unseal(b.place, key, sealed)
}

// putJSON seals what v is in JSON.
func putJSON(b box, key []byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.put(key, raw)
}

// getJSON tells whether there was something.
func getJSON[T any](b box, key []byte) (v T, found bool, err error) {
	raw, err := b.get(key)
	if err != nil || raw == nil {
		return v, false, err
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, false, fmt.Errorf("%s %q: %w", b.place, key, errors.Join(ErrDamaged, err))
	}
	return v, true, nil
}

// boxes are the buckets of one transaction.
type boxes struct{ tx *bolt.Tx }

func (b boxes) of(name string) box { return box{b.tx.Bucket([]byte(name)), name} }

// channel is a bucket of one channel's own, made where there is none; in a transaction that only
// reads it may be missing, and the box then has no Bucket.
func (b boxes) channel(name, channel string) (box, error) {
	outer := b.tx.Bucket([]byte(name))
	place := name + "/" + channel
	if inner := outer.Bucket([]byte(channel)); inner != nil || !b.tx.Writable() {
		return box{inner, place}, nil
	}
	inner, err := outer.CreateBucket([]byte(channel))
	return box{inner, place}, err
}

// number is a key that sorts as the number does.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func fromNumber(key []byte) (uint64, error) {
	if len(key) != 8 {
		return 0, fmt.Errorf("a number of %d bytes: %w", len(key), ErrDamaged)
	}
	return binary.BigEndian.Uint64(key), nil
}
