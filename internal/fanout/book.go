package fanout

import (
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

// pageSize is how many bytes of text stand in one page of a book.
const pageSize = 1 << 20

// A Book is all subscriptions' addresses in memory, as flat bytes: Go objects cost two
// gigabytes a million, this 260 MB with endpoints of 160 bytes. Pages of text only grow, so that what was read from
// them stays true without a copy; what was replaced is wasted until Put finds that half
// is, and copies the rest.
type Book struct {
	mu     sync.RWMutex
	rows   []bookRow
	keys   []webpush.Keys // by number; apart, so that Lanes walks little memory
	pages  []*strings.Builder
	lanes  []Lane
	laneOf map[Lane]uint32
	text   int // bytes in pages
	waste  int // of these, not in any row
}

// A bookRow is 16 bytes and holds no pointer.
type bookRow struct {
	page uint32
	at   uint32
	size uint16
	ours uint16 // so many bytes of the endpoint are the origin
	lane uint32 // 0 for nobody
}

// NewBook gives an empty book.
func NewBook() *Book { return &Book{lanes: make([]Lane, 1), laneOf: map[Lane]uint32{}} }

// Put notes where number n is reached, also anew.
func (b *Book) Put(n uint32, to webpush.Endpoint, keys webpush.Keys, keyID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if short := int(n) + 1 - len(b.rows); short > 0 {
		b.rows = append(b.rows, make([]bookRow, short)...)
		b.keys = append(b.keys, make([]webpush.Keys, short)...)
	}
	b.drop(n)
	lane := Lane{to.Origin(), keyID}
	i, known := b.laneOf[lane]
	if !known {
		lane = Lane{strings.Clone(lane.Origin), strings.Clone(keyID)}
		i = uint32(len(b.lanes))
		b.lanes = append(b.lanes, lane)
		b.laneOf[lane] = i
	}
	b.rows[n] = b.write(to.Origin(), to.Path(), i)
	b.keys[n] = keys
	if b.waste > 4*pageSize && b.waste*2 > b.text {
		b.compact()
	}
}

func (b *Book) write(origin, path string, lane uint32) bookRow {
	size := len(origin) + len(path) // at most webpush.MaxEndpoint
	last := len(b.pages) - 1
	if last < 0 || b.pages[last].Len()+size > pageSize {
		p := new(strings.Builder)
		p.Grow(pageSize) // once: what String gave must not move
		b.pages = append(b.pages, p)
		last++
	}
	p := b.pages[last]
	row := bookRow{uint32(last), uint32(p.Len()), uint16(size), uint16(len(origin)), lane}
	p.WriteString(origin)
	p.WriteString(path)
	b.text += size
	return row
}

func (b *Book) endpoint(r *bookRow) string {
	return b.pages[r.page].String()[r.at : r.at+uint32(r.size)]
}

func (b *Book) compact() {
	old := Book{pages: b.pages}
	b.pages, b.text, b.waste = nil, 0, 0
	for i := range b.rows {
		if r := &b.rows[i]; r.lane != 0 {
			e := old.endpoint(r)
			*r = b.write(e[:r.ours], e[r.ours:], r.lane)
		}
	}
}

// Drop forgets number n.
func (b *Book) Drop(n uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if int(n) < len(b.rows) {
		b.drop(n)
	}
}

func (b *Book) drop(n uint32) {
	if r := &b.rows[n]; r.lane != 0 {
		b.waste += int(r.size)
		*r = bookRow{}
		b.keys[n] = webpush.Keys{}
	}
}

// Lanes says by which push service numbers are reached; see Subscriptions.
func (b *Book) Lanes(numbers []uint32, dst []Lane) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		if int(n) < len(b.rows) {
			dst[i] = b.lanes[b.rows[n].lane]
		} else {
			dst[i] = Lane{}
		}
	}
}

// Addresses says where numbers are reached; see Subscriptions.
func (b *Book) Addresses(numbers []uint32, dst []Address) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		if int(n) >= len(b.rows) || b.rows[n].lane == 0 {
			dst[i] = Address{}
			continue
		}
		dst[i].Endpoint, dst[i].Keys = b.endpoint(&b.rows[n]), b.keys[n]
	}
}
