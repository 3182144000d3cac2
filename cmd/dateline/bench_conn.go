package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/andybalholm/brotli"
)

// A benchConn is one keep-alive connection of the simplest client there is: it costs
// a fraction of net/http's, so that more of a small machine is left to what is
// measured. It understands what our server sends to a GET and nothing more.
type benchConn struct {
	conn net.Conn
	in   *bufio.Reader
}

// dialBench opens a connection that gives up after the given time.
func dialBench(address string, within time.Duration) (*benchConn, error) {
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	if err := c.SetDeadline(time.Now().Add(within)); err != nil {
		c.Close()
		return nil, err
	}
	return &benchConn{c, bufio.NewReaderSize(c, 64<<10)}, nil
}

func (c *benchConn) close() { c.conn.Close() }

// benchAsk is a whole GET request. Further headers come in pairs.
func benchAsk(address, path string, headers ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\n", path, address)
	for i := 0; i < len(headers); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", headers[i], headers[i+1])
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// A benchHead is what a client must know of an answer.
type benchHead struct {
	status, length int
	etag, encoding string // only if asked for: copies cost
}

// send sends a request and reads the head of its answer, the whole of it if asked.
func (c *benchConn) send(request []byte, whole bool) (benchHead, error) {
	if _, err := c.conn.Write(request); err != nil {
		return benchHead{}, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return benchHead{}, err
	}
	h := benchHead{length: -1}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return h, fmt.Errorf("no answer in HTTP/1.1: %.40q", line)
	}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, fmt.Errorf("no status in %.40q", line)
	}
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return h, err
		}
		if len(line) <= 2 {
			break
		}
		if v, ok := headerValue(line, "Content-Length: "); ok {
			if h.length, err = strconv.Atoi(string(v)); err != nil {
				return h, fmt.Errorf("no length in %.60q", line)
			}
		} else if whole {
			if v, ok := headerValue(line, "Etag: "); ok {
				h.etag = string(v)
			}
			if v, ok := headerValue(line, "Content-Encoding: "); ok {
				h.encoding = string(v)
			}
		}
	}
	if h.status == 304 {
		h.length = 0
	}
	if h.length < 0 {
		return h, errors.New("an answer without a Content-Length")
	}
	return h, nil
}

func headerValue(line []byte, name string) ([]byte, bool) {
	if len(line) < len(name)+2 || string(line[:len(name)]) != name {
		return nil, false
	}
	return bytes.TrimRight(line[len(name):], "\r\n"), true
}

// skip reads an answer's body for nothing.
func (c *benchConn) skip(h benchHead) error {
	_, err := c.in.Discard(h.length)
	return err
}

// browserEncodings is what today's browsers send.
const browserEncodings = "gzip, deflate, br, zstd"

// benchEncodings are the forms in which readers' programs ask for a page.
var benchEncodings = []string{"br", "gzip", "identity"}

// read reads an answer's body and unpacks it. The head must have been read whole.
func (c *benchConn) read(h benchHead) (string, error) {
	packed := make([]byte, h.length)
	if _, err := io.ReadFull(c.in, packed); err != nil {
		return "", err
	}
	var in io.Reader = bytes.NewReader(packed)
	switch h.encoding {
	case "":
		return string(packed), nil
	case "br":
		in = brotli.NewReader(in)
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return "", err
		}
		in = z
	default:
		return "", fmt.Errorf("an answer with the encoding %q, which was not asked for", h.encoding)
	}
	body, err := io.ReadAll(in)
	return string(body), err
}

// page asks for a page in a form that readers' programs ask for.
func (c *benchConn) page(address, path, encoding string, headers ...string) (benchHead, string, error) {
	h, err := c.send(benchAsk(address, path, append(headers, "Accept-Encoding", encoding)...), true)
	var body string
	if err == nil {
		body, err = c.read(h)
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", path, err)
	}
	return h, body, err
}
