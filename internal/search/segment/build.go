package segment

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// keyTerm is the term that every document with a key has, so that a filter is a word like any other. Texts have no
// terms that begin so.
func keyTerm(column int, key string) string { return string([]byte{0, byte(column)}) + key }

func checkDocument(d *Document, o *Options) error {
	if n := len(d.ID); n == 0 || n > MaxTerm {
		return fmt.Errorf("%w: id of %d bytes", ErrTerm, n)
	}
	for _, t := range d.Tokens {
		if n := len(t.Term); n == 0 || n > MaxTerm || t.Term[0] == 0 || int(t.Field) >= len(o.Fields) {
			return fmt.Errorf("%w: %q in field %d of %s", ErrTerm, clipped(t.Term), t.Field, d.ID)
		}
	}
	if len(d.Keys) > o.Columns {
		return fmt.Errorf("%w: %s has keys in %d columns", ErrTerm, d.ID, len(d.Keys))
	}
	for _, keys := range d.Keys {
		for _, k := range keys {
			if len(k) > MaxKey {
				return fmt.Errorf("%w: key %q of %s", ErrTerm, clipped(k), d.ID)
			}
		}
	}
	return nil
}

func clipped(s string) string { return s[:min(len(s), 40)] }

// An occurrence is a token of a document with the term by number.
type occurrence struct {
	term, doc uint32
	place     uint32 // in the whole document: the fields stand one after another, with a gap between
	weight    uint8
}

// A builder turns documents into the bytes of a segment.
type builder struct {
	o       *Options
	docs    []*Document
	numbers map[string]uint32
	terms   []string
	labels  map[uint32]string
	found   []occurrence
	lengths []uint16
	begins  []byte // of the fields of each document, as in the segment
	sum     uint64
}

// buildSegment of documents with different ids that passed checkDocument.
func buildSegment(docs []*Document, from int64, o *Options) ([]byte, error) {
	b := &builder{o: o, docs: slices.Clone(docs), numbers: make(map[string]uint32, 256)}
	slices.SortFunc(b.docs, func(x, y *Document) int { return cmp.Or(cmp.Compare(y.Date, x.Date), cmp.Compare(x.ID, y.ID)) })
	for i, d := range b.docs {
		b.take(uint32(i), d)
	}
	var out bytes.Buffer
	c := &containerWriter{w: &out}
	c.foot.analyzer, c.foot.docs, c.foot.terms = o.Analyzer, uint32(len(docs)), uint32(len(b.terms))
	c.foot.sumLength, c.foot.from = b.sum, from
	ordinals := b.writePostings(c)
	b.writeDocuments(c, ordinals)
	if err := c.finish(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (b *builder) number(term string) uint32 {
	n, ok := b.numbers[term]
	if !ok {
		n = uint32(len(b.terms))
		b.numbers[term] = n
		b.terms = append(b.terms, term)
	}
	return n
}

func (b *builder) take(doc uint32, d *Document) {
	length := 0
	begins := b.layOut(d)
	for _, t := range d.Tokens {
		o := occurrence{term: b.number(t.Term), doc: doc, place: NoPosition, weight: b.o.Fields[t.Field]}
		if t.Position != NoPosition {
			length++
			if at := uint64(begins[t.Field]) + uint64(t.Position); at < MaxPositions {
				o.place = uint32(at)
			}
		}
		b.found = append(b.found, o)
	}
	for column, keys := range d.Keys {
		for i, k := range keys {
			if !slices.Contains(keys[:i], k) {
				b.found = append(b.found, occurrence{term: b.number(keyTerm(column, k)), doc: doc, place: NoPosition, weight: 1})
			}
		}
	}
	for _, t := range d.Own {
		if n, ok := b.numbers[t.Term]; ok && t.Label != "" && t.Label != t.Term && len(t.Label) <= MaxTerm {
			if b.labels == nil {
				b.labels = make(map[uint32]string)
			}
			if _, ok := b.labels[n]; !ok {
				b.labels[n] = t.Label
			}
		}
	}
	b.lengths = append(b.lengths, uint16(min(length, math.MaxUint16)))
	b.sum += uint64(min(length, math.MaxUint16))
}

// layOut says where in a document each field begins.
func (b *builder) layOut(d *Document) (begins [MaxFields]uint32) {
	var size [MaxFields]uint32
	for _, t := range d.Tokens {
		if t.Position != NoPosition {
			size[t.Field] = max(size[t.Field], min(t.Position, MaxPositions)+1)
		}
	}
	for f := 1; f < len(b.o.Fields); f++ {
		begins[f] = min(begins[f-1]+size[f-1]+1, MaxPositions)
		b.begins = binary.LittleEndian.AppendUint16(b.begins, uint16(begins[f]))
	}
	return begins
}

// writePostings gives each term's place in byte order.
func (b *builder) writePostings(c *containerWriter) (ordinals []uint32) {
	byTerm := make([]uint32, len(b.terms)+1) // where a term's occurrences begin
	for _, o := range b.found {
		byTerm[o.term+1]++
	}
	for i := 1; i < len(byTerm); i++ {
		byTerm[i] += byTerm[i-1]
	}
	sorted := make([]occurrence, len(b.found))
	next := slices.Clone(byTerm)
	for _, o := range b.found {
		sorted[next[o.term]] = o
		next[o.term]++
	}
	order := make([]uint32, len(b.terms))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return cmp.Compare(b.terms[x], b.terms[y]) })

	w := postingsWriter{score: newScorer(len(b.docs), b.sum), first: b.o.firstWeight()}
	var dict dictionaryWriter
	var places []uint32
	ordinals = make([]uint32, len(b.terms))
	for ordinal, term := range order {
		ordinals[term] = uint32(ordinal)
		w.begin()
		for list := sorted[byTerm[term]:byTerm[term+1]]; len(list) > 0; {
			doc, tf := list[0].doc, uint32(0)
			places = places[:0]
			for len(list) > 0 && list[0].doc == doc {
				tf += uint32(list[0].weight)
				if list[0].place != NoPosition {
					places = append(places, list[0].place)
				}
				list = list[1:]
			}
			slices.Sort(places)
			w.add(doc, max(1, tf), b.lengths[doc], slices.Compact(places))
		}
		all, blocks, placed := w.end()
		c.write(all)
		dict.add([]byte(b.terms[term]), w.df, blocks, placed, []byte(b.labels[term]))
	}
	c.end(secPostings)
	dict.finish(c)
	return ordinals
}

func (w *dictionaryWriter) finish(c *containerWriter) {
	c.write(w.terms)
	c.end(secTerms)
	c.write(w.blocks)
	c.end(secTermBlocks)
}

func (b *builder) writeDocuments(c *containerWriter, ordinals []uint32) {
	w := newDocumentsWriter(len(b.docs), b.o.Columns)
	w.begins = b.begins
	var own []ownTerm
	for i, d := range b.docs {
		own = own[:0]
		for _, t := range d.Own {
			if n, ok := b.numbers[t.Term]; ok {
				own = append(own, ownTerm{ordinals[n], t.Weight})
			}
		}
		w.add(b.lengths[i], d.Date, []byte(d.ID), own, d.Keys)
	}
	w.finish(c)
}

// A documentsWriter collects all that a segment knows of its documents but their postings.
type documentsWriter struct {
	lengths, begins, dates, ids, idEnds, own, ownEnds []byte

	columns []columnWriter
	n       int
}

func newDocumentsWriter(docs, columns int) *documentsWriter {
	return &documentsWriter{
		lengths: make([]byte, 0, 2*docs), dates: make([]byte, 0, 8*docs), ids: make([]byte, 0, 36*docs),
		idEnds: make([]byte, 0, 4*docs), ownEnds: make([]byte, 0, 4*docs), columns: make([]columnWriter, columns),
	}
}

// ownTerm is an OwnTerm by its place in the dictionary.
type ownTerm struct {
	ordinal uint32
	weight  uint8
}

func (w *documentsWriter) add(length uint16, date int64, id []byte, own []ownTerm, keys [][]string) {
	le := binary.LittleEndian
	w.lengths = le.AppendUint16(w.lengths, length)
	w.dates = le.AppendUint64(w.dates, uint64(date))
	w.ids = append(w.ids, id...)
	w.idEnds = le.AppendUint32(w.idEnds, uint32(len(w.ids)))
	slices.SortFunc(own, func(a, b ownTerm) int { return cmp.Compare(a.ordinal, b.ordinal) })
	prev := uint32(0)
	for _, t := range own {
		w.own = binary.AppendUvarint(w.own, uint64(t.ordinal-prev))
		w.own = append(w.own, t.weight)
		prev = t.ordinal
	}
	w.ownEnds = le.AppendUint32(w.ownEnds, uint32(len(w.own)))
	for i := range w.columns {
		var list []string
		if i < len(keys) {
			list = keys[i]
		}
		w.columns[i].add(list)
	}
	w.n++
}

func (w *documentsWriter) finish(c *containerWriter) {
	slotOf := func(i uint32) []byte { return slot(w.ids, w.idEnds, i) }
	order := make([]uint32, w.n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return bytes.Compare(slotOf(a), slotOf(b)) })
	var idOrder, columns []byte
	for _, i := range order {
		idOrder = binary.LittleEndian.AppendUint32(idOrder, i)
	}
	for i := range w.columns {
		columns = w.columns[i].append(columns)
	}
	for i, part := range [][]byte{w.lengths, w.begins, w.dates, w.ids, w.idEnds, idOrder, w.own, w.ownEnds, columns} {
		c.write(part)
		c.end(secLengths + i)
	}
}
