package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// A segment is sections one after another, each followed by padding, and a footer of fixed size that says where they
// are and what the checksum of all before it must be. What was not written to its end has no footer.

const (
	magic         = "DlSegmnt"
	formatVersion = 3
)

// The sections in the order in which they are written.
const (
	secPostings   = iota // of each term: skips, blocks, positions
	secTerms             // the dictionary
	secTermBlocks        // where its blocks begin
	secLengths           // of documents, in words
	secFields            // where in a document its fields begin, but the first
	secDates
	secIDs
	secIDEnds
	secIDOrder // documents by their id
	secOwn     // documents' own terms
	secOwnEnds
	secColumns
	sections
)

type section struct{ at, size uint64 }

const footerSize = 8 + 4 + 4 + 4 + 4 + 8 + 8 + sections*16 + 4 + 4

type footer struct {
	analyzer    uint32
	docs, terms uint32
	sumLength   uint64
	from        int64 // every change that its documents come from is later
	sections    [sections]section
	sum         uint32
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (f *footer) append(dst []byte) []byte {
	le := binary.LittleEndian
	begin := len(dst)
	dst = append(dst, magic...)
	dst = le.AppendUint32(dst, formatVersion)
	dst = le.AppendUint32(dst, f.analyzer)
	dst = le.AppendUint32(dst, f.docs)
	dst = le.AppendUint32(dst, f.terms)
	dst = le.AppendUint64(dst, f.sumLength)
	dst = le.AppendUint64(dst, uint64(f.from))
	for _, s := range f.sections {
		dst = le.AppendUint64(dst, s.at)
		dst = le.AppendUint64(dst, s.size)
	}
	dst = le.AppendUint32(dst, f.sum)
	return le.AppendUint32(dst, crc32.Checksum(dst[begin:], castagnoli))
}

// readFooter finds the footer of a whole segment and checks that its sections are inside it.
func readFooter(data []byte) (f footer, err error) {
	if len(data) < footerSize {
		return f, fmt.Errorf("%w: only %d bytes", ErrDamaged, len(data))
	}
	le := binary.LittleEndian
	body := uint64(len(data) - footerSize)
	b := data[body:]
	if string(b[:8]) != magic || crc32.Checksum(b[:footerSize-4], castagnoli) != le.Uint32(b[footerSize-4:]) {
		return f, fmt.Errorf("%w: it does not end as one", ErrDamaged)
	}
	if v := le.Uint32(b[8:]); v != formatVersion {
		return f, fmt.Errorf("%w: format version %d", ErrDamaged, v)
	}
	f = footer{
		analyzer: le.Uint32(b[12:]), docs: le.Uint32(b[16:]), terms: le.Uint32(b[20:]),
		sumLength: le.Uint64(b[24:]), from: int64(le.Uint64(b[32:])), sum: le.Uint32(b[footerSize-8:]),
	}
	for i := range f.sections {
		at := 40 + i*16
		s := section{at: le.Uint64(b[at:]), size: le.Uint64(b[at+8:])}
		if s.at > body || s.size > body-s.at || body-s.at-s.size < padding {
			return f, fmt.Errorf("%w: section %d is outside", ErrDamaged, i)
		}
		f.sections[i] = s
	}
	return f, nil
}

// verify compares the bytes before the footer with their checksum: some 10 GB a second.
func (f *footer) verify(data []byte) error {
	if crc32.Checksum(data[:len(data)-footerSize], castagnoli) != f.sum {
		return fmt.Errorf("%w: wrong checksum", ErrDamaged)
	}
	return nil
}

// A containerWriter writes sections in their order. It keeps the first error for finish.
type containerWriter struct {
	w     io.Writer
	at    uint64
	begun uint64
	sum   uint32 // of all that was written
	foot  footer
	next  int
	err   error
}

func (c *containerWriter) write(p []byte) {
	if c.err != nil {
		return
	}
	_, c.err = c.w.Write(p)
	c.at += uint64(len(p))
	c.sum = crc32.Update(c.sum, castagnoli, p)
}

// end closes the section that what was written since the last call belongs to.
func (c *containerWriter) end(which int) {
	if which != c.next {
		panic("sections out of order")
	}
	c.next++
	c.foot.sections[which] = section{at: c.begun, size: c.at - c.begun}
	pad := padding + (8-(c.at+padding)%8)%8
	c.write(make([]byte, pad))
	c.begun = c.at
}

func (c *containerWriter) finish() error {
	c.foot.sum = c.sum
	c.write(c.foot.append(nil))
	return c.err
}
