package pushservice

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// A Message is one that a service took or refused.
type Message struct {
	Seq    int64     `json:"seq"` // from 1
	At     time.Time `json:"at"`
	Origin int       `json:"origin"`
	Number int       `json:"number"` // of the subscription; -1 if that is none
	// State is delivered, stored (the browser is away) or refused.
	State   string `json:"state"`
	Status  int    `json:"status"`        // what was found right to answer
	Why     string `json:"why,omitempty"` // it was refused
	Topic   string `json:"topic,omitempty"`
	Urgency string `json:"urgency,omitempty"`
	TTL     int    `json:"ttl"` // seconds
	Text    string `json:"text,omitempty"`
	Padding int    `json:"padding,omitempty"` // zeros after the text
	Repeat  bool   `json:"repeat,omitempty"`
}

// The states of a message.
const (
	stateDelivered = "delivered"
	stateStored    = "stored"
	stateRefused   = "refused"
)

// A messageLog is a ring.
type messageLog struct {
	o      *Options
	mu     sync.Mutex
	ring   []Message
	next   int64 // Seq of the next one
	failed error // of the journal
}

func newMessageLog(o *Options) *messageLog {
	return &messageLog{o: o, ring: make([]Message, 0, o.Log), next: 1}
}

func (l *messageLog) add(m Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m.Seq = l.next
	l.next++
	if len(l.ring) < cap(l.ring) {
		l.ring = append(l.ring, m)
	} else if len(l.ring) > 0 {
		l.ring[(m.Seq-1)%int64(len(l.ring))] = m
	}
	if l.o.Journal != nil && l.failed == nil {
		line, err := json.Marshal(m)
		if err == nil {
			_, err = l.o.Journal.Write(append(line, '\n'))
		}
		if err != nil {
			l.failed = fmt.Errorf("write journal of push service: %w", err)
		}
	}
	if l.o.OnMessage != nil {
		l.o.OnMessage(m)
	}
}

// after gives those with a Seq above n, oldest first.
func (l *messageLog) after(n int64) []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []Message{}
	for seq := max(n+1, l.next-int64(len(l.ring)), 1); seq < l.next; seq++ {
		list = append(list, l.ring[(seq-1)%int64(len(l.ring))])
	}
	return list
}

func (l *messageLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next = l.ring[:0], 1
}

func (l *messageLog) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}
