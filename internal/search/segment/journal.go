package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// What is in memory alone is in a journal too: one record for each change, written before the change is to be seen and
// never synced. So a process that is killed has it again, and a machine that lost its power may not. A journal begins
// when a flush begins, and those before it go when the flush is in the manifest, which says which is the first that
// still counts.

type journal struct {
	f      *os.File
	number uint64
	size   int64
	buf    []byte
}

func (x *Index) journalFile(number uint64) string {
	return filepath.Join(x.folder(), fmt.Sprintf("%08d.log", number))
}

// startJournal lets the changes from now on go to a new file; writing and keeping are held.
func (x *Index) startJournal() error {
	number := x.next
	x.next++
	f, err := os.OpenFile(x.journalFile(number), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	old := x.journal.f
	x.journal = journal{f: f, number: number, buf: x.journal.buf[:0]}
	if old != nil {
		return old.Close()
	}
	return nil
}

// endJournals removes those that a manifest no longer names; keeping is held.
func (x *Index) endJournals() error {
	names, err := x.journals()
	for _, n := range names {
		if n < x.keptJournal {
			err = errors.Join(err, os.Remove(x.journalFile(n)))
		}
	}
	return err
}

// journals that there are, oldest first.
func (x *Index) journals() (numbers []uint64, err error) {
	entries, err := os.ReadDir(x.folder())
	for _, e := range entries {
		if base, ok := strings.CutSuffix(e.Name(), ".log"); ok {
			if n, err := strconv.ParseUint(base, 10, 64); err == nil {
				numbers = append(numbers, n)
			}
		}
	}
	slices.Sort(numbers)
	return numbers, err
}

// A record is one change: what the last one before it was, so that none can be missing between, which documents go,
// and a segment of those that come.
type record struct {
	before, change int64
	remove         []string
	segment        []byte
}

const recordHead = 8 // length and checksum of what follows

// append writes a record; writing is held. What an error leaves behind is written over by the next one.
func (j *journal) append(r *record) error {
	b := append(j.buf[:0], make([]byte, recordHead)...)
	b = binary.AppendVarint(b, r.before)
	b = binary.AppendVarint(b, r.change)
	b = binary.AppendUvarint(b, uint64(len(r.remove)))
	for _, id := range r.remove {
		b = binary.AppendUvarint(b, uint64(len(id)))
		b = append(b, id...)
	}
	b = append(b, r.segment...)
	sealRecord(b)
	j.buf = b
	if _, err := j.f.WriteAt(b, j.size); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	j.size += int64(len(b))
	return nil
}

func sealRecord(b []byte) {
	binary.LittleEndian.PutUint32(b, uint32(len(b)-recordHead))
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[recordHead:], castagnoli))
}

// parseRecord takes the first record off b; false when there is no whole one.
func parseRecord(b []byte) (r record, rest []byte, ok bool) {
	if len(b) < recordHead {
		return r, nil, false
	}
	n := uint64(binary.LittleEndian.Uint32(b))
	sum := binary.LittleEndian.Uint32(b[4:])
	if b = b[recordHead:]; n > uint64(len(b)) || crc32.Checksum(b[:n], castagnoli) != sum {
		return r, nil, false
	}
	var err error
	func() {
		defer guard(&err)
		body := b[:n:n]
		number := func() int64 {
			v, took := binary.Varint(body)
			body = body[took:]
			return v
		}
		size := func() uint64 {
			v, took := uvarint(body)
			body = body[took:]
			return v
		}
		r.before, r.change = number(), number()
		for range size() {
			k := size()
			r.remove = append(r.remove, string(body[:k]))
			body = body[k:]
		}
		r.segment = body
	}()
	return r, b[n:], err == nil
}

// replay applies to parts, which are the index at change applied, what the journals from the first on say came after.
func (x *Index) replay(first uint64, parts []*part, applied int64) ([]*part, int64, error) {
	numbers, err := x.journals()
	if err != nil {
		return nil, 0, err
	}
	for _, n := range numbers {
		if n < first {
			continue
		}
		b, err := os.ReadFile(x.journalFile(n))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		for {
			r, rest, ok := parseRecord(b)
			if !ok {
				break
			}
			b = rest
			if r.change <= applied {
				continue
			}
			if r.before != applied {
				return parts, applied, nil // something is missing, and what follows it says nothing
			}
			if parts, err = x.redo(parts, &r); err != nil {
				return parts, applied, nil
			}
			applied = r.change
		}
	}
	return parts, applied, nil
}

func (x *Index) redo(parts []*part, r *record) ([]*part, error) {
	ids := r.remove
	var made *part
	if len(r.segment) > 0 {
		s, err := readSegment(slices.Clone(r.segment), &x.o, false)
		if err != nil {
			return parts, err
		}
		for doc := range uint32(s.docs) {
			ids = append(ids, string(s.id(doc)))
		}
		made = &part{seg: s}
	}
	killAll(parts, ids)
	if made != nil {
		parts = append(parts, made)
	}
	return parts, nil
}
