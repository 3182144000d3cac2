package pushservice

import (
	"encoding/binary"
	"fmt"
	"net/http"
)

func (c *conn) frame(f *frame) error {
	if c.partial.stream != 0 && (f.kind != frameContinuation || f.stream != c.partial.stream) {
		return &protocolError{codeProtocol, "interrupts its headers"}
	}
	switch f.kind {
	case frameData, frameHeaders, frameReset, framePriority:
		if f.stream == 0 {
			return &protocolError{codeProtocol, "speaks of no stream"}
		}
	case frameSettings, framePing, frameGoAway:
		if f.stream != 0 {
			return &protocolError{codeProtocol, "speaks of the connection on a stream"}
		}
	}
	switch f.kind {
	case frameData:
		return c.data(f)
	case frameHeaders:
		return c.headers(f)
	case frameContinuation:
		return c.continuation(f)
	case frameReset:
		return c.reset(f)
	case frameSettings:
		return c.settings(f)
	case framePing:
		return c.ping(f)
	case frameWindowUpdate:
		return c.windowUpdate(f)
	case framePushPromise:
		return &protocolError{codeProtocol, "pushes although it is a client"}
	}
	return nil // PRIORITY, GOAWAY, and what is not known
}

func (c *conn) headers(f *frame) error {
	block, ok := f.unpadded()
	if !ok {
		return &protocolError{codeProtocol, "pads more than there is"}
	}
	if f.flags&flagEndHeaders == 0 {
		c.partial = *f
		c.partial.payload = nil
		c.assembly = append(c.assembly[:0], block...)
		return nil
	}
	return c.open(f, block)
}

func (c *conn) continuation(f *frame) error {
	if c.partial.stream == 0 {
		return &protocolError{codeProtocol, "goes on with no headers"}
	}
	if len(c.assembly)+len(f.payload) > 2*maxList {
		return &protocolError{codeCalm, "headers are too long"}
	}
	c.assembly = append(c.assembly, f.payload...)
	if f.flags&flagEndHeaders == 0 {
		return nil
	}
	p := c.partial
	c.partial = frame{}
	return c.open(&p, c.assembly)
}

// open begins a message with its headers.
func (c *conn) open(f *frame, block []byte) error {
	r := &c.request
	r.reset()
	if err := c.decoder.decode(block, r); err != nil {
		return err
	}
	if f.stream <= c.last {
		if s := c.streams[f.stream]; s != nil && !s.ended && f.flags&flagEndStream != 0 {
			return c.finish(s, nil) // trailers
		}
		if f.stream > c.goneID {
			return nil
		}
		return &protocolError{codeClosed, "headers on a stream that has ended"}
	}
	if f.stream&1 == 0 {
		return &protocolError{codeProtocol, "begins a stream of ours"}
	}
	c.last = f.stream
	if f.stream > c.goneID {
		return nil // sent before it read our GOAWAY
	}
	if len(c.streams) >= c.held.streams || len(c.streams) >= c.told.streams {
		if len(c.streams) >= c.held.streams {
			c.violation(f.stream, fmt.Sprintf("%d streams at once, allowed %d", len(c.streams)+1, c.held.streams))
		}
		c.out = appendReset(c.out, f.stream, codeRefused)
		return nil
	}
	s := c.begin(f.stream)
	if r.broken != "" || !r.seen[nameMethod] || !r.seen[nameScheme] || !r.seen[namePath] {
		c.violation(f.stream, "headers are no request: "+r.broken)
		c.out = appendReset(c.out, f.stream, codeProtocol)
		c.free(s)
		return nil
	}
	var why error
	s.hearing, s.status, why = c.judge.headers(r, c.now)
	if s.status != 0 {
		c.judge.refuse(&s.hearing, s.status, why, c.now)
	} else if t := c.early(s); t != nil {
		c.answer(s, t.Status, t.retryAfter(c.now), 0)
		c.out = appendReset(c.out, f.stream, codeNone)
		return nil
	}
	if f.flags&flagEndStream != 0 {
		return c.finish(s, nil)
	}
	return nil
}

// violation notes a breach of HTTP/2 that ends one stream.
func (c *conn) violation(id uint32, why string) {
	c.at.tally.violations.Add(1)
	c.at.s.log.add(Message{At: c.now, Origin: c.at.index, Number: -1, State: stateRefused, Why: fmt.Sprintf("stream %d: %s", id, why)})
}

func (c *conn) data(f *frame) error {
	payload, ok := f.unpadded()
	if !ok {
		return &protocolError{codeProtocol, "pads more than there is"}
	}
	n := len(f.payload)
	if c.credit -= n; c.credit < 0 {
		return &protocolError{codeFlowControl, "sends more than the connection's window"}
	}
	if c.held.small && n > 0 {
		c.credit += n
		c.out = appendWindowUpdate(c.out, 0, n)
	}
	s := c.streams[f.stream]
	if s == nil || s.ended {
		if f.stream > c.last {
			return &protocolError{codeProtocol, "data on a stream that was not begun"}
		}
		return nil // ended by us a moment ago
	}
	if s.credit -= n; s.credit < 0 {
		return &protocolError{codeFlowControl, "sends more than the stream's window"}
	}
	if len(s.body)+len(payload) > MaxBody {
		if s.status == 0 {
			c.judge.refuse(&s.hearing, http.StatusRequestEntityTooLarge, errBody, c.now)
		}
		c.answer(s, http.StatusRequestEntityTooLarge, "", 0)
		c.out = appendReset(c.out, f.stream, codeNone)
		return nil
	}
	if f.flags&flagEndStream != 0 {
		return c.finish(s, payload)
	}
	s.body = append(s.body, payload...)
	if n > 0 {
		s.credit += n
		c.out = appendWindowUpdate(c.out, f.stream, n)
	}
	return nil
}

func (c *conn) reset(f *frame) error {
	if len(f.payload) != 4 {
		return &protocolError{codeFrameSize, "RST_STREAM"}
	}
	if f.stream > c.last {
		return &protocolError{codeProtocol, "ends a stream that was not begun"}
	}
	if s := c.streams[f.stream]; s != nil {
		c.dropLate(s.id)
		c.free(s)
	}
	return nil
}

func (c *conn) ping(f *frame) error {
	if len(f.payload) != 8 {
		return &protocolError{codeFrameSize, "PING"}
	}
	if f.flags&flagACK == 0 {
		c.out = appendFrameHeader(c.out, 8, framePing, flagACK, 0)
		c.out = append(c.out, f.payload...)
	}
	return nil
}

// windowUpdate matters to the few bodies that we send.
func (c *conn) windowUpdate(f *frame) error {
	if len(f.payload) != 4 {
		return &protocolError{codeFrameSize, "WINDOW_UPDATE"}
	}
	n := binary.BigEndian.Uint32(f.payload) &^ (1 << 31)
	if f.stream == 0 {
		if n == 0 {
			return &protocolError{codeProtocol, "empty WINDOW_UPDATE"}
		}
		if c.window += int(n); c.window > maxWindow {
			return &protocolError{codeFlowControl, "window is too large"}
		}
	}
	if f.stream > c.last {
		return &protocolError{codeProtocol, "window of a stream that was not begun"}
	}
	return nil
}
