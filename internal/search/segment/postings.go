package segment

import "encoding/binary"

// Postings of a term are blocks of blockSize documents: two bytes for the widths, then what each document's number is
// above the one before, less one, and how much the term weighs in it, less one, both packed. Before several blocks
// stands a skip record for each; before a single one only the byte that says how much it can be worth. Behind the
// blocks stand the positions, those of a block in a run of bits that is whole bytes every placeStep documents; before
// it stands where each of these begins, so that no more than that need be read to pass over the others.

const (
	blockSize  = 128
	placeStep  = 16
	farPlace   = 1<<16 - 1 // stands for what two bytes cannot say
	skipRecord = 13        // last document, end of the block, end of its positions: 4 bytes each; worth: 1
)

// A postingsWriter makes the postings of one term after another.
type postingsWriter struct {
	score  scorer // by the mean length in this segment
	first  uint32 // weight of the first field
	begun  int64  // the last document of the block before, or -1
	docs   []uint32
	tfs    []uint32
	worth  float64
	blocks []byte
	skips  []byte
	places []byte
	run    bitWriter // positions of this block
	steps  []byte
	placed bool // a document has positions
	df     int
	out    []byte
}

func (w *postingsWriter) begin() {
	w.begun, w.df, w.worth, w.placed = -1, 0, 0, false
	w.docs, w.tfs = w.docs[:0], w.tfs[:0]
	w.blocks, w.skips, w.places = w.blocks[:0], w.skips[:0], w.places[:0]
	w.run.b, w.steps = w.run.b[:0], w.steps[:0]
}

// add a document, in order, with its positions, which rise.
func (w *postingsWriter) add(doc, tf uint32, length uint16, places []uint32) {
	if len(w.docs) == blockSize {
		w.flush()
	}
	w.docs = append(w.docs, doc)
	w.tfs = append(w.tfs, tf-1)
	w.worth = max(w.worth, w.score.worth(tf, length))
	if n := len(w.docs) - 1; n > 0 && n%placeStep == 0 {
		w.run.align()
		w.steps = binary.LittleEndian.AppendUint16(w.steps, uint16(min(len(w.run.b), farPlace)))
	}
	w.run.places(places, int(tf/w.first), length)
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
	w.run.align()
	w.places = append(append(w.places, w.steps...), w.run.b...)
	w.run.b, w.steps = w.run.b[:0], w.steps[:0]
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
