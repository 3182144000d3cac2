package pushservice

import (
	"net/http"
	"strings"
)

// bulky answers 201 with headers of a size, in as many frames as it takes.
func (c *conn) bulky(s *stream, size int) {
	block := []byte{0x08, 3, '2', '0', '1'}
	for len(block) < size {
		block = appendField(block, "x-bulk", bulk[:min(len(bulk), max(1, size-len(block)))])
	}
	c.at.tally.statuses[http.StatusCreated].Add(1)
	kind, flags := byte(frameHeaders), byte(flagEndStream)
	for {
		n := min(len(block), maxFrame)
		if n == len(block) {
			flags |= flagEndHeaders
		}
		c.out = appendFrameHeader(c.out, n, kind, flags, s.id)
		c.out = append(c.out, block[:n]...)
		if block = block[n:]; len(block) == 0 {
			break
		}
		kind, flags = frameContinuation, 0
	}
	c.free(s)
}

var bulk = strings.Repeat("bulk", 250)

// parts answers 201 as HTTP/2 allows and few do. Its body of 58 bytes is taken to
// fit the window of any stream.
func (c *conn) parts(s *stream) {
	c.at.tally.statuses[http.StatusCreated].Add(1)
	interim := appendField([]byte{0x08, 3, '1', '0', '3'}, "link", "</x>")
	c.out = appendFrameHeader(c.out, len(interim), frameHeaders, flagEndHeaders, s.id)
	c.out = append(c.out, interim...)

	block := appendField([]byte{0x08, 3, '2', '0', '1'}, "x-bulk", bulk[:400])
	const pad = 9
	c.out = appendFrameHeader(c.out, 1+5+1+pad, frameHeaders, flagPadded|flagPriority, s.id)
	c.out = append(c.out, pad, 0, 0, 0, 0, 3, block[0])
	c.out = append(c.out, make([]byte, pad)...)
	c.out = appendFrameHeader(c.out, 19, frameContinuation, 0, s.id)
	c.out = append(c.out, block[1:20]...)
	c.out = appendFrameHeader(c.out, len(block)-20, frameContinuation, flagEndHeaders, s.id)
	c.out = append(c.out, block[20:]...)

	const body = "created"
	if n := 1 + len(body) + 50; c.window >= n {
		c.window -= n
		c.out = appendFrameHeader(c.out, n, frameData, flagPadded, s.id)
		c.out = append(append(c.out, 50), body...)
		c.out = append(c.out, make([]byte, 50)...)
	}
	trailer := appendField(nil, "x-trailer", "1")
	c.out = appendFrameHeader(c.out, len(trailer), frameHeaders, flagEndHeaders|flagEndStream, s.id)
	c.out = append(c.out, trailer...)
	c.free(s)
}

// ask sends PINGs, which the client has to answer.
func (c *conn) ask(n int) {
	for range n {
		c.out = appendFrameHeader(c.out, 8, framePing, 0, 0)
		c.out = append(c.out, "answer!!"...)
	}
}
