package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sort"
	"sync/atomic"
)

// A Segment is some documents and their postings. It never changes.
type Segment struct {
	data   []byte
	mapped bool
	name   uint64 // of its file; 0 when it is in memory alone
	path   string

	docs       int
	newest     int64 // date, and the oldest
	oldest     int64
	sumLength  uint64
	meanLength float64
	from       int64
	dictionary dictionary
	postings   []byte // with padding
	lengths    []byte
	begins     []byte // of fields
	fields     int
	dates      []byte
	ids        []byte
	idEnds     []byte
	idOrder    []byte
	own        []byte
	ownEnds    []byte
	columns    []column

	firstWeight uint32

	refs atomic.Int64 // of states that have it
	gone atomic.Bool  // its file is to be removed with the last of them
}

// readSegment takes the bytes of a segment; checked says that they are what was just written.
func readSegment(data []byte, o *Options, checked bool) (s *Segment, err error) {
	defer faults(&err)()
	f, err := readFooter(data)
	if err != nil {
		return nil, err
	}
	if f.analyzer != o.Analyzer {
		return nil, fmt.Errorf("%w: made by analyzer %d", ErrDamaged, f.analyzer)
	}
	if !checked {
		if err := f.verify(data); err != nil {
			return nil, err
		}
	}
	part := func(i int) []byte {
		x := f.sections[i]
		return data[x.at : x.at+x.size : x.at+x.size+padding]
	}
	s = &Segment{
		data: data, docs: int(f.docs), sumLength: f.sumLength, from: f.from,
		meanLength: meanLength(int(f.docs), f.sumLength),
		dictionary: dictionary{terms: part(secTerms), blocks: part(secTermBlocks), n: int(f.terms)},
		lengths:    part(secLengths), begins: part(secFields), fields: len(o.Fields), firstWeight: o.firstWeight(),
		dates: part(secDates),
		ids:   part(secIDs), idEnds: part(secIDEnds), idOrder: part(secIDOrder),
		own: part(secOwn), ownEnds: part(secOwnEnds),
	}
	s.postings = part(secPostings)
	s.postings = s.postings[:cap(s.postings)]
	for _, have := range []struct{ got, want int }{
		{len(s.lengths), 2 * s.docs}, {len(s.begins), 2 * s.docs * max(0, s.fields-1)}, {len(s.dates), 8 * s.docs}, {len(s.idEnds), 4 * s.docs}, {len(s.idOrder), 4 * s.docs},
		{len(s.ownEnds), 4 * s.docs}, {len(s.dictionary.blocks), (s.dictionary.n + termBlock - 1) / termBlock * blockRecord},
	} {
		if have.got != have.want || s.docs == 0 {
			return nil, fmt.Errorf("%w: a section of %d bytes, want %d", ErrDamaged, have.got, have.want)
		}
	}
	s.newest, s.oldest = s.date(0), s.date(uint32(s.docs-1))
	if s.columns, err = readColumns(part(secColumns), s.docs, o.Columns); err != nil {
		return nil, err
	}
	return s, nil
}

// openSegment maps the file of a segment and checks all of it.
func openSegment(path string, name uint64, o *Options) (*Segment, error) {
	data, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	s, err := readSegment(data, o, false)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), unmapFile(data))
	}
	s.mapped, s.name, s.path = true, name, path
	return s, nil
}

// release counts one state less, and lets go of the file with the last one.
func (s *Segment) release() error {
	if s.refs.Add(-1) > 0 || !s.mapped {
		return nil
	}
	err := unmapFile(s.data)
	s.data = nil
	if s.gone.Load() {
		err = errors.Join(err, os.Remove(s.path))
	}
	return err
}

func (s *Segment) length(doc uint32) uint16 { return binary.LittleEndian.Uint16(s.lengths[2*doc:]) }

// fieldBegin is the position at which a field other than the first begins.
func (s *Segment) fieldBegin(doc uint32, field int) uint32 {
	return uint32(binary.LittleEndian.Uint16(s.begins[2*(int(doc)*(s.fields-1)+field-1):]))
}

func (s *Segment) fieldBegins(doc uint32) []byte {
	n := 2 * max(0, s.fields-1)
	return s.begins[int(doc)*n:][:n]
}

func (s *Segment) date(doc uint32) int64 { return int64(binary.LittleEndian.Uint64(s.dates[8*doc:])) }

// before is the first document that is older than date; they stand newest first.
func (s *Segment) before(date int64) uint32 {
	return uint32(sort.Search(s.docs, func(i int) bool { return s.date(uint32(i)) < date }))
}

// part i of what ends divide.
func slot(all, ends []byte, i uint32) []byte {
	from := uint32(0)
	if i > 0 {
		from = binary.LittleEndian.Uint32(ends[4*(i-1):])
	}
	return all[from:binary.LittleEndian.Uint32(ends[4*i:])]
}

func (s *Segment) id(doc uint32) []byte { return slot(s.ids, s.idEnds, doc) }

// find a document by its id.
func (s *Segment) find(id string) (doc uint32, ok bool) {
	at := func(i int) uint32 { return binary.LittleEndian.Uint32(s.idOrder[4*i:]) }
	i := sort.Search(s.docs, func(i int) bool { return string(s.id(at(i))) >= id })
	if i == s.docs || string(s.id(at(i))) != id {
		return 0, false
	}
	return at(i), true
}
