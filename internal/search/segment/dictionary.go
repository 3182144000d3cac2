package segment

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// The dictionary is the terms in byte order, in blocks of termBlock: the first of a block whole, each other as how
// many bytes it shares with the one before and the rest. With every term stands how many documents have it and how
// long its postings are; where they begin is what those before took. Of each block a fixed record says where it
// begins, so that a term is found by halving over the mapped bytes, and nothing of it need be in the heap.

const (
	termBlock   = 16
	blockRecord = 12 // where the block begins: 4 bytes for its terms, 8 for their postings
)

// A termInfo is what the dictionary says of a term.
type termInfo struct {
	df     int
	at     uint64 // in the postings
	blocks uint32 // bytes of skips and blocks there
	places uint32 // bytes of positions, which follow; 0 when it has none anywhere
}

// A dictionaryWriter takes terms in order.
type dictionaryWriter struct {
	terms, blocks []byte
	last          []byte
	n             int
	at            uint64
}

func (w *dictionaryWriter) add(term []byte, df, blocks, places int, label []byte) {
	shared := 0
	if w.n%termBlock == 0 {
		w.blocks = binary.LittleEndian.AppendUint32(w.blocks, uint32(len(w.terms)))
		w.blocks = binary.LittleEndian.AppendUint64(w.blocks, w.at)
	} else {
		for shared < min(len(term), len(w.last)) && term[shared] == w.last[shared] {
			shared++
		}
		w.terms = binary.AppendUvarint(w.terms, uint64(shared))
	}
	w.terms = binary.AppendUvarint(w.terms, uint64(len(term)-shared))
	w.terms = append(w.terms, term[shared:]...)
	for _, n := range []int{df, blocks, places, len(label)} {
		w.terms = binary.AppendUvarint(w.terms, uint64(n))
	}
	w.terms = append(w.terms, label...)
	w.last = append(w.last[:0], term...)
	w.at += uint64(blocks) + uint64(places)
	w.n++
}

// A dictionary reads what a dictionaryWriter made.
type dictionary struct {
	terms, blocks []byte
	n             int
}

func (d *dictionary) blockAt(block int) (terms uint32, postings uint64) {
	r := d.blocks[block*blockRecord:]
	return binary.LittleEndian.Uint32(r), binary.LittleEndian.Uint64(r[4:])
}

// first term of a block.
func (d *dictionary) first(block int) []byte {
	at, _ := d.blockAt(block)
	n, took := uvarint(d.terms[at:])
	return d.terms[at:][took : uint64(took)+n]
}

func (d *dictionary) find(term string) (termInfo, bool) {
	var it termIterator
	it.seek(d, []byte(term))
	if !it.next() || string(it.term) != term {
		return termInfo{}, false
	}
	return it.info, true
}

// A termIterator walks through a dictionary; what it shows is good until the next step.
type termIterator struct {
	d      *dictionary
	number int // of term, from 0
	at     int
	posts  uint64
	term   []byte
	info   termInfo
	label  []byte
	held   bool // next has been read already
}

// seek makes next the first term that is not before term.
func (it *termIterator) seek(d *dictionary, term []byte) {
	it.d = d
	block := sort.Search(len(d.blocks)/blockRecord, func(i int) bool { return bytes.Compare(d.first(i), term) > 0 })
	it.number = max(0, block-1)*termBlock - 1
	it.held = false
	for it.next() {
		if bytes.Compare(it.term, term) >= 0 {
			it.held = true
			return
		}
	}
}

// goTo makes next the term with a number.
func (it *termIterator) goTo(d *dictionary, number int) {
	it.d = d
	it.number = number/termBlock*termBlock - 1
	it.held = false
	for it.next() && it.number < number {
	}
	it.held = it.number == number
}

func (it *termIterator) next() bool {
	if it.held {
		it.held = false
		return true
	}
	if it.number+1 >= it.d.n {
		it.number = it.d.n
		return false
	}
	it.number++
	shared := uint64(0)
	if it.number%termBlock == 0 {
		at, posts := it.d.blockAt(it.number / termBlock)
		it.at, it.posts = int(at), posts
	} else {
		shared = it.uvarint()
	}
	rest := it.bytes()
	it.term = append(it.term[:shared], rest...)
	it.info = termInfo{df: int(it.uvarint()), at: it.posts}
	it.info.blocks = uint32(it.uvarint())
	it.info.places = uint32(it.uvarint())
	it.posts += uint64(it.info.blocks) + uint64(it.info.places)
	it.label = it.bytes()
	return true
}

func (it *termIterator) uvarint() uint64 {
	n, took := uvarint(it.d.terms[it.at:])
	it.at += took
	return n
}

func (it *termIterator) bytes() []byte {
	n := it.uvarint()
	s := it.d.terms[it.at : uint64(it.at)+n]
	it.at += int(n)
	return s
}

// uvarint reads a number that must be there.
func uvarint(b []byte) (uint64, int) {
	if b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	n, took := binary.Uvarint(b)
	if took <= 0 {
		panic(ErrDamaged)
	}
	return n, took
}
