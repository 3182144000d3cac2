package pushservice

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A judge is one connection's: it looks at requests as a push service does,
// and keeps what it needs for that.
type judge struct {
	at     *origin
	reader tokenReader
	auth   string // that verdict is on
	found  verdict
	tally  passing
}

// passing are counts that a read brings, added to the origin's together.
type passing struct{ messages, bytes, accepted, distinct, repeats, created int64 }

func (j *judge) settle() {
	t, p := &j.at.tally, &j.tally
	if *p == (passing{}) {
		return
	}
	t.messages.Add(p.messages)
	t.bytes.Add(p.bytes)
	t.accepted.Add(p.accepted)
	t.distinct.Add(p.distinct)
	t.repeats.Add(p.repeats)
	t.statuses[http.StatusCreated].Add(p.created)
	*p = passing{}
}

// A hearing is one message before the judge.
type hearing struct {
	ticket  ticket
	known   bool // ticket was issued
	ttl     int
	length  int // of the body; -1 if it is not said
	topic   string
	urgency string
}

var (
	errNoSubscription = errors.New("no subscription has this address")
	errHeader         = errors.New("header is not as RFC 8030 asks")
)

// headers reads a request without its body. A status other than 0 is the
// answer to it.
func (j *judge) headers(r *request, now time.Time) (h hearing, status int, err error) {
	h.topic, h.urgency = r.value[nameTopic], r.value[nameUrgency]
	h.length = -1
	var ok bool
	if h.ticket, ok = j.reader.open(r.path); !ok || int(h.ticket.origin) != j.at.index || uint64(h.ticket.number) >= uint64(len(j.at.s.counts)) {
		return h, http.StatusNotFound, errNoSubscription
	}
	h.known = true
	if r.value[nameMethod] != http.MethodPost {
		return h, http.StatusMethodNotAllowed, fmt.Errorf("method %q: %w", r.value[nameMethod], errHeader)
	}
	if r.value[nameScheme] != "https" || r.value[nameAuthority] != j.at.address {
		return h, http.StatusMisdirectedRequest, fmt.Errorf("for %q: %w", r.value[nameAuthority], errHeader)
	}
	if status, err := j.authorized(r.value[nameAuthorization], h.ticket.bound, now); status != 0 {
		return h, status, err
	}
	if h.ttl, ok = number(r.value[nameTTL]); !ok {
		return h, http.StatusBadRequest, fmt.Errorf("ttl %q: %w", r.value[nameTTL], errHeader)
	}
	if r.value[nameEncoding] != "aes128gcm" {
		return h, http.StatusUnsupportedMediaType, fmt.Errorf("content-encoding %q: %w", r.value[nameEncoding], errHeader)
	}
	if !validTopic(h.topic) {
		return h, http.StatusBadRequest, fmt.Errorf("topic %q: %w", h.topic, errHeader)
	}
	switch h.urgency {
	case "", "very-low", "low", "normal", "high":
	default:
		return h, http.StatusBadRequest, fmt.Errorf("urgency %q: %w", h.urgency, errHeader)
	}
	if r.seen[nameLength] {
		if h.length, ok = number(r.value[nameLength]); !ok {
			return h, http.StatusBadRequest, fmt.Errorf("content-length %q: %w", r.value[nameLength], errHeader)
		}
		if h.length > MaxBody {
			return h, http.StatusRequestEntityTooLarge, fmt.Errorf("content-length %d: %w", h.length, errBody)
		}
	}
	return h, 0, nil
}

// authorized checks a token against what the subscription is bound to (RFC
// 8292, 4.2).
func (j *judge) authorized(auth string, bound keyMark, now time.Time) (status int, err error) {
	if auth == "" {
		if bound == (keyMark{}) {
			return 0, nil
		}
		return http.StatusUnauthorized, errNoToken
	}
	if auth != j.auth || j.found.exp.IsZero() {
		j.auth, j.found = auth, j.at.verdicts.of(auth, now)
	}
	switch {
	case errors.Is(j.found.err, errNoToken):
		return http.StatusUnauthorized, j.found.err
	case j.found.err != nil:
		return http.StatusForbidden, j.found.err
	case !now.Before(j.found.exp):
		return http.StatusForbidden, fmt.Errorf("exp has passed: %w", errToken)
	case bound != keyMark{} && j.found.mark != bound:
		return http.StatusForbidden, fmt.Errorf("k is not the key that the subscription was made for: %w", errToken)
	}
	return 0, nil
}

// take reads the body, and accepts the message if it is right. stored says that
// the browser is away.
func (j *judge) take(h *hearing, body []byte, stored bool, now time.Time) (status int) {
	s := j.at.s
	m := Message{At: now, Origin: j.at.index, Number: int(h.ticket.number), State: stateDelivered, Status: http.StatusCreated, Topic: h.topic, Urgency: h.urgency, TTL: h.ttl}
	if h.length >= 0 && h.length != len(body) {
		return j.refuse(h, http.StatusBadRequest, fmt.Errorf("content-length %d of a body of %d: %w", h.length, len(body), errHeader), now)
	}
	if err := checkBody(body); err != nil {
		return j.refuse(h, http.StatusBadRequest, err, now)
	}
	checked := s.o.Check > 0 && h.ticket.number%uint32(s.o.Check) == 0
	var plain []byte
	if checked {
		private, auth, err := s.issuer.keys(h.ticket.number)
		if err == nil {
			plain, m.Padding, err = decrypt(private, auth[:], body)
		}
		if err != nil {
			return j.refuse(h, http.StatusBadRequest, err, now)
		}
		m.Text = string(plain)
		j.at.tally.checked.Add(1)
	}
	first, repeat := s.counts.add(h.ticket.number, mark(h.topic, plain))
	j.tally.accepted++
	if first {
		j.tally.distinct++
	}
	if repeat {
		j.tally.repeats++
		m.Repeat = true
	}
	if stored && h.ttl > 0 {
		kept, replaced := s.away.keep(h.ticket.number, m, now)
		if replaced {
			j.at.tally.replaced.Add(1)
		}
		if !kept {
			return http.StatusServiceUnavailable
		}
		m.State = stateStored
	}
	if checked || stored {
		s.log.add(m)
	}
	return http.StatusCreated
}

// refuse notes what is wrong with a message.
func (j *judge) refuse(h *hearing, status int, why error, now time.Time) int {
	j.at.tally.refused.Add(1)
	m := Message{At: now, Origin: j.at.index, Number: -1, State: stateRefused, Status: status, Why: why.Error(), Topic: h.topic, Urgency: h.urgency, TTL: h.ttl}
	if h.known {
		m.Number = int(h.ticket.number)
	}
	j.at.s.log.add(m)
	return status
}

// number reads digits, of which there must be some and not many.
func number(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func validTopic(s string) bool {
	if len(s) > 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}
