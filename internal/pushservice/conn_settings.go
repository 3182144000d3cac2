package pushservice

import (
	"encoding/binary"
	"time"
)

// settings are what we ask of a client.
type settings struct {
	streams int
	window  int // per stream
	table   int
	small   bool // the window is small on purpose: give back what came, at once
}

// credit is what the client may send on the connection before it must wait.
func (s *settings) credit() int {
	if s.small {
		return defaultWindow
	}
	return goodCredit
}

// wanted are the settings now.
func (at *origin) wanted(now time.Time) settings {
	s := settings{streams: at.s.o.Streams, window: goodWindow, table: defaultTable}
	if t := at.trouble(Settings, now); t != nil {
		if t.Streams != nil {
			s.streams = int(*t.Streams)
		}
		if t.Window != nil {
			s.window, s.small = int(*t.Window), true
		}
		if t.Table != nil {
			s.table = int(*t.Table)
		}
	}
	return s
}

// greet sends the first settings. Until they are confirmed the client may hold
// itself to RFC 9113's: no limit of streams, windows of 65,535 bytes.
func (c *conn) greet() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = settings{streams: 1<<31 - 1, window: defaultWindow, table: defaultTable}
	c.told = c.held
	w := c.at.wanted(c.at.s.o.Now())
	c.tell(w)
	if n := w.credit() - c.credit; n > 0 {
		c.out = appendWindowUpdate(c.out, 0, n)
		c.credit += n
	}
	return c.flush()
}

// announce tells a client of changed settings.
func (c *conn) announce(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.at.wanted(now)
	if c.err != nil || c.told == w || c.told == (settings{}) { // not greeted yet
		return
	}
	c.tell(w)
	if c.flush() != nil {
		_ = c.ahead.Close() // the reader finds out
	}
}

// tell writes SETTINGS. What they allow more is allowed from now on, what they
// take away is taken when the client has confirmed.
func (c *conn) tell(w settings) {
	c.out = appendFrameHeader(c.out, 3*6, frameSettings, 0, 0)
	c.out = appendSetting(c.out, settingStreams, uint32(w.streams))
	c.out = appendSetting(c.out, settingWindow, uint32(w.window))
	c.out = appendSetting(c.out, settingTableSize, uint32(w.table))
	c.told = w
	c.acks = append(c.acks, w)
	loose := w
	loose.streams = max(w.streams, c.held.streams)
	loose.window = max(w.window, c.held.window)
	loose.table = max(w.table, c.held.table)
	c.hold(loose)
}

func (c *conn) hold(s settings) {
	// A smaller window is not taken from streams that are open: the client may
	// have set bytes aside for them before it confirmed, as net/http does.
	if more := s.window - c.held.window; more > 0 {
		for _, st := range c.streams {
			st.credit += more
		}
	}
	if s.table != c.held.table {
		c.decoder.allow(s.table)
	}
	c.held = s
}

// settings reads the client's, none of which matters to us but that they are
// right: our headers use no table and our bodies are a few bytes.
func (c *conn) settings(f *frame) error {
	if f.flags&flagACK != 0 {
		if len(f.payload) != 0 {
			return &protocolError{codeFrameSize, "SETTINGS confirmed with settings"}
		}
		if len(c.acks) == 0 {
			return &protocolError{codeProtocol, "SETTINGS confirmed that were not sent"}
		}
		held := c.acks[0]
		c.acks = c.acks[1:]
		for _, w := range c.acks { // it may know them already
			held.streams = max(held.streams, w.streams)
			held.window = max(held.window, w.window)
			held.table = max(held.table, w.table)
		}
		c.hold(held)
		return nil
	}
	if len(f.payload)%6 != 0 {
		return &protocolError{codeFrameSize, "SETTINGS"}
	}
	for p := f.payload; len(p) > 0; p = p[6:] {
		value := binary.BigEndian.Uint32(p[2:])
		switch id := binary.BigEndian.Uint16(p); {
		case id == 2 && value > 1:
			return &protocolError{codeProtocol, "push is neither on nor off"}
		case id == settingWindow && value > maxWindow:
			return &protocolError{codeFlowControl, "window is too large"}
		case id == 5 && (value < maxFrame || value > 1<<24-1):
			return &protocolError{codeProtocol, "impossible frame size"}
		}
	}
	c.out = appendFrameHeader(c.out, 0, frameSettings, flagACK, 0)
	return nil
}
