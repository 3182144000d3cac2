package pushservice

import (
	"net/http"
	"slices"
	"time"
)

// finish deals with a message that is whole. rest is the end of its body.
func (c *conn) finish(s *stream, rest []byte) error {
	s.ended = true
	body := rest
	if len(s.body) > 0 {
		s.body = append(s.body, rest...)
		body = s.body
	}
	c.judge.tally.messages++
	c.judge.tally.bytes += int64(len(body))
	c.count++
	if s.status != 0 {
		c.answer(s, s.status, "", 0)
		return nil
	}
	var delay time.Duration
	for _, t := range c.at.troubles() {
		if (t.Kind == Slow || t.Kind == Flood) && t.on(c.now) && t.meets(s.hearing.ticket.number) {
			delay = max(delay, time.Duration(t.Delay))
			c.ask(t.Size)
		}
	}
	t := c.meet(s)
	if t == nil {
		c.answer(s, c.judge.take(&s.hearing, body, false, c.now), "", delay)
		return nil
	}
	if t.Kind != Offline {
		c.at.tally.troubled.Add(1)
		if t.Taken || t.Kind == Headers || t.Kind == Parts {
			if status := c.judge.take(&s.hearing, body, false, c.now); status != http.StatusCreated {
				c.answer(s, status, "", delay)
				return nil
			}
		}
	}
	switch t.Kind {
	case Status:
		c.answer(s, t.Status, t.retryAfter(c.now), delay)
	case Rate:
		c.answer(s, http.StatusTooManyRequests, t.retryAfter(c.now), delay)
	case Offline:
		c.answer(s, c.judge.take(&s.hearing, body, true, c.now), "", delay)
	case Hang:
	case Reset:
		c.out = appendReset(c.out, s.id, t.Code)
		c.free(s)
	case Headers:
		c.bulky(s, t.Size)
	case Parts:
		c.parts(s)
	case GoAway:
		c.goAway(s, t)
	case Cut:
		c.judge.settle()
		return errCut
	case Close:
		c.judge.settle()
		_ = c.flush()
		_ = c.ahead.Close()
		return errCut
	case Garbage:
		c.judge.settle()
		c.out = append(c.out, nonsense()...)
		return errOver
	}
	return nil
}

// meet is the first trouble that a whole message meets, but Slow and Flood.
func (c *conn) meet(s *stream) *trouble {
	for _, t := range c.at.troubles() {
		switch t.Kind {
		case Status, Hang, Reset, Headers, Parts, Offline:
		case GoAway:
			if c.gone || c.count < t.Requests {
				continue
			}
		case Cut, Close, Garbage:
			if c.count < t.Requests {
				continue
			}
		case Rate:
			if t.on(c.now) && t.concerns(s.hearing.ticket.number) && t.rate.full(c.now) {
				return t
			}
			continue
		default:
			continue
		}
		if t.on(c.now) && t.meets(s.hearing.ticket.number) {
			return t
		}
	}
	return nil
}

// early is the trouble of being answered before the body.
func (c *conn) early(s *stream) *trouble {
	for _, t := range c.at.troubles() {
		if t.Kind == Early && t.on(c.now) && t.meets(s.hearing.ticket.number) {
			c.at.tally.troubled.Add(1)
			return t
		}
	}
	return nil
}

// goAway ends the connection before s and all after it, or after s if that is
// taken.
func (c *conn) goAway(s *stream, t *trouble) {
	c.gone, c.goneID = true, max(s.id, 2)-2
	if t.Taken {
		c.goneID = s.id
		c.answer(s, http.StatusCreated, "", 0)
	}
	for id, o := range c.streams {
		if id > c.goneID {
			c.dropLate(id)
			c.free(o)
		}
	}
	c.out = appendGoAway(c.out, c.goneID, t.Code, "as told")
}

// A lateAnswer is one that waits.
type lateAnswer struct {
	due        time.Time
	stream     uint32
	status     int
	retryAfter string
}

// answer ends a stream with a status, after a delay.
func (c *conn) answer(s *stream, status int, retryAfter string, delay time.Duration) {
	if delay <= 0 {
		c.write(s, status, retryAfter)
		return
	}
	c.late = append(c.late, lateAnswer{c.now.Add(delay), s.id, status, retryAfter})
	c.wakeFor(c.now.Add(delay))
}

// wakeFor sees to it that writeLate runs at a time, or before. Answers due
// within a millisecond of each other are written together.
func (c *conn) wakeFor(due time.Time) {
	switch {
	case c.timer == nil:
		c.timer = time.AfterFunc(due.Sub(c.now), c.writeLate)
	case c.wake.IsZero() || due.Before(c.wake):
		c.timer.Reset(max(time.Millisecond, due.Sub(c.now)))
	default:
		return
	}
	c.wake = due
}

// writeLate writes what is due, and sees to the next.
func (c *conn) writeLate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.now = c.at.s.o.Now()
	c.wake = time.Time{}
	var next time.Time
	c.late = slices.DeleteFunc(c.late, func(a lateAnswer) bool {
		if a.due.After(c.now) {
			if next.IsZero() || a.due.Before(next) {
				next = a.due
			}
			return false
		}
		if s := c.streams[a.stream]; s != nil {
			c.write(s, a.status, a.retryAfter)
		}
		return true
	})
	if !next.IsZero() {
		c.wakeFor(next)
	}
	c.judge.settle()
	if c.flush() != nil || c.gone && len(c.streams) == 0 {
		_ = c.net.CloseWrite()
		_ = c.net.SetReadDeadline(time.Now().Add(lingerFor)) // the reader ends it
	}
}

func (c *conn) dropLate(id uint32) {
	c.late = slices.DeleteFunc(c.late, func(a lateAnswer) bool { return a.stream == id })
}

// The beginnings of a 201, in RFC 7541's words: ":status" is 8 in the static
// table, "location" 46.
const createdHead = "\x08\x03201\x0f\x1f\x13/m/"

// write puts an answer into what is to be written, and ends the stream.
func (c *conn) write(s *stream, status int, retryAfter string) {
	if status == http.StatusCreated {
		c.judge.tally.created++
		c.serial++
		c.out = appendFrameHeader(c.out, len(createdHead)+16, frameHeaders, flagEndHeaders|flagEndStream, s.id)
		c.out = append(c.out, createdHead...)
		for shift := 60; shift >= 0; shift -= 4 {
			c.out = append(c.out, "0123456789abcdef"[c.serial>>shift&15])
		}
		c.free(s)
		return
	}
	c.at.tally.statuses[status].Add(1)
	at := len(c.out)
	c.out = appendFrameHeader(c.out, 0, frameHeaders, flagEndHeaders|flagEndStream, s.id)
	c.out = append(c.out, 0x08, 3, byte('0'+status/100), byte('0'+status/10%10), byte('0'+status%10))
	if retryAfter != "" {
		c.out = appendField(c.out, "retry-after", retryAfter)
	}
	n := len(c.out) - at - frameHeader
	c.out[at+1], c.out[at+2] = byte(n>>8), byte(n)
	c.free(s)
}
