package fanout

import (
	"encoding/binary"
	"strings"
	"sync"

	"dateline/internal/webpush"
)

// Subscriptions tell how to reach subscriptions by their numbers. Both methods may be
// called by many goroutines at once, and fill dst, which is as long as numbers; a
// number that is nobody's any more leaves the zero value.
type Subscriptions interface {
	// Lanes says by which push service and with which VAPID key.
	Lanes(numbers []uint32, dst []Lane)
	// Addresses says where exactly.
	Addresses(numbers []uint32, dst []Address)
}

// A Lane is what messages must share to go in one batch.
type Lane struct {
	Origin string // of the push service; empty for none
	KeyID  string
}

// An Address is where to send for one browser.
type Address struct {
	Endpoint string // whole
	Keys     webpush.Keys
}

const (
	textPage = 1 << 20 // bytes of text in one page of a book
	rowPage  = 4096    // numbers in one page
	rowSize  = 16
	keySize  = len(webpush.Keys{})
	pageSize = rowPage * (rowSize + keySize) // a whole number of the system's pages
	// maxStems bounds the beginnings of endpoints that are kept once for all; readers
	// could make up any number of them.
	maxStems = 4096
	maxStem  = 128 // bytes
)

// A Book is all subscriptions' addresses in memory, as flat bytes outside Go's heap: Go
// objects cost two gigabytes a million, this 200 MB with endpoints of 160 bytes. Pages of
// text only grow; what was replaced is wasted until Put finds that half is, and copies
// the rest.
type Book struct {
	mu     sync.RWMutex
	memory *apart
	pages  [][]byte // rows of consecutive numbers, then their keys; nil where there are none
	texts  [][]byte
	lanes  []Lane
	laneOf map[Lane]uint32
	stems  []string // beginnings of endpoints, up to a slash
	stemOf map[string]uint16
	text   int // bytes in texts
	waste  int // of these, not in any row
	packed []byte
}

// A bookRow says where an endpoint's text is.
type bookRow struct {
	text uint32 // the page
	at   uint32
	size uint16
	stem uint16
	lane uint32 // 0 for nobody
}

func readRow(p []byte) bookRow {
	le := binary.LittleEndian
	return bookRow{le.Uint32(p), le.Uint32(p[4:]), le.Uint16(p[8:]), le.Uint16(p[10:]), le.Uint32(p[12:])}
}

func (r bookRow) writeTo(p []byte) {
	le := binary.LittleEndian
	le.PutUint32(p, r.text)
	le.PutUint32(p[4:], r.at)
	le.PutUint16(p[8:], r.size)
	le.PutUint16(p[10:], r.stem)
	le.PutUint32(p[12:], r.lane)
}

// NewBook gives an empty book.
func NewBook() *Book {
	b := &Book{lanes: make([]Lane, 1), laneOf: map[Lane]uint32{}, stemOf: map[string]uint16{}}
	b.memory = newApart(b)
	return b
}

// place gives where the row and the keys of number n stand, nil if there never was one.
func (b *Book) place(n uint32) (row, keys []byte) {
	p := int(n / rowPage)
	if p >= len(b.pages) || b.pages[p] == nil {
		return nil, nil
	}
	i := int(n % rowPage)
	page := b.pages[p]
	return page[i*rowSize:][:rowSize], page[rowPage*rowSize+i*keySize:][:keySize]
}

// row gives the row of number n; the zero row if there is none.
func (b *Book) row(n uint32) bookRow {
	if p, _ := b.place(n); p != nil {
		return readRow(p)
	}
	return bookRow{}
}

// Put notes where number n is reached, also anew.
func (b *Book) Put(n uint32, to webpush.Endpoint, keys webpush.Keys, keyID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := int(n / rowPage)
	for len(b.pages) <= p {
		b.pages = append(b.pages, nil)
	}
	if b.pages[p] == nil {
		b.pages[p] = b.memory.page(pageSize)
	}
	b.drop(n)
	row, key := b.place(n)
	b.write(to.String(), b.lane(Lane{to.Origin(), keyID})).writeTo(row)
	copy(key, keys[:])
	if b.waste > 4*textPage && b.waste*2 > b.text {
		b.compact()
	}
}

func (b *Book) lane(l Lane) uint32 {
	i, known := b.laneOf[l]
	if !known {
		l = Lane{strings.Clone(l.Origin), strings.Clone(l.KeyID)}
		i = uint32(len(b.lanes))
		b.lanes = append(b.lanes, l)
		b.laneOf[l] = i
	}
	return i
}

// stem gives the number of what all endpoints of a service begin with, and its length;
// the origin alone, or nothing, once there are too many.
func (b *Book) stem(endpoint string) (uint16, int) {
	end := strings.LastIndexByte(endpoint, '/') + 1
	if end > maxStem {
		end = 0
	}
	i, known := b.stemOf[endpoint[:end]]
	if !known && len(b.stems) >= maxStems {
		end = 0
		i, known = b.stemOf[""]
	}
	if !known {
		if len(b.stems) == 0 { // the empty one is always there
			b.stems, b.stemOf[""] = append(b.stems, ""), 0
		}
		if end > 0 {
			i = uint16(len(b.stems))
			s := strings.Clone(endpoint[:end])
			b.stems = append(b.stems, s)
			b.stemOf[s] = i
		}
	}
	return i, end
}

func (b *Book) write(endpoint string, lane uint32) bookRow {
	stem, cut := b.stem(endpoint)
	b.packed = appendToken(b.packed[:0], endpoint[cut:]) // at most webpush.MaxEndpoint and a byte
	return b.keep(b.packed, stem, lane)
}

func (b *Book) keep(packed []byte, stem uint16, lane uint32) bookRow {
	last := len(b.texts) - 1
	if last < 0 || len(b.texts[last])+len(packed) > textPage {
		b.texts = append(b.texts, b.memory.page(textPage)[:0])
		last++
	}
	row := bookRow{uint32(last), uint32(len(b.texts[last])), uint16(len(packed)), stem, lane}
	b.texts[last] = append(b.texts[last], packed...)
	b.text += len(packed)
	return row
}

func (b *Book) endpoint(r *bookRow) string {
	packed := b.texts[r.text][r.at : r.at+uint32(r.size)]
	var text [512]byte // most endpoints fit
	return string(unpackToken(append(text[:0], b.stems[r.stem]...), packed))
}

func (b *Book) compact() {
	old := b.texts
	b.texts, b.text, b.waste = nil, 0, 0
	for _, p := range b.pages {
		for i := 0; p != nil && i < rowPage; i++ {
			at := p[i*rowSize:][:rowSize]
			if r := readRow(at); r.lane != 0 {
				b.keep(old[r.text][r.at:r.at+uint32(r.size)], r.stem, r.lane).writeTo(at)
			}
		}
	}
	for _, t := range old {
		b.memory.free(t[:1])
	}
}

// Drop forgets number n.
func (b *Book) Drop(n uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(n)
}

func (b *Book) drop(n uint32) {
	row, keys := b.place(n)
	if row == nil {
		return
	}
	if r := readRow(row); r.lane != 0 {
		b.waste += int(r.size)
		clear(row)
		clear(keys)
	}
}

// Lanes says by which push service numbers are reached; see Subscriptions.
func (b *Book) Lanes(numbers []uint32, dst []Lane) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		dst[i] = b.lanes[b.row(n).lane]
	}
}

// Keys gives the keys of numbers; the zero value for nobody's.
func (b *Book) Keys(numbers []uint32, dst []webpush.Keys) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		dst[i] = webpush.Keys{}
		if _, keys := b.place(n); keys != nil {
			dst[i] = webpush.Keys(keys)
		}
	}
}

// Addresses says where numbers are reached; see Subscriptions.
func (b *Book) Addresses(numbers []uint32, dst []Address) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		row, keys := b.place(n)
		if row == nil {
			dst[i] = Address{}
			continue
		}
		r := readRow(row)
		if r.lane == 0 {
			dst[i] = Address{}
			continue
		}
		dst[i].Endpoint, dst[i].Keys = b.endpoint(&r), webpush.Keys(keys)
	}
}
