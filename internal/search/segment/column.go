package segment

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// A column says which keys documents have: a list of the keys, and for each document the numbers of its own. Most
// columns have exactly one key each, and leave out where a document's numbers end.
type column struct {
	keys    []byte
	keyEnds []byte
	n       int    // keys
	ends    []byte // nil: one each
	values  []byte
	wide    int // bytes of a value
}

func (c *column) key(i int) []byte { return slot(c.keys, c.keyEnds, uint32(i)) }

func (c *column) value(i uint32) uint32 {
	if c.wide == 2 {
		return uint32(binary.LittleEndian.Uint16(c.values[2*i:]))
	}
	return binary.LittleEndian.Uint32(c.values[4*i:])
}

// span of a document's values.
func (c *column) span(doc uint32) (from, to uint32) {
	if c.ends == nil {
		return doc, doc + 1
	}
	if doc > 0 {
		from = binary.LittleEndian.Uint32(c.ends[4*(doc-1):])
	}
	return from, binary.LittleEndian.Uint32(c.ends[4*doc:])
}

// A columnWriter collects the keys of documents in their order.
type columnWriter struct {
	numbers map[string]uint32
	ends    []uint32
	values  []uint32
}

func (w *columnWriter) add(keys []string) {
	for _, k := range keys {
		n, ok := w.numbers[k]
		if !ok {
			if w.numbers == nil {
				w.numbers = make(map[string]uint32)
			}
			n = uint32(len(w.numbers))
			w.numbers[k] = n
		}
		w.values = append(w.values, n)
	}
	w.ends = append(w.ends, uint32(len(w.values)))
}

// append writes five lengths and then what they are of. Keys are in byte order, so that the same documents make the
// same bytes.
func (w *columnWriter) append(dst []byte) []byte {
	le := binary.LittleEndian
	keys := make([]string, 0, len(w.numbers))
	for k := range w.numbers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	renamed := make([]uint32, len(keys))
	var text, keyEnds, ends, values []byte
	for i, k := range keys {
		renamed[w.numbers[k]] = uint32(i)
		text = append(text, k...)
		keyEnds = le.AppendUint32(keyEnds, uint32(len(text)))
	}
	for i, e := range w.ends {
		if e != uint32(i+1) {
			ends = make([]byte, 0, 4*len(w.ends))
			for _, e := range w.ends {
				ends = le.AppendUint32(ends, e)
			}
			break
		}
	}
	for _, v := range w.values {
		if len(keys) <= 1<<16 {
			values = le.AppendUint16(values, uint16(renamed[v]))
		} else {
			values = le.AppendUint32(values, renamed[v])
		}
	}
	dst = le.AppendUint32(dst, uint32(len(keys)))
	for _, part := range [][]byte{text, keyEnds, ends, values} {
		dst = le.AppendUint32(dst, uint32(len(part)))
	}
	for _, part := range [][]byte{text, keyEnds, ends, values} {
		dst = append(dst, part...)
	}
	return dst
}

func readColumns(b []byte, docs, n int) ([]column, error) {
	list := make([]column, n)
	for i := range list {
		c := &list[i]
		head := b[:20]
		b = b[20:]
		c.n = int(binary.LittleEndian.Uint32(head))
		for k, part := range []*[]byte{&c.keys, &c.keyEnds, &c.ends, &c.values} {
			size := binary.LittleEndian.Uint32(head[4+4*k:])
			*part, b = b[:size], b[size:]
		}
		c.wide = 2
		if c.n > 1<<16 {
			c.wide = 4
		}
		if len(c.ends) == 0 {
			c.ends = nil
		}
		if len(c.keyEnds) != 4*c.n || c.ends != nil && len(c.ends) != 4*docs || c.ends == nil && len(c.values) != docs*c.wide {
			return nil, fmt.Errorf("%w: column %d", ErrDamaged, i)
		}
	}
	return list, nil
}
