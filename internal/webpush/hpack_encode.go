package webpush

import (
	"golang.org/x/net/http2/hpack"
)

// Indexes into HPACK's static table (RFC 7541, appendix A).
const (
	staticAuthority       = 1
	staticMethodPOST      = 3
	staticPath            = 4
	staticSchemeHTTPS     = 7
	staticStatus          = 8 // :status 200, and 204, 206, 304, 400, 404, 500 after it
	staticAuthorization   = 23
	staticContentEncoding = 26
	staticContentLength   = 28
	staticContentType     = 31
	staticRetryAfter      = 53
	staticTable           = 61
)

// maxTable is the most of the peer's dynamic table that is used, in bytes. It
// is also what a peer has until its settings say otherwise.
const maxTable = 4096

// An encoder writes the header blocks of one connection. What all messages of
// a batch share goes into the peer's dynamic table once and is then written as
// an index each; while the header stays the same, writing it is one copy.
type encoder struct {
	max    int  // what the peer's table may hold now
	resize bool // the peer has to be told of max
	size   int
	table  []entry // oldest first

	header header // what before and after were written for
	valid  bool
	before []byte // up to the path
	after  []byte // from the path on
}

type entry struct {
	name   string
	value  string
	static int // where the static table has the name, 0 for nowhere
}

func (e entry) size() int { return len(e.name) + len(e.value) + 32 }

func newEncoder() *encoder { return &encoder{max: maxTable} }

// setMax obeys the peer's SETTINGS_HEADER_TABLE_SIZE. The table is emptied, so
// that no account of what the peer evicts has to be kept.
func (e *encoder) setMax(n uint32) {
	m := int(min(n, maxTable))
	if m == e.max {
		return
	}
	e.max, e.resize, e.valid = m, true, false
	e.table, e.size = e.table[:0], 0
}

// append writes a whole header block.
func (e *encoder) append(dst []byte, h *header, path string) []byte {
	if !e.valid || e.header != *h {
		e.header = *h
		// Written with insertions it is good once, and then indexes are.
		e.valid = !e.write(h)
	}
	dst = append(dst, e.before...)
	// The path is the subscriber's secret: no proxy may keep it in a table.
	dst = appendInt(dst, 0x10, 4, staticPath)
	dst = appendString(dst, path)
	return append(dst, e.after...)
}

// write makes before and after, and reports whether it changed the table.
func (e *encoder) write(h *header) bool {
	fields := [...]entry{
		{":authority", h.authority, staticAuthority},
		{"authorization", h.authorization, staticAuthorization},
		{"content-encoding", "aes128gcm", staticContentEncoding},
		{"content-length", h.length, staticContentLength},
		{"content-type", "application/octet-stream", staticContentType},
		{"ttl", h.ttl, 0},
		{"urgency", h.urgency, 0},
		{"topic", h.topic, 0},
	}
	list := fields[:]
	if h.topic == "" {
		list = list[:len(list)-1]
	}
	needed := 0
	for _, f := range list {
		needed += f.size()
	}
	fits := needed <= e.max
	e.before = e.before[:0]
	if e.resize {
		// RFC 7541, 4.2: the smallest size between, then the last.
		e.before = appendInt(e.before, 0x20, 5, 0)
		e.before = appendInt(e.before, 0x20, 5, uint64(e.max))
	}
	changed := e.resize // this must not be written twice
	e.resize = false
	e.before = append(e.before, 0x80|staticMethodPOST, 0x80|staticSchemeHTTPS)
	var inserted bool
	e.before, inserted = e.field(e.before, list[0], fits)
	changed = changed || inserted
	e.after = e.after[:0]
	for _, f := range list[1:] {
		e.after, inserted = e.field(e.after, f, fits)
		changed = changed || inserted
	}
	return changed
}

// field writes one field: as an index if the table has it, else as a literal,
// which insert puts into the table.
func (e *encoder) field(dst []byte, f entry, insert bool) ([]byte, bool) {
	for i, have := range e.table {
		if have == f {
			return appendInt(dst, 0x80, 7, uint64(staticTable+len(e.table)-i)), false
		}
	}
	if insert {
		dst = appendInt(dst, 0x40, 6, uint64(f.static))
	} else {
		dst = appendInt(dst, 0, 4, uint64(f.static))
	}
	if f.static == 0 {
		dst = appendString(dst, f.name)
	}
	dst = appendString(dst, f.value)
	if !insert {
		return dst, false
	}
	drop := 0
	for e.size += f.size(); e.size > e.max; drop++ {
		e.size -= e.table[drop].size()
	}
	e.table = append(e.table[:0], e.table[drop:]...)
	e.table = append(e.table, f)
	return dst, true
}

// appendInt writes an integer with a prefix of n bits (RFC 7541, 5.1).
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

// appendString writes a string, by Huffman's code if that is shorter. How long
// the code is shows when it stands there, behind room for its length, and then
// it is moved up: to count first takes most of the time that it takes to write.
func appendString(dst []byte, s string) []byte {
	const room = 3 // enough for 16 kB, and no header of ours has a tenth of that
	at := len(dst)
	dst = hpack.AppendHuffmanString(append(dst, make([]byte, room)...), s)
	code := dst[at+room:]
	if len(code) >= len(s) {
		return append(appendInt(dst[:at], 0, 7, uint64(len(s))), s...)
	}
	return append(appendInt(dst[:at], 0x80, 7, uint64(len(code))), code...)
}
