package pushservice

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/bits"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// A Kind is a way to misbehave.
type Kind string

// What is done to one message, when it is whole and right in itself.
const (
	Status  Kind = "status"  // answers Status, with RetryAfter if given
	Hang    Kind = "hang"    // never answers
	Reset   Kind = "reset"   // RST_STREAM with Code
	Early   Kind = "early"   // answers Status before the body is there
	Headers Kind = "headers" // answers 201 with Size bytes of headers
	Slow    Kind = "slow"    // answers after Delay
	Rate    Kind = "rate"    // answers 429 to more than PerSecond, with RetryAfter
	Offline Kind = "offline" // the browser is away: keeps the message, by Topic, until this is lifted
)

// What is done to a connection, at its message number Requests and each one
// after.
const (
	GoAway  Kind = "goaway"  // GOAWAY with Code; the message is not processed
	Cut     Kind = "cut"     // TCP reset
	Close   Kind = "close"   // TCP end, without GOAWAY
	Garbage Kind = "garbage" // bytes that are no frame
)

// What an origin does to all connections.
const (
	Settings    Kind = "settings"    // SETTINGS with Streams, Window, Table, told at once
	Drip        Kind = "drip"        // reads PerSecond bytes
	HTTP1       Kind = "http1"       // speaks HTTP/1.1 alone, on new connections
	Certificate Kind = "certificate" // shows a wrong one (Certificate), on new connections
	Deaf        Kind = "deaf"        // takes new connections and says nothing
	Outage      Kind = "outage"      // is not there; connections are reset
)

// A Trouble is one way to misbehave. Fields that its kind does not name must be
// left out. Of several that fit a message the first one set is done, but Slow
// is done with any other.
type Trouble struct {
	// Name is to lift it by; a trouble of the same name is replaced.
	Name string `json:"name,omitempty"`
	Kind Kind   `json:"kind"`
	// Origins are those concerned, from 0; none are all.
	Origins []int `json:"origins,omitempty"`
	// Share is the part of the subscriptions concerned, from 0 to 1: always the
	// same ones for the same name and kind. 0 is all of them.
	Share float64 `json:"share,omitempty"`
	// Once spares a subscription after its first time.
	Once bool `json:"once,omitempty"`
	// It begins After it was set and lasts For; no For is until it is lifted.
	After Duration `json:"after,omitempty"`
	For   Duration `json:"for,omitempty"`
	// Taken counts the message as accepted all the same: the sender cannot
	// know.
	Taken bool `json:"taken,omitempty"`

	Status      int      `json:"status,omitempty"`
	RetryAfter  Duration `json:"retry_after,omitempty"`
	RetryDate   bool     `json:"retry_date,omitempty"` // Retry-After as a date
	Code        uint32   `json:"code,omitempty"`
	Delay       Duration `json:"delay,omitempty"`
	Requests    int      `json:"requests,omitempty"`
	Size        int      `json:"size,omitempty"`
	PerSecond   int      `json:"per_second,omitempty"`
	Streams     *uint32  `json:"streams,omitempty"`
	Window      *uint32  `json:"window,omitempty"` // per stream, and what is given back at once
	Table       *uint32  `json:"table,omitempty"`
	Certificate string   `json:"certificate,omitempty"` // expired, name or unknown
}

// ErrTrouble means that a Trouble cannot be had.
var ErrTrouble = errors.New("not a trouble that this service can make")

func (t *Trouble) check(origins int) error {
	need := func(ok bool, what string) error {
		if ok {
			return nil
		}
		return fmt.Errorf("trouble of kind %q: %w: want %s", t.Kind, ErrTrouble, what)
	}
	for _, o := range t.Origins {
		if o < 0 || o >= origins {
			return need(false, fmt.Sprintf("origins from 0 to %d", origins-1))
		}
	}
	if t.Share < 0 || t.Share > 1 || math.IsNaN(t.Share) {
		return need(false, "a share from 0 to 1")
	}
	if min(t.After, t.For, t.RetryAfter, t.Delay) < 0 || t.Requests < 0 {
		return need(false, "no negative numbers")
	}
	switch t.Kind {
	case Status, Early:
		return need(t.Status >= 200 && t.Status <= 599, "a status from 200 to 599")
	case Hang, Reset, Offline, GoAway, Cut, Close, Garbage, HTTP1, Deaf, Outage:
		return nil
	case Headers:
		return need(t.Size > 0 && t.Size <= 1<<20, "a size of up to 1 MiB")
	case Slow:
		return need(t.Delay > 0, "a delay")
	case Rate, Drip:
		return need(t.PerSecond > 0, "a number per second")
	case Settings:
		if t.Streams == nil && t.Window == nil && t.Table == nil {
			return need(false, "streams, window or table")
		}
		return need((t.Window == nil || *t.Window <= maxWindow) && (t.Table == nil || *t.Table <= maxTable), "a window below 2 GiB and a table of at most 64 KiB")
	case Certificate:
		return need(t.Certificate == certExpired || t.Certificate == certName || t.Certificate == certUnknown, "certificate expired, name or unknown")
	}
	return need(false, "one of the kinds there are")
}

// A trouble is one that was set.
type trouble struct {
	Trouble
	from, until time.Time // until is zero for ever
	salt        uint64
	below       uint64          // of the mixed numbers; all if 0
	spared      []atomic.Uint64 // with Once: a bit per number
	rate        *bucket
}

func newTrouble(t Trouble, now time.Time, numbers int) *trouble {
	set := &trouble{Trouble: t, from: now.Add(time.Duration(t.After))}
	if t.For > 0 {
		set.until = set.from.Add(time.Duration(t.For))
	}
	h := fnv.New64a()
	h.Write([]byte(t.Kind))
	h.Write([]byte(t.Name))
	h.Write([]byte(strconv.Itoa(t.Status)))
	set.salt = h.Sum64()
	if t.Share > 0 && t.Share < 1 {
		set.below = uint64(t.Share * math.MaxUint64)
	}
	if t.Once {
		set.spared = make([]atomic.Uint64, (numbers+63)/64)
	}
	if t.Kind == Rate {
		set.rate = &bucket{perSecond: t.PerSecond}
	}
	return set
}

func (t *trouble) on(now time.Time) bool {
	return !now.Before(t.from) && (t.until.IsZero() || now.Before(t.until))
}

func (t *trouble) at(origin int) bool {
	for _, o := range t.Origins {
		if o == origin {
			return true
		}
	}
	return len(t.Origins) == 0
}

// concerns reports whether number is of its share.
func (t *trouble) concerns(number uint32) bool {
	return t.below == 0 || mix(uint64(number)+t.salt) < t.below
}

// meets reports whether it is number's turn, and takes the turn.
func (t *trouble) meets(number uint32) bool {
	if !t.concerns(number) {
		return false
	}
	if t.spared != nil {
		bit := uint64(1) << (number % 64)
		return t.spared[number/64].Or(bit)&bit == 0
	}
	return true
}

// mix spreads numbers evenly (splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return bits.RotateLeft64(x^x>>31, 32)
}

// retryAfter is the header's value, or nothing.
func (t *trouble) retryAfter(now time.Time) string {
	switch {
	case t.RetryAfter <= 0:
		return ""
	case t.RetryDate:
		return now.Add(time.Duration(t.RetryAfter)).UTC().Format(http.TimeFormat)
	}
	return strconv.Itoa(int((time.Duration(t.RetryAfter) + time.Second - 1) / time.Second))
}

// A bucket lets a number through per second, begun anew each second.
type bucket struct {
	perSecond int
	second    atomic.Int64
	taken     atomic.Int64
}

func (b *bucket) full(now time.Time) bool {
	s := now.Unix()
	if old := b.second.Load(); old != s && b.second.CompareAndSwap(old, s) {
		b.taken.Store(0)
	}
	return b.taken.Add(1) > int64(b.perSecond)
}

// A Duration is written in JSON as in Go: "1m30s".
type Duration time.Duration

// String is the duration as in Go.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("read duration: %w", err)
	}
	*d = Duration(v)
	return nil
}
