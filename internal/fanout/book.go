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

const (
	textPage = 1 << 20 // bytes of text in one page of a book
	rowPage  = 4096    // numbers in one page
	// maxStems bounds the beginnings of endpoints that are kept once for all; readers
	// could make up any number of them.
	maxStems = 4096
	maxStem  = 128 // bytes
)

// A Book is all subscriptions' addresses in memory, as flat bytes: Go objects cost two
// gigabytes a million, this 200 MB with endpoints of 160 bytes. Pages of text only grow;
// what was replaced is wasted until Put finds that half is, and copies the rest.
type Book struct {
	mu     sync.RWMutex
	pages  []*bookPage
	texts  [][]byte
	lanes  []Lane
	laneOf map[Lane]uint32
	stems  []string // beginnings of endpoints, up to a slash
	stemOf map[string]uint16
	text   int // bytes in texts
	waste  int // of these, not in any row
	packed []byte
}

// A bookPage is the rows of consecutive numbers.
type bookPage struct {
	rows [rowPage]bookRow
	keys [rowPage]webpush.Keys // apart, so that Lanes walks little memory
}

// A bookRow is 16 bytes and holds no pointer.
type bookRow struct {
	text uint32 // the page
	at   uint32
	size uint16
	stem uint16
	lane uint32 // 0 for nobody
}

// NewBook gives an empty book.
func NewBook() *Book {
	return &Book{lanes: make([]Lane, 1), laneOf: map[Lane]uint32{}, stemOf: map[string]uint16{}}
}

// row gives the row of number n, nil if there never was one.
func (b *Book) row(n uint32) *bookRow {
	if p := int(n / rowPage); p < len(b.pages) && b.pages[p] != nil {
		return &b.pages[p].rows[n%rowPage]
	}
	return nil
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
		b.pages[p] = new(bookPage)
	}
	b.drop(n)
	b.pages[p].rows[n%rowPage] = b.write(to.String(), b.lane(Lane{to.Origin(), keyID}))
	b.pages[p].keys[n%rowPage] = keys
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
		b.texts = append(b.texts, make([]byte, 0, textPage))
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
		if p == nil {
			continue
		}
		for i := range p.rows {
			if r := &p.rows[i]; r.lane != 0 {
				*r = b.keep(old[r.text][r.at:r.at+uint32(r.size)], r.stem, r.lane)
			}
		}
	}
}

// Drop forgets number n.
func (b *Book) Drop(n uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(n)
}

func (b *Book) drop(n uint32) {
	if r := b.row(n); r != nil && r.lane != 0 {
		b.waste += int(r.size)
		*r = bookRow{}
		b.pages[n/rowPage].keys[n%rowPage] = webpush.Keys{}
	}
}

// Lanes says by which push service numbers are reached; see Subscriptions.
func (b *Book) Lanes(numbers []uint32, dst []Lane) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		dst[i] = Lane{}
		if r := b.row(n); r != nil {
			dst[i] = b.lanes[r.lane]
		}
	}
}

// Keys gives the keys of numbers; the zero value for nobody's.
func (b *Book) Keys(numbers []uint32, dst []webpush.Keys) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		dst[i] = webpush.Keys{}
		if int(n/rowPage) < len(b.pages) && b.pages[n/rowPage] != nil {
			dst[i] = b.pages[n/rowPage].keys[n%rowPage]
		}
	}
}

// Addresses says where numbers are reached; see Subscriptions.
func (b *Book) Addresses(numbers []uint32, dst []Address) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i, n := range numbers {
		r := b.row(n)
		if r == nil || r.lane == 0 {
			dst[i] = Address{}
			continue
		}
		dst[i].Endpoint, dst[i].Keys = b.endpoint(r), b.pages[n/rowPage].keys[n%rowPage]
	}
}
