package segment

import "encoding/binary"

// Postings of a term are blocks of blockSize documents: two bytes for the widths, then what each document's number is
// above the one before, less one, and how much the term weighs in it, less one, both packed. Before several blocks
// stands a skip record for each; before a single one only the byte that says how much it can be worth. Behind the
// blocks stand the positions, for each document how many bytes, and each position less the one before it.

const (
	blockSize  = 128
	skipRecord = 13 // last document, end of the block, end of its positions: 4 bytes each; worth: 1
)

// A postingsWriter makes the postings of one term after another.
type postingsWriter struct {
	score  scorer // by the mean length in this segment
	begun  int64  // the last document of the block before, or -1
	docs   []uint32
	tfs    []uint32
	worth  float64
	blocks []byte
	skips  []byte
	places []byte
	placed bool // a document has positions
	df     int
	out    []byte
}

func (w *postingsWriter) begin() {
	w.begun, w.df, w.worth, w.placed = -1, 0, 0, false
	w.docs, w.tfs = w.docs[:0], w.tfs[:0]
	w.blocks, w.skips, w.places = w.blocks[:0], w.skips[:0], w.places[:0]
}

// add a document, in order, with its positions as appendPlaces made them.
func (w *postingsWriter) add(doc, tf uint32, length uint16, places []byte) {
	if len(w.docs) == blockSize {
		w.flush()
	}
	w.docs = append(w.docs, doc)
	w.tfs = append(w.tfs, tf-1)
	w.worth = max(w.worth, w.score.worth(tf, length))
	w.places = binary.AppendUvarint(w.places, uint64(len(places)))
	w.places = append(w.places, places...)
	w.placed = w.placed || len(places) > 0
	w.df++
}

func (w *postingsWriter) flush() {
	last := w.docs[len(w.docs)-1]
	prev := w.begun
	for i, d := range w.docs {
		w.docs[i] = uint32(int64(d) - prev - 1)
		prev = int64(d)
	}
	wide, high := widthOf(w.docs), widthOf(w.tfs)
	w.blocks = append(w.blocks, byte(wide), byte(high))
	w.blocks = pack(w.blocks, w.docs, wide)
	w.blocks = pack(w.blocks, w.tfs, high)
	w.skips = binary.LittleEndian.AppendUint32(w.skips, last)
	w.skips = binary.LittleEndian.AppendUint32(w.skips, uint32(len(w.blocks)))
	w.skips = binary.LittleEndian.AppendUint32(w.skips, uint32(len(w.places)))
	w.skips = append(w.skips, ceiling(w.worth))
	w.docs, w.tfs = w.docs[:0], w.tfs[:0]
	w.begun, w.worth = int64(last), 0
}

// end gives the whole of the term's postings, good until the next begin, and the lengths of its two parts.
func (w *postingsWriter) end() (all []byte, blocks, places int) {
	w.flush()
	if !w.placed {
		w.places = w.places[:0]
	}
	w.out = w.out[:0]
	if w.df > blockSize {
		w.out = append(w.out, w.skips...)
	} else {
		w.out = append(w.out, w.skips[skipRecord-1])
	}
	w.out = append(w.out, w.blocks...)
	blocks = len(w.out)
	w.out = append(w.out, w.places...)
	return w.out, blocks, len(w.places)
}

// appendPlaces writes positions, which rise.
func appendPlaces(dst []byte, places []uint32) []byte {
	prev := uint32(0)
	for _, p := range places {
		dst = binary.AppendUvarint(dst, uint64(p-prev))
		prev = p
	}
	return dst
}

// readPlaces appends to dst what appendPlaces wrote.
func readPlaces(dst []uint32, b []byte) []uint32 {
	prev := uint32(0)
	for len(b) > 0 {
		n, took := uvarint(b)
		b = b[took:]
		prev += uint32(n)
		dst = append(dst, prev)
	}
	return dst
}
