package webpush

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// bare is a connection without a network, with n messages under way. What
// would go to another connection is settled as Unsent.
func bare(t testing.TB, n int) (*conn, []Outcome) {
	t.Helper()
	f := NewFast(Options{Services: services(t)})
	t.Cleanup(func() { f.Close() })
	l := &lane{fast: f, closed: true}
	f.places <- struct{}{}
	c := newConn(l, nil)
	c.ready = true
	out := make([]Outcome, n)
	call := &call{ctx: context.Background(), late: context.Background(), left: n, done: make(chan struct{})}
	call.tell = func(i int, o Outcome) {
		if out[i].Class != 0 {
			t.Errorf("message %d settled as %+v and as %+v", i, out[i], o)
		}
		out[i] = o
	}
	p := &post{call: call}
	for i := range n {
		*c.slot(c.next) = slot{stream: c.next, job: job{post: p, i: i}, began: time.Now()}
		if i%3 == 2 {
			c.slot(c.next).rest = make([]byte, 100)
			c.waiting = append(c.waiting, int(c.next>>1%slotCount))
		}
		c.open++
		c.next += 2
	}
	return c, out
}

func frameBytes(write func(*http2.Framer) error) []byte {
	var b bytes.Buffer
	if err := write(http2.NewFramer(&b, nil)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func block(fields ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	e.SetMaxDynamicTableSize(0)
	for i := 0; i < len(fields); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return b.Bytes()
}

func reply(stream uint32, end bool, fields ...string) []byte {
	return frameBytes(func(f *http2.Framer) error {
		return f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block(fields...), EndHeaders: true, EndStream: end})
	})
}

// What breaks HTTP/2 ends the connection with the code that RFC 9113 names.
func TestProtocolErrors(t *testing.T) {
	raw := func(kind, flags byte, stream uint32, payload ...byte) []byte {
		return append(appendFrameHeader(nil, len(payload), kind, flags, stream), payload...)
	}
	zeros := func(n int) []byte { return make([]byte, n) }
	for _, c := range []struct {
		name string
		in   []byte
		code uint32
	}{
		{"longer than we take", appendFrameHeader(nil, maxFrame+1, frameData, 0, 1), codeFrameSize},
		{"DATA on stream 0", raw(frameData, 0, 0), codeProtocol},
		{"DATA on an even stream", raw(frameData, 0, 2), codeProtocol},
		{"DATA on a stream to come", raw(frameData, 0, 101), codeProtocol},
		{"DATA padded with more than there is", raw(frameData, flagPadded, 1, 9), codeProtocol},
		{"DATA padded with nothing", raw(frameData, flagPadded, 1), codeProtocol},
		{"more DATA than the window", bytes.Repeat(raw(frameData, 0, 99, zeros(maxFrame)...), 5), codeFlowControl},
		{"HEADERS with half a priority", raw(frameHeaders, flagEndHeaders|flagPriority, 1, 1, 2, 3), codeProtocol},
		{"HEADERS interrupted", append(raw(frameHeaders, 0, 1), raw(framePing, 0, 0, zeros(8)...)...), codeProtocol},
		{"HEADERS continued elsewhere", append(raw(frameHeaders, 0, 1), raw(frameContinuation, 0, 3, 1)...), codeProtocol},
		{"CONTINUATION of nothing", raw(frameContinuation, 0, 1, 1), codeProtocol},
		{"CONTINUATION without end", append(raw(frameHeaders, 0, 1), bytes.Repeat(raw(frameContinuation, 0, 1, zeros(maxFrame)...), 4)...), codeCalm},
		{"CONTINUATION of nothing, often", append(raw(frameHeaders, 0, 1), raw(frameContinuation, 0, 1)...), codeCalm},
		{"bad compression", raw(frameHeaders, flagEndHeaders, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), codeCompression},
		{"an index of a table we do not have", raw(frameHeaders, flagEndHeaders, 1, 0x80|62), codeCompression},
		{"RST_STREAM of 3 bytes", raw(frameRST, 0, 1, 1, 2, 3), codeFrameSize},
		{"SETTINGS on a stream", raw(frameSettings, 0, 1), codeProtocol},
		{"SETTINGS of 5 bytes", raw(frameSettings, 0, 0, zeros(5)...), codeFrameSize},
		{"SETTINGS confirmed with settings", raw(frameSettings, flagACK, 0, zeros(6)...), codeFrameSize},
		{"SETTINGS enables push", raw(frameSettings, 0, 0, 0, 2, 0, 0, 0, 1), codeProtocol},
		{"SETTINGS with a huge window", raw(frameSettings, 0, 0, 0, 4, 0x80, 0, 0, 0), codeFlowControl},
		{"SETTINGS with tiny frames", raw(frameSettings, 0, 0, 0, 5, 0, 0, 0, 1), codeProtocol},
		{"PUSH_PROMISE", raw(framePushPromise, 0, 1, zeros(4)...), codeProtocol},
		{"PING of 7 bytes", raw(framePing, 0, 0, zeros(7)...), codeFrameSize},
		{"a flood of PINGs", bytes.Repeat(raw(framePing, 0, 0, zeros(8)...), 5000), codeCalm},
		{"a flood of SETTINGS", bytes.Repeat(raw(frameSettings, 0, 0), 8000), codeCalm},
		{"GOAWAY of 7 bytes", raw(frameGoAway, 0, 0, zeros(7)...), codeFrameSize},
		{"WINDOW_UPDATE by nothing", raw(frameWindowUpdate, 0, 0, zeros(4)...), codeProtocol},
		{"WINDOW_UPDATE over the top", raw(frameWindowUpdate, 0, 0, 0x7f, 0xff, 0xff, 0xff), codeFlowControl},
		{"WINDOW_UPDATE of a stream to come", raw(frameWindowUpdate, 0, 101, 0, 0, 0, 1), codeProtocol},
	} {
		conn, out := bare(t, 50)
		_, err := conn.feed(c.in)
		var broken *protocolError
		if !errors.As(err, &broken) || broken.code != c.code {
			t.Errorf("%s: %v, want code %d", c.name, err, c.code)
		}
		if err == nil {
			continue
		}
		conn.fail(err)
		for i, o := range out {
			if o.Class == 0 {
				t.Errorf("%s: message %d was not settled", c.name, i)
			}
		}
	}
	conn, _ := bare(t, 1)
	conn.ready = false
	if _, err := conn.feed(raw(framePing, 0, 0, zeros(8)...)); err == nil {
		t.Error("a connection that does not begin with SETTINGS was taken")
	}
}

// What a stream does wrong costs that stream alone.
func TestStreamErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
		want Outcome
	}{
		{"no status", reply(1, true, "server", "x"), Outcome{Class: Retry, Unknown: true}},
		{"an interim answer at the end", reply(1, true, ":status", "103"), Outcome{Class: Retry, Unknown: true}},
		{"a body without headers", appendFrameHeader(nil, 0, frameData, flagEndStream, 1), Outcome{Class: Retry, Unknown: true}},
		{"a body without end", append(reply(1, false, ":status", "201"), bytes.Repeat(append(appendFrameHeader(nil, 5000, frameData, 0, 1), make([]byte, 5000)...), 2)...), Outcome{Class: Accepted, Status: 201}},
		{"reset after the status", append(reply(1, false, ":status", "410"), appendReset(nil, 1, codeCancel)...), Outcome{Class: Gone, Status: 410}},
		{"an endless Retry-After", reply(1, true, ":status", "429", "retry-after", string(bytes.Repeat([]byte("9"), 500))), Outcome{Class: Throttled, Status: 429, RetryAfter: time.Minute}},
		{"two statuses", reply(1, true, ":status", "201", ":status", "404"), Outcome{Class: Gone, Status: 404}},
	} {
		conn, out := bare(t, 2)
		if _, err := conn.feed(c.in); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		out[0].Err = nil
		if out[0] != c.want || out[1].Class != 0 || conn.open != 1 {
			t.Errorf("%s: %+v with %d streams open, want %+v", c.name, out, conn.open, c.want)
		}
	}
}

func FuzzConn(f *testing.F) {
	settings := frameBytes(func(f *http2.Framer) error {
		return f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10}, http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 3}, http2.Setting{ID: 1, Val: 77})
	})
	f.Add(append(settings, reply(1, true, ":status", "201")...), uint16(9))
	f.Add(append(reply(3, false, ":status", "429", "retry-after", "7"), appendReset(nil, 5, codeRefused)...), uint16(30))
	f.Add(append(appendWindowUpdate(appendWindowUpdate(nil, 0, 50), 5, 20), appendGoAway(nil, 0)...), uint16(3))
	f.Add(append(appendFrameHeader(nil, 1, frameHeaders, 0, 1), append([]byte{0x88}, appendFrameHeader(nil, 0, frameContinuation, flagEndHeaders, 1)...)...), uint16(1))
	f.Fuzz(func(t *testing.T, in []byte, cut uint16) {
		c, out := bare(t, 12)
		w := &writer{conn: c, encoder: newEncoder()}
		var err error
		held := []byte(nil)
		for len(in) > 0 && err == nil {
			n := min(len(in), int(cut)+1)
			held = append(held, in[:n]...)
			in = in[n:]
			var used int
			used, err = c.feed(held)
			held = held[used:]
			if err == nil {
				w.collect()
				w.buf = w.buf[:0]
			}
			if len(c.control) > 2*maxControl+2*maxFrame || len(c.assembly) > maxHeaders+maxFrame {
				t.Fatalf("%d bytes to answer, %d of headers", len(c.control), len(c.assembly))
			}
			open, waiting := 0, 0
			for i := range c.slots {
				if c.slots[i].stream != 0 {
					open++
				}
				if c.slots[i].rest != nil {
					waiting++
				}
			}
			if open != c.open || waiting != len(c.waiting) {
				t.Fatalf("%d open and %d waiting, counted %d and %d", open, waiting, c.open, len(c.waiting))
			}
		}
		c.fail(errLost)
		for i, o := range out {
			if o.Class == 0 {
				t.Errorf("message %d was not settled", i)
			}
		}
	})
}

// What hpack's own decoder makes of a block, ours makes as well.
func FuzzReply(f *testing.F) {
	f.Add(block(":status", "201", "location", "/m/1"))
	f.Add(block(":status", "429", "retry-after", "120"))
	f.Add(append([]byte{0x20}, block(":status", "404")...))
	f.Add([]byte{0x48, 0x82, 0x10, 0x03})
	f.Add([]byte{0x00, 0x07, ':', 's', 't', 'a', 't', 'u', 's', 0x03, '5', '0', '3'})
	var d decoder
	f.Fuzz(func(t *testing.T, in []byte) {
		err := d.decode(in)
		theirs := hpack.NewDecoder(0, nil)
		theirs.SetAllowedMaxDynamicTableSize(0)
		fields, theirErr := theirs.DecodeFull(in)
		if theirErr != nil || err != nil {
			return // theirs looks at what ours skips; ours takes three digits alone
		}
		status, after := "", ""
		for _, h := range fields {
			if h.Name == ":status" && len(h.Value) == 3 {
				status = h.Value
			}
			if h.Name == "retry-after" && len(h.Value) <= maxRetryAfterText {
				after = h.Value
			}
		}
		got := d.status
		for _, h := range fields {
			if h.Name == ":status" && len(h.Value) > 30 || h.Name == "retry-after" && len(h.Value) > 30 {
				return // longer than ours cares to decode, as codes or as text
			}
		}
		if n, ok := readStatus([]byte(status)); ok && got != n || !ok && got != 0 || string(d.retryAfter) != after {
			t.Errorf("%x: status %d, retry after %q, want %q and %q", in, got, d.retryAfter, status, after)
		}
	})
}

// hpack's own decoder reads what the encoder writes, whatever changes between.
func FuzzEncoder(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 17, 18, 19})
	f.Add([]byte{100, 0, 101, 1, 102, 0, 103, 1})
	f.Fuzz(func(t *testing.T, steps []byte) {
		e := newEncoder()
		d := hpack.NewDecoder(maxTable, nil)
		d.SetAllowedMaxDynamicTableSize(1 << 20)
		for i, s := range steps[:min(len(steps), 200)] {
			if s >= 100 {
				e.setMax(uint32(s-100) * 30)
				continue
			}
			h := &header{
				authority: "push.example.org", authorization: string(bytes.Repeat([]byte{'a' + s%7}, 10+int(s)*5)),
				length: "615", ttl: string('0' + rune(s%10)), urgency: "high", topic: string(bytes.Repeat([]byte("t"), int(s%3))),
			}
			path := string(bytes.Repeat([]byte("/x"), 1+i))
			fields, err := d.DecodeFull(e.append(nil, h, path))
			if err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			got := map[string]string{}
			for _, f := range fields {
				got[f.Name] = f.Value
				if f.Name == ":path" && !f.Sensitive {
					t.Error("the path may be indexed")
				}
			}
			if got[":method"] != "POST" || got[":scheme"] != "https" || got[":path"] != path || got[":authority"] != h.authority ||
				got["authorization"] != h.authorization || got["content-length"] != "615" || got["content-encoding"] != "aes128gcm" ||
				got["ttl"] != h.ttl || got["urgency"] != "high" || got["topic"] != h.topic {
				t.Fatalf("step %d: %v, want %+v", i, got, h)
			}
		}
	})
}

// hpack's own decoder reads strings of every length, and of both kinds: shorter by
// Huffman's code, and not.
func TestStringsOfEveryLength(t *testing.T) {
	d := hpack.NewDecoder(0, nil)
	before := []byte("before")
	for n := range MaxEndpoint + 1 {
		for _, kind := range []string{"a", "~", "/fcm/send/APA91b"} {
			s := strings.Repeat(kind, n/len(kind)+1)[:n]
			b := appendString(appendInt(before[:6:6], 0x10, 4, staticPath), s)
			fields, err := d.DecodeFull(b[6:])
			if err != nil || len(fields) != 1 || fields[0].Value != s || !bytes.HasPrefix(b, before) {
				t.Fatalf("%d bytes of %q: %v, %v", n, kind, fields, err)
			}
			if most := n + 3 + 1; len(b)-6 > most {
				t.Errorf("%d bytes of %q are %d, want at most %d", n, kind, len(b)-6, most)
			}
		}
	}
}

func BenchmarkHeaders(b *testing.B) {
	e := newEncoder()
	h := &header{authority: "push.example.org", authorization: "vapid t=x, k=y", length: "615", ttl: "3600", urgency: "high", topic: "t"}
	path := "/fcm/send/" + strings.Repeat("dGhpcyBpcyBub3QgYSB0b2tlbg:APA91b", 5)
	block := e.append(nil, h, path)
	for b.Loop() {
		block = e.append(block[:0], h, path)
	}
}

// A message after the first costs few bytes of headers.
func TestHeadersAreIndexed(t *testing.T) {
	e := newEncoder()
	h := &header{authority: "push.example.org", authorization: "vapid t=x, k=y", length: "615", ttl: "3600", urgency: "high", topic: "t"}
	first := len(e.append(nil, h, "/"))
	e.append(nil, h, "/")
	block := e.append(nil, h, "/")
	if len(block) > 15 {
		t.Errorf("headers of %d bytes, then %d, want at most 15", first, len(block))
	}
	if n := testing.AllocsPerRun(100, func() { block = e.append(block[:0], h, "/") }); n > 0 {
		t.Errorf("writing headers allocates %v times", n)
	}
}

func TestRepliesDoNotAllocate(t *testing.T) {
	c, _ := bare(t, 0)
	answer := reply(1, true, ":status", "201", "location", "/m/1", "date", "x")
	second := len(answer)
	answer = append(answer, reply(3, true, ":status", "404")...)
	p := &post{call: &call{ctx: context.Background(), late: context.Background(), tell: func(int, Outcome) {}}}
	if n := testing.AllocsPerRun(200, func() {
		for range 2 {
			*c.slot(c.next) = slot{stream: c.next, job: job{post: p}}
			c.open++
			c.next += 2
		}
		if _, err := c.feed(answer); err != nil || c.open != 0 {
			t.Fatalf("%v, %d open", err, c.open)
		}
		// The streams of the next round.
		binary.BigEndian.PutUint32(answer[5:], c.next)
		binary.BigEndian.PutUint32(answer[second+5:], c.next+2)
	}); n > 0 {
		t.Errorf("two answers allocate %v times", n)
	}
}
