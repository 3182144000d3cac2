package webpush

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"time"
)

var (
	errRefused = errors.New("push service refused the stream")
	errGoAway  = errors.New("push service ended the connection before the message")
)

// read is the goroutine that reads.
func (c *conn) read() {
	buf := make([]byte, 2*(frameHeader+maxFrame))
	held := 0
	for {
		n, err := c.net.Read(buf[held:])
		held += n
		used, ferr := c.feed(buf[:held])
		if ferr != nil {
			err = ferr
		}
		if err != nil {
			if ferr == nil {
				err = fmt.Errorf("%w: %w", errLost, err)
			}
			c.fail(err)
			return
		}
		held = copy(buf, buf[used:held])
	}
}

// feed handles the whole frames in b and says how much that was. Everything
// that one read brought is handled under one lock and told after it.
func (c *conn) feed(b []byte) (used int, err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return 0, c.err
	}
	c.heard = time.Now()
	rest := b
	for err == nil {
		var f frame
		var ok bool
		if f, rest, ok, err = readFrame(rest); !ok {
			break
		}
		err = c.frame(&f)
	}
	if err == nil && len(c.control) > maxControl {
		err = &protocolError{codeCalm, "asks for more answers than it reads"}
	}
	if c.receive < defaultWindow/2 {
		c.control = appendWindowUpdate(c.control, 0, defaultWindow-c.receive)
		c.receive = defaultWindow
	}
	settled, again := c.settled, c.again
	c.settled, c.again = nil, nil
	wake := len(c.control) > 0 || c.draining || c.mayBegin() || len(c.waiting) > 0
	c.mu.Unlock()
	tell(settled)
	if len(again) > 0 {
		c.lane.add(again)
	}
	c.mu.Lock()
	if c.settled == nil { // keep the memory
		c.settled, c.again = settled[:0], again[:0]
	}
	c.mu.Unlock()
	if wake {
		c.poke()
	}
	return len(b) - len(rest), err
}

func (c *conn) frame(f *frame) error {
	if !c.ready && f.kind != frameSettings {
		return &protocolError{codeProtocol, "does not begin with SETTINGS"}
	}
	if c.partial.stream != 0 && (f.kind != frameContinuation || f.stream != c.partial.stream) {
		return &protocolError{codeProtocol, "interrupts its headers"}
	}
	switch f.kind {
	case frameData, frameHeaders, frameRST, frameContinuation:
		if f.stream == 0 || f.stream&1 == 0 || f.stream >= c.next {
			return &protocolError{codeProtocol, "answers on a stream that we did not begin"}
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
	case frameRST:
		return c.rst(f)
	case frameSettings:
		return c.settings(f)
	case framePing:
		return c.ping(f)
	case frameGoAway:
		return c.goAway(f)
	case frameWindowUpdate:
		return c.windowUpdate(f)
	case framePushPromise:
		return &protocolError{codeProtocol, "pushes although it may not"}
	}
	return nil // PRIORITY, and what is not known
}

// data counts a body and throws it away.
func (c *conn) data(f *frame) error {
	if _, ok := f.unpadded(); !ok {
		return &protocolError{codeProtocol, "pads more than there is"}
	}
	if c.receive -= len(f.payload); c.receive < 0 {
		return &protocolError{codeFlowControl, "sends more than the window"}
	}
	s := c.find(f.stream)
	if s == nil {
		return nil // ended by us a moment ago
	}
	s.received += len(f.payload)
	switch {
	case f.flags&flagEndStream != 0:
		c.ended(s)
	case s.received > maxReplyBody:
		c.unusable(s, errStatus)
	}
	return nil
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
	return c.reply(f, block)
}

func (c *conn) continuation(f *frame) error {
	if c.partial.stream == 0 {
		return &protocolError{codeProtocol, "continues no headers"}
	}
	c.assembly = append(c.assembly, f.payload...)
	if len(c.assembly) > maxHeaders || len(f.payload) == 0 && f.flags&flagEndHeaders == 0 {
		return &protocolError{codeCalm, "sends too long headers"}
	}
	if f.flags&flagEndHeaders == 0 {
		return nil
	}
	begin := c.partial
	c.partial = frame{}
	return c.reply(&begin, c.assembly)
}

// reply takes a whole header block: of an interim answer, the answer, or its
// trailers. The answer counts from here on, whatever comes after it.
func (c *conn) reply(f *frame, block []byte) error {
	s := c.find(f.stream)
	if s == nil {
		return nil // no block depends on another, so it may be skipped
	}
	end := f.flags&flagEndStream != 0
	if !s.settled {
		switch err := c.decoder.decode(block); {
		case errors.Is(err, errCompression):
			return &protocolError{codeCompression, err.Error()}
		case err != nil, c.decoder.status == 0, c.decoder.status < http.StatusOK && end:
			c.unusable(s, errStatus)
			return nil
		}
		if c.decoder.status >= http.StatusOK {
			c.settle(s, answered(c.decoder.status, c.decoder.retryAfter, c.lane.fast.o.Now))
			c.answers++
			c.used = c.heard
		}
	}
	if end {
		c.ended(s)
	}
	return nil
}

// ended is called when the service has said all on a stream.
func (c *conn) ended(s *slot) {
	if !s.settled {
		c.unusable(s, errStatus)
		return
	}
	if s.rest != nil { // it does not want the rest of the body
		c.reset(s, codeCancel)
		return
	}
	c.free(s)
}

// unusable ends a stream whose answer is of no use.
func (c *conn) unusable(s *slot, why error) {
	c.settle(s, Outcome{Class: Retry, Unknown: true, Err: why})
	c.reset(s, codeProtocol)
}

func (c *conn) rst(f *frame) error {
	if len(f.payload) != 4 {
		return &protocolError{codeFrameSize, "RST_STREAM"}
	}
	s := c.find(f.stream)
	if s == nil {
		return nil
	}
	switch code := binary.BigEndian.Uint32(f.payload); code {
	case codeRefused:
		c.retry(s, costWaste, errRefused)
	case codeHTTP11:
		c.draining = true
		c.lane.retire(c)
		c.lane.preferHTTP1()
		c.retry(s, costWaste, errRefused)
	default:
		c.settle(s, Outcome{Class: Retry, Unknown: true, Err: fmt.Errorf("push service reset the stream with code %d", code)})
	}
	c.free(s)
	return nil
}

func (c *conn) ping(f *frame) error {
	if len(f.payload) != 8 {
		return &protocolError{codeFrameSize, "PING"}
	}
	if f.flags&flagACK != 0 {
		return nil // that it was heard is enough
	}
	c.control = appendFrameHeader(c.control, 8, framePing, flagACK, 0)
	c.control = append(c.control, f.payload...)
	return nil
}

// goAway: streams above the last one named were not and will not be processed,
// so they go elsewhere; the others go on.
func (c *conn) goAway(f *frame) error {
	if len(f.payload) < 8 {
		return &protocolError{codeFrameSize, "GOAWAY"}
	}
	c.draining = true
	c.goneID = min(c.goneID, binary.BigEndian.Uint32(f.payload)&^(1<<31))
	for i := range c.slots {
		if s := &c.slots[i]; s.stream > c.goneID {
			c.retry(s, c.cost(), errGoAway)
			c.free(s)
		}
	}
	c.lane.retire(c)
	return nil
}
