package pushservice

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"
)

// Options say what a Service is like. All have a use when they are left out.
type Options struct {
	// Origins is how many push services it plays: 3 unless given, at most 255.
	Origins int `json:"origins,omitempty"`
	// Listen are their addresses, which must be on the loopback: 127.0.0.1 with
	// any port unless given. Who gives them can restart on the same ones.
	Listen []string `json:"listen,omitempty"`
	// Seed is what subscriptions are made from, see Issuer; "dateline" unless
	// given.
	Seed string `json:"seed,omitempty"`
	// Subscriptions is the number of them: 0 up to it are known, the others
	// answer 404. 100,000 unless given; each takes 4 bytes of memory.
	Subscriptions int `json:"subscriptions,omitempty"`
	// Check says whose messages are decrypted, about 60 µs of CPU each: 1 is
	// everybody, and what it is unless given; 1000 is every thousandth
	// subscription; a negative number is nobody.
	Check int `json:"check,omitempty"`
	// Log is how many messages are remembered, those decrypted and those
	// refused: 1000 unless given.
	Log int `json:"log,omitempty"`
	// Control is the address of the control door, on the loopback: 127.0.0.1
	// with any port unless given.
	Control string `json:"control,omitempty"`
	// Streams is how many messages may be under way on a connection: 100
	// unless given.
	Streams int `json:"streams,omitempty"`
	// Troubles are there from the start.
	Troubles []Trouble `json:"troubles,omitempty"`

	// Journal, if not nil, gets each message that is logged as a line of JSON.
	Journal io.Writer `json:"-"`
	// OnMessage, if not nil, is called with each message that is logged, by one
	// goroutine at a time; it must be quick and call no method of the Service.
	OnMessage func(Message) `json:"-"`
	// Now is the clock: time.Now unless given.
	Now func() time.Time `json:"-"`
}

func (o Options) filled() (Options, error) {
	for _, n := range []struct {
		at    *int
		value int
	}{{&o.Origins, max(3, len(o.Listen))}, {&o.Subscriptions, 100_000}, {&o.Check, 1}, {&o.Log, 1000}, {&o.Streams, 100}} {
		if *n.at == 0 {
			*n.at = n.value
		}
	}
	if o.Seed == "" {
		o.Seed = "dateline"
	}
	if o.Control == "" {
		o.Control = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	for len(o.Listen) < o.Origins {
		o.Listen = append(slices.Clone(o.Listen), "127.0.0.1:0")
	}
	if o.Origins < 1 || o.Origins > 255 || len(o.Listen) != o.Origins || o.Subscriptions < 0 || uint64(o.Subscriptions) > 1<<32 || o.Log < 0 || o.Streams < 1 {
		return o, errors.New("want 1 to 255 origins, an address for each at most, and no negative numbers")
	}
	for _, a := range append(slices.Clone(o.Listen), o.Control) {
		host, _, err := net.SplitHostPort(a)
		if err != nil {
			return o, err
		}
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return o, fmt.Errorf("address %s is not on the loopback", a)
		}
	}
	return o, nil
}
