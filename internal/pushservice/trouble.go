package pushservice

import (
	"errors"
	"fmt"
	"math"
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
	Headers Kind = "headers" // takes it, and answers with Size bytes of headers
	Parts   Kind = "parts"   // takes it, and answers in pieces: interim answer, padding, CONTINUATION, body, trailers
	Flood   Kind = "flood"   // asks for Size PINGs before its answer
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
// and Flood are done with any other.
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
	case Hang, Reset, Offline, Parts, GoAway, Cut, Close, Garbage, HTTP1, Deaf, Outage:
		return nil
	case Headers, Flood:
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
