package webpush

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A peer is one HTTP/2 connection at the service.
type peer struct {
	s       *service
	n       net.Conn
	f       *http2.Framer
	enc     *hpack.Encoder
	head    bytes.Buffer
	bodies  map[uint32]*incoming
	window  int // what we gave for the connection
	count   int
	gone    bool
	last    uint32 // that is processed then
	limit   int
	initial int
}

type incoming struct {
	headers map[string]string
	body    []byte
	window  int
}

func (s *service) serve(n net.Conn) {
	p := &peer{s: s, n: n, bodies: map[uint32]*incoming{}, window: 65535, limit: 1 << 30, initial: 65535}
	err := p.serve()
	n.Close()
	s.mu.Lock()
	delete(s.conns, n)
	s.mu.Unlock()
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		var op *net.OpError
		if !errors.As(err, &op) {
			s.t.Errorf("service: %v", err)
		}
	}
}

func (p *peer) serve() error {
	buf := make([]byte, len(preface))
	if _, err := io.ReadFull(p.n, buf); err != nil {
		return err
	}
	if string(buf) != preface {
		return fmt.Errorf("preface %q", buf)
	}
	p.f = http2.NewFramer(p.n, p.n)
	p.f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	p.enc = hpack.NewEncoder(&p.head)
	p.enc.SetMaxDynamicTableSizeLimit(0)
	p.obey(p.s.settings)
	if err := p.f.WriteSettings(p.s.settings...); err != nil {
		return err
	}
	for {
		f, err := p.f.ReadFrame()
		if err != nil {
			return err
		}
		if err := p.frame(f); err != nil {
			return err
		}
	}
}

// obey takes our own settings to be in force. Only settings that forbid
// nothing that is on its way are changed later, but for the table, which the
// client's next headers tell.
func (p *peer) obey(list []http2.Setting) {
	for _, v := range list {
		switch v.ID {
		case http2.SettingMaxConcurrentStreams:
			p.limit = int(v.Val)
		case http2.SettingInitialWindowSize:
			for _, in := range p.bodies {
				in.window += int(v.Val) - p.initial
			}
			p.initial = int(v.Val)
		case http2.SettingHeaderTableSize:
			p.f.ReadMetaHeaders.SetAllowedMaxDynamicTableSize(v.Val)
		}
	}
}

func (p *peer) frame(f http2.Frame) error {
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if !f.IsAck() {
			return p.f.WriteSettingsAck()
		}
	case *http2.PingFrame:
		if !f.IsAck() {
			return p.f.WritePing(true, f.Data)
		}
	case *http2.RSTStreamFrame:
		delete(p.bodies, f.StreamID)
	case *http2.MetaHeadersFrame:
		in := &incoming{headers: map[string]string{}, window: p.initial}
		for _, h := range f.Fields {
			in.headers[h.Name] = h.Value
		}
		p.bodies[f.StreamID] = in
		p.s.mu.Lock()
		p.s.streams = max(p.s.streams, len(p.bodies))
		p.s.mu.Unlock()
		if len(p.bodies) > p.limit {
			p.s.t.Errorf("%d streams at once, allowed %d", len(p.bodies), p.limit)
		}
		if status, ok := strings.CutPrefix(in.headers[":path"], "/early/"); ok {
			delete(p.bodies, f.StreamID)
			status, _, _ = strings.Cut(status, "/")
			return p.answer(f.StreamID, true, ":status", status)
		}
	case *http2.DataFrame:
		n := len(f.Data())
		if p.window -= n; p.window < 0 {
			p.s.t.Error("more bytes than the connection's window")
		}
		if n > 0 {
			p.window += n
			if err := p.f.WriteWindowUpdate(0, uint32(n)); err != nil {
				return err
			}
		}
		in := p.bodies[f.StreamID]
		if in == nil {
			return nil
		}
		if in.window -= n; in.window < 0 {
			p.s.t.Error("more bytes than the stream's window")
		}
		in.body = append(in.body, f.Data()...)
		if f.StreamEnded() {
			return p.message(f.StreamID, in)
		}
		give := n
		if p.s.grant > 0 {
			give = p.s.grant
		}
		if give > 0 {
			in.window += give
			return p.f.WriteWindowUpdate(f.StreamID, uint32(give))
		}
	}
	return nil
}

func (p *peer) answer(stream uint32, end bool, fields ...string) error {
	p.head.Reset()
	for i := 0; i < len(fields); i += 2 {
		_ = p.enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return p.f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: p.head.Bytes(), EndHeaders: true, EndStream: end})
}

func (p *peer) message(stream uint32, in *incoming) error {
	if p.gone && stream > p.last {
		return nil
	}
	path := in.headers[":path"]
	if err := p.s.check(in.headers, in.body); err != nil {
		p.s.t.Errorf("%s: %v", path, err)
	}
	time := p.s.arrived(path, in.body)
	word := strings.Split(path, "/")
	p.count++
	if err := p.trouble(); err != nil {
		return err
	}
	if p.s.last && p.count >= 50 && !p.gone {
		// This one and those after it are not processed.
		return p.goAway(stream)
	}
	n := 0
	if len(word) > 2 {
		n, _ = strconv.Atoi(word[2])
	}
	if word[1] != "hang" {
		delete(p.bodies, stream)
	}
	switch word[1] {
	case "s":
		if n == 201 {
			p.s.accept(path)
		}
		fields := []string{":status", word[2], "location", "/m/" + word[2]}
		if len(word) > 4 {
			fields = append(fields, "retry-after", word[3])
		}
		return p.answer(stream, true, fields...)
	case "refuse":
		if time <= n {
			return p.f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		}
	case "goaway":
		if time <= n && !p.gone {
			return p.goAway(stream)
		}
	case "rst":
		return p.f.WriteRSTStream(stream, http2.ErrCode(n))
	case "hang":
		return nil
	case "close":
		return io.EOF
	case "body":
		p.s.accept(path)
		if err := p.answer(stream, false, ":status", "201"); err != nil {
			return err
		}
		for ; n > 4000; n -= 4000 {
			if err := p.f.WriteData(stream, false, make([]byte, 4000)); err != nil {
				return err
			}
		}
		return p.f.WriteDataPadded(stream, true, make([]byte, n), make([]byte, 100))
	case "parts":
		return p.parts(stream, path)
	case "nostatus":
		return p.answer(stream, true, "server", "x")
	case "badstatus":
		return p.answer(stream, true, ":status", "2x1")
	}
	p.s.accept(path)
	return p.answer(stream, true, ":status", "201")
}

// goAway ends the connection before a stream and all after it.
func (p *peer) goAway(stream uint32) error {
	p.gone, p.last = true, max(stream, 2)-2
	return p.f.WriteGoAway(p.last, http2.ErrCodeNo, []byte("restart"))
}

// trouble is what the service does to a connection besides answering.
func (p *peer) trouble() error {
	for range p.s.flood {
		if err := p.f.WritePing(false, [8]byte{1}); err != nil {
			return err
		}
	}
	if !p.s.changing || p.count%10 != 0 {
		return nil
	}
	table := [...]uint32{0, 4096, 200, 900, 65536}[p.count/10%5]
	list := []http2.Setting{{ID: http2.SettingHeaderTableSize, Val: table}, {ID: http2.SettingMaxFrameSize, Val: 20000}, {ID: 99, Val: 7}}
	if p.count%20 == 0 { // windows only grow here, as what is on its way knows the old one
		list = append(list, http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(p.initial + 50)})
	}
	p.obey(list)
	if table < 4096 {
		// What is on its way was written for the table before.
		p.f.ReadMetaHeaders.SetAllowedMaxDynamicTableSize(65536)
	}
	return p.f.WriteSettings(list...)
}

func (p *peer) parts(stream uint32, path string) error {
	p.s.accept(path)
	if err := p.answer(stream, false, ":status", "103", "link", "</x>"); err != nil {
		return err
	}
	p.head.Reset()
	_ = p.enc.WriteField(hpack.HeaderField{Name: ":status", Value: "201"})
	_ = p.enc.WriteField(hpack.HeaderField{Name: "x", Value: strings.Repeat("long", 100)})
	block := p.head.Bytes()
	if err := p.f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block[:1], PadLength: 9, Priority: http2.PriorityParam{Weight: 3}}); err != nil {
		return err
	}
	if err := p.f.WriteContinuation(stream, false, block[1:20]); err != nil {
		return err
	}
	if err := p.f.WriteContinuation(stream, true, block[20:]); err != nil {
		return err
	}
	if err := p.f.WriteDataPadded(stream, false, []byte("created"), make([]byte, 50)); err != nil {
		return err
	}
	return p.answer(stream, true, "x-trailer", "1")
}
