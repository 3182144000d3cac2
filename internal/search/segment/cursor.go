package segment

import (
	"encoding/binary"
	"math"
	"slices"
)

// end is the document after the last one.
const end = math.MaxUint32

// A cursor walks forward through the documents that have something, the newest first.
type cursor interface {
	advance(to uint32) uint32 // to the first document that is not before to, and gives it; end if there is none
	score() float64           // of the document where it stands, without recency
	bound() float64           // that no document's score is above
	// boundAt is the same for the documents from `to` up to last; to never falls.
	boundAt(to uint32) (bound float64, last uint32)
	cost() int // about how many documents there are
}

// A termCursor walks through the postings of one term in one segment.
type termCursor struct {
	s      *Segment
	df     int
	skips  []byte // nil when there is one block
	blocks []byte // with padding

	weight float64 // times worth is a score
	scorer scorer
	grown  float64 // mean length of the index by that of the segment
	most   float64 // bound

	count   int // of blocks
	block   int // the one that docs holds
	at, n   int // in docs
	docs    [blockSize]uint32
	tfs     [blockSize]uint32
	weighed bool // tfs are of this block

	shallow     int // the block that boundAt saw last
	shallowMost float64

	places  bitReader // where the positions begin of the document at placeAt in docs
	placeAt int       // -1 before the first is read
	placed  bool
	first   uint32 // weight of the first field
}

// open sets c to the beginning of a term's postings.
func (c *termCursor) open(s *Segment, t termInfo, weight float64, sc scorer, mean float64) {
	data := s.postings[t.at : t.at+uint64(t.blocks)+uint64(t.places)+padding]
	c.s, c.df, c.weight, c.scorer = s, t.df, weight, sc
	c.grown = mean / s.meanLength
	c.count = (t.df + blockSize - 1) / blockSize
	c.skips = nil
	begin := 1
	if c.count > 1 {
		begin = c.count * skipRecord
		c.skips = data[:begin]
	}
	c.blocks = data[begin:][: int(t.blocks)-begin+padding : int(t.blocks)-begin+padding]
	c.places.b, c.placed, c.first = data[t.blocks:], t.places > 0, s.firstWeight
	c.block, c.at, c.n = -1, 0, 0
	c.shallow = -1
	if c.count <= 1 {
		c.most = weight * boundOf(data[0], c.grown)
		return
	}
	var worth byte
	for i := skipRecord - 1; i < len(c.skips); i += skipRecord {
		worth = max(worth, c.skips[i])
	}
	c.most = weight * boundOf(worth, c.grown)
}

func (c *termCursor) cost() int      { return c.df }
func (c *termCursor) bound() float64 { return c.most }

// lastOf a block.
func (c *termCursor) lastOf(block int) uint32 {
	if c.skips == nil {
		return end - 1
	}
	return binary.LittleEndian.Uint32(c.skips[block*skipRecord:])
}

// blockOf finds the first block from `from` on that may hold to; count if there is none.
func (c *termCursor) blockOf(from int, to uint32) int {
	step := 1
	for from < c.count && c.lastOf(from) < to { // gallop, then halve
		next := from + step
		if next < c.count && c.lastOf(next) < to {
			from, step = next, step*2
			continue
		}
		lo, hi := from+1, min(next, c.count)
		for lo < hi {
			mid := int(uint(lo+hi) / 2)
			if c.lastOf(mid) < to {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		return lo
	}
	return from
}

func (c *termCursor) boundAt(to uint32) (float64, uint32) {
	if c.skips == nil {
		return c.most, end - 1
	}
	if c.shallow < 0 || c.shallow < c.count && c.lastOf(c.shallow) < to {
		c.shallow = c.blockOf(max(0, c.shallow), to)
		c.shallowMost = 0
		if c.shallow < c.count {
			c.shallowMost = c.weight * boundOf(c.skips[c.shallow*skipRecord+skipRecord-1], c.grown)
		}
	}
	if c.shallow >= c.count {
		return 0, end - 1
	}
	return c.shallowMost, c.lastOf(c.shallow)
}

func (c *termCursor) advance(to uint32) uint32 {
	for {
		if c.at < c.n && c.docs[c.n-1] >= to {
			if c.docs[c.at] < to {
				c.at++
				if c.docs[c.at] < to {
					i, _ := slices.BinarySearch(c.docs[c.at:c.n], to)
					c.at += i
				}
			}
			return c.docs[c.at]
		}
		if c.block >= c.count {
			return end
		}
		block := c.blockOf(c.block+1, to)
		if block >= c.count {
			c.block, c.at, c.n = c.count, 0, 0
			return end
		}
		c.read(block)
	}
}

// begin is where a block's bytes and its positions begin, and the document before it.
func (c *termCursor) begin(block int) (at, places uint32, before int64) {
	if block == 0 {
		return 0, 0, -1
	}
	r := c.skips[(block-1)*skipRecord:]
	return binary.LittleEndian.Uint32(r[4:]), binary.LittleEndian.Uint32(r[8:]), int64(binary.LittleEndian.Uint32(r))
}

func (c *termCursor) read(block int) {
	at, _, before := c.begin(block)
	c.block, c.at = block, 0
	c.n = min(blockSize, c.df-block*blockSize)
	c.weighed = false
	c.placeAt = -1
	b := c.blocks[at:]
	docs := c.docs[:c.n]
	unpack(docs, b[2:], width(b[0]))
	doc := before // wide, so that it can but rise
	for i, d := range docs {
		doc += int64(d) + 1
		docs[i] = uint32(doc)
	}
	if doc >= int64(c.s.docs) {
		panic(ErrDamaged)
	}
}

// width that a block may have.
func width(b byte) uint {
	if b > 32 {
		panic(ErrDamaged)
	}
	return uint(b)
}

func (c *termCursor) weigh() {
	at, _, _ := c.begin(c.block)
	b := c.blocks[at:]
	unpack(c.tfs[:c.n], b[2+packedLen(c.n, width(b[0])):], width(b[1]))
	c.weighed = true
}

func (c *termCursor) tf() uint32 {
	if !c.weighed {
		c.weigh()
	}
	return c.tfs[c.at] + 1
}

func (c *termCursor) score() float64 {
	return c.weight * c.scorer.worth(c.tf(), c.s.length(c.docs[c.at]))
}

// readPlaces appends to dst the positions in the document where it stands.
func (c *termCursor) readPlaces(dst []uint32) []uint32 {
	if !c.placed {
		return dst
	}
	if !c.weighed {
		c.weigh()
	}
	if step := c.at / placeStep; c.placeAt < 0 || c.placeAt > c.at || c.placeAt/placeStep < step {
		c.seekPlaces(step)
	}
	for ; c.placeAt < c.at; c.placeAt++ {
		c.places.skipPlaces(int((c.tfs[c.placeAt]+1)/c.first), c.s.length(c.docs[c.placeAt]))
	}
	dst = c.places.places(dst, int((c.tfs[c.at]+1)/c.first), c.s.length(c.docs[c.at]))
	if c.placeAt++; c.placeAt%placeStep == 0 {
		c.places.at = (c.places.at + 7) &^ 7
	}
	return dst
}

// seekPlaces goes to the positions of the first document of a step, or of a nearer one before it that can be found.
func (c *termCursor) seekPlaces(step int) {
	_, at, _ := c.begin(c.block)
	steps := uint32(c.n-1) / placeStep * 2
	for ; step > 0; step-- {
		if far := binary.LittleEndian.Uint16(c.places.b[int(at)+2*(step-1):]); far != farPlace {
			c.placeAt, c.places.at = step*placeStep, (uint64(at)+uint64(steps)+uint64(far))*8
			return
		}
	}
	c.placeAt, c.places.at = 0, (uint64(at)+uint64(steps))*8
}

// fill puts all documents into set.
func (c *termCursor) fill(set bitmap) {
	for block := range c.count {
		c.read(block)
		for _, d := range c.docs[:c.n] {
			set.set(d)
		}
	}
	c.block, c.at, c.n = -1, 0, 0
}
