package pushservice

import (
	"golang.org/x/net/http2/hpack"
)

const (
	defaultTable = 4096     // bytes, RFC 7541's and ours
	maxTable     = 64 << 10 // what we can be told to offer
	maxList      = 16 << 10 // of a request's headers, decoded, as RFC 9113, 6.5.2 counts
)

type entry struct {
	name  string
	value string
	what  name
}

// size is RFC 7541's account of it, 4.1.
func (e *entry) size() int { return len(e.name) + len(e.value) + 32 }

// static is HPACK's table; its index begins with 1.
var static = func() (t [62]entry) {
	d := hpack.NewDecoder(0, nil)
	for i := 1; i < len(t); i++ {
		f, err := d.DecodeFull([]byte{0x80 | byte(i)})
		if err != nil {
			panic(err)
		}
		t[i] = entry{f[0].Name, f[0].Value, nameOf(f[0].Name)}
	}
	return t
}()

// A decoder reads the header blocks of one connection. A field that the table
// holds costs a copy of two words; only the path, which is never in it, is
// spelled out, into memory that is there.
type decoder struct {
	table   []entry // oldest first
	size    int
	max     int // what the client says it uses
	allowed int // what we said it may
	text    []byte
}

func newDecoder() *decoder { return &decoder{max: defaultTable, allowed: defaultTable} }

var errCompression = &protocolError{codeCompression, "header block cannot be read"}

// decode reads a whole block into r. An error ends the connection; what is
// wrong with the request alone stands in r.broken.
func (d *decoder) decode(block []byte, r *request) error {
	began, regular := false, false
	total := 0
	for len(block) > 0 {
		var index uint64
		var ok bool
		var e entry
		switch b := block[0]; {
		case b&0x80 != 0:
			if index, block, ok = readInt(block, 7); !ok {
				return errCompression
			}
			known := d.at(index)
			if known == nil {
				return errCompression
			}
			e = *known
		case b&0xe0 == 0x20:
			if index, block, ok = readInt(block, 5); !ok || began || index > uint64(d.allowed) {
				return errCompression
			}
			d.max = int(index)
			d.evict(0)
			continue
		default:
			insert := b&0xc0 == 0x40
			n := uint(4)
			if insert {
				n = 6
			}
			if index, block, ok = readInt(block, n); !ok {
				return errCompression
			}
			if index > 0 {
				known := d.at(index)
				if known == nil {
					return errCompression
				}
				e.name, e.what = known.name, known.what
			} else {
				if d.text, block, ok = readText(d.text[:0], block); !ok {
					return errCompression
				}
				e.name = string(d.text)
				e.what = nameOf(e.name)
			}
			if e.what == namePath && !insert {
				if r.seen[namePath] || regular {
					r.broken = "a pseudo-header twice, or after others"
				}
				r.seen[namePath] = true
				if r.path, block, ok = readText(r.path[:0], block); !ok {
					return errCompression
				}
				if total += len(r.path) + 37; total > maxList {
					return &protocolError{codeCalm, "headers are too long"}
				}
				began = true
				continue
			}
			if d.text, block, ok = readText(d.text[:0], block); !ok {
				return errCompression
			}
			e.value = string(d.text)
			if insert {
				d.insert(e)
			}
		}
		began = true
		if total += e.size(); total > maxList {
			return &protocolError{codeCalm, "headers are too long"}
		}
		r.set(&e, &regular)
	}
	return nil
}

func (d *decoder) at(index uint64) *entry {
	if index == 0 {
		return nil
	}
	if index < uint64(len(static)) {
		return &static[index]
	}
	if index -= uint64(len(static)); index < uint64(len(d.table)) {
		return &d.table[len(d.table)-1-int(index)]
	}
	return nil
}

func (d *decoder) insert(e entry) {
	n := e.size()
	d.evict(n)
	if n <= d.max {
		d.table = append(d.table, e)
		d.size += n
	}
}

// evict makes room for n bytes; more than there can be empties the table.
func (d *decoder) evict(n int) {
	drop := 0
	for drop < len(d.table) && d.size+n > d.max {
		d.size -= d.table[drop].size()
		drop++
	}
	if drop > 0 {
		kept := copy(d.table, d.table[drop:])
		clear(d.table[kept:])
		d.table = d.table[:kept]
	}
}

// allow is called when our setting of the table's size is in force.
func (d *decoder) allow(n int) {
	d.allowed = n
	if d.max > n { // the client has to say so itself; take it as said
		d.max = n
		d.evict(0)
	}
}

// readInt reads an integer with a prefix of n bits, which must fit 28 bits.
func readInt(b []byte, n uint) (uint64, []byte, bool) {
	limit := uint64(1)<<n - 1
	i := uint64(b[0]) & limit
	b = b[1:]
	if i < limit {
		return i, b, true
	}
	for shift := uint(0); shift <= 21; shift += 7 {
		if len(b) == 0 {
			return 0, b, false
		}
		c := b[0]
		b = b[1:]
		i += uint64(c&0x7f) << shift
		if c&0x80 == 0 {
			return i, b, true
		}
	}
	return 0, b, false
}

// readText appends a string to dst, decoded.
func readText(dst, b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 {
		return dst, b, false
	}
	coded := b[0]&0x80 != 0
	n, b, ok := readInt(b, 7)
	if !ok || n > uint64(len(b)) {
		return dst, b, false
	}
	if !coded {
		return append(dst, b[:n]...), b[n:], true
	}
	dst, ok = appendHuffman(dst, b[:n])
	return dst, b[n:], ok && len(dst) <= maxList
}

func appendInt(dst []byte, first byte, n uint, i uint64) []byte {
	limit := uint64(1)<<n - 1
	if i < limit {
		return append(dst, first|byte(i))
	}
	dst = append(dst, first|byte(limit))
	for i -= limit; i >= 128; i >>= 7 {
		dst = append(dst, byte(i)|0x80)
	}
	return append(dst, byte(i))
}

// appendField writes a header as a literal that goes into no table.
func appendField(dst []byte, name, value string) []byte {
	dst = append(dst, 0)
	dst = appendInt(dst, 0, 7, uint64(len(name)))
	dst = append(dst, name...)
	dst = appendInt(dst, 0, 7, uint64(len(value)))
	return append(dst, value...)
}
