package webpush

import (
	"encoding/binary"
	"time"
)

// settings obeys what the service sets, and confirms it.
func (c *conn) settings(f *frame) error {
	if f.flags&flagACK != 0 {
		if len(f.payload) != 0 || !c.ready {
			return &protocolError{codeFrameSize, "SETTINGS confirmed with settings, or before its own"}
		}
		return nil
	}
	if len(f.payload)%6 != 0 {
		return &protocolError{codeFrameSize, "SETTINGS"}
	}
	for p := f.payload; len(p) > 0; p = p[6:] {
		value := binary.BigEndian.Uint32(p[2:])
		switch binary.BigEndian.Uint16(p) {
		case settingTableSize:
			if value != c.table {
				c.table, c.sized = value, true
			}
		case settingEnablePush:
			if value != 0 {
				return &protocolError{codeProtocol, "a server cannot enable push"}
			}
		case settingMaxStreams:
			c.limit = int(min(value, maxStreams))
		case settingWindow:
			if value > maxWindow {
				return &protocolError{codeFlowControl, "window is too large"}
			}
			change := int(value) - c.firstWindow
			c.firstWindow = int(value)
			for _, at := range c.waiting {
				s := &c.slots[at]
				if s.window += change; s.window > maxWindow {
					return &protocolError{codeFlowControl, "window is too large"}
				}
			}
		case settingMaxFrame:
			// No frame of ours is longer than the least it can be.
			if value < maxFrame || value > 1<<24-1 {
				return &protocolError{codeProtocol, "impossible frame size"}
			}
		}
	}
	c.ready = true
	c.control = appendFrameHeader(c.control, 0, frameSettings, flagACK, 0)
	return nil
}

func (c *conn) windowUpdate(f *frame) error {
	if len(f.payload) != 4 {
		return &protocolError{codeFrameSize, "WINDOW_UPDATE"}
	}
	n := int(binary.BigEndian.Uint32(f.payload) &^ (1 << 31))
	if f.stream == 0 {
		if n == 0 {
			return &protocolError{codeProtocol, "empty WINDOW_UPDATE"}
		}
		if c.window += n; c.window > maxWindow {
			return &protocolError{codeFlowControl, "window is too large"}
		}
		return nil
	}
	if f.stream&1 == 0 || f.stream >= c.next {
		return &protocolError{codeProtocol, "window of a stream that we did not begin"}
	}
	s := c.find(f.stream)
	switch {
	case s == nil, s.rest == nil && n > 0: // the body is on its way
	case n == 0, s.window+n > maxWindow:
		c.unusable(s, errStatus)
	default:
		s.window += n
	}
	return nil
}

// mayBegin reports whether a new stream may be begun.
func (c *conn) mayBegin() bool {
	return c.ready && c.usable() && c.open < c.limit && c.window > 0 && len(c.waiting) < maxWaiting
}

// sendWaiting appends what the windows allow of the bodies that wait.
func (c *conn) sendWaiting(dst []byte) []byte {
	kept := c.waiting[:0]
	for _, at := range c.waiting {
		s := &c.slots[at]
		if n := min(len(s.rest), s.window, c.window); n > 0 {
			var flags byte
			if n == len(s.rest) {
				flags = flagEndStream
			}
			dst = appendFrameHeader(dst, n, frameData, flags, s.stream)
			dst = append(dst, s.rest[:n]...)
			s.rest = s.rest[n:]
			s.window -= n
			c.window -= n
		}
		if len(s.rest) > 0 {
			kept = append(kept, at)
		} else {
			s.rest = nil
		}
	}
	c.waiting = kept
	return dst
}

// tick is called a few times per Timeout. It ends streams that have waited too
// long or whose batch was stopped, asks a silent service whether it is there,
// and reports a reason to end the connection.
func (c *conn) tick(timeout, idle time.Duration) error {
	now := time.Now()
	c.mu.Lock()
	why := c.tickLocked(now, timeout, idle)
	settled := c.settled
	c.settled = nil
	wake := len(c.control) > 0 || c.mayBegin()
	c.mu.Unlock()
	tell(settled)
	if wake {
		c.poke()
	}
	return why
}

func (c *conn) tickLocked(now time.Time, timeout, idle time.Duration) error {
	switch {
	case c.err != nil:
		return nil
	case !c.ready:
		if now.Sub(c.begun) > timeout {
			return ErrTimeout
		}
		return nil
	case !c.pinged.IsZero() && now.Sub(c.pinged) > timeout/2 && c.heard.Before(c.pinged):
		return ErrTimeout
	case c.open == 0 && now.Sub(c.used) > idle, c.open == 0 && c.draining:
		return errIdle
	case c.window <= 0 && now.Sub(c.used) > timeout:
		return ErrTimeout // it lets us write no more
	}
	for i := range c.slots {
		s := &c.slots[i]
		if s.stream == 0 {
			continue
		}
		switch age := now.Sub(s.began); {
		case !s.settled && s.job.post.late.Err() != nil:
			c.settle(s, Outcome{Class: Retry, Unknown: true, Err: s.job.post.unsent().Err})
			c.reset(s, codeCancel)
		case age > timeout:
			c.settle(s, Outcome{Class: Retry, Unknown: true, Err: ErrTimeout})
			c.reset(s, codeCancel)
		}
	}
	if c.heard.After(c.pinged) {
		c.pinged = time.Time{}
	}
	if c.open > 0 && c.pinged.IsZero() && now.Sub(c.heard) > timeout/4 {
		c.pinged = now
		c.control = appendFrameHeader(c.control, 8, framePing, 0, 0)
		c.control = append(c.control, "are you?"...)
	}
	return nil
}
