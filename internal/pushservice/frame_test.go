package pushservice

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/net/http2/hpack"
)

// A pipe is a connection that reads what was given and writes nowhere.
type pipe struct{ r io.Reader }

func (p pipe) Read(b []byte) (int, error)       { return p.r.Read(b) }
func (p pipe) Write(b []byte) (int, error)      { return len(b), nil }
func (p pipe) Close() error                     { return nil }
func (p pipe) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (p pipe) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (p pipe) SetDeadline(time.Time) error      { return nil }
func (p pipe) SetReadDeadline(time.Time) error  { return nil }
func (p pipe) SetWriteDeadline(time.Time) error { return nil }

// quiet is a service that listens on nothing.
func quiet(t testing.TB) *Service {
	t.Helper()
	o, err := Options{Origins: 1, Subscriptions: 100}.filled()
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{o: o, counts: make(counts, o.Subscriptions), log: newMessageLog(&o)}
	s.away.kept = make(map[uint32][]keptMessage)
	at := &origin{s: s, address: "127.0.0.1:1", name: "https://127.0.0.1:1"}
	at.verdicts.origin = at.name
	at.set.Store(&[]*trouble{})
	s.origins = []*origin{at}
	s.issuer = NewIssuer(o.Seed, []string{at.name})
	return s
}

// FuzzFrames gives a connection whatever a client could say, whole and in
// pieces: it must neither panic nor go on for ever, and say the same both ways.
func FuzzFrames(f *testing.F) {
	s := quiet(f)
	path := string(s.issuer.tokens.appendPath(nil, ticket{number: 3}))
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, h := range [][2]string{{":method", "POST"}, {":scheme", "https"}, {":authority", "127.0.0.1:1"}, {":path", path}, {"ttl", "60"}, {"content-encoding", "aes128gcm"}, {"topic", "a"}} {
		_ = e.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]})
	}
	head := appendFrameHeader(nil, 0, frameSettings, 0, 0)
	one := appendFrameHeader(head, block.Len(), frameHeaders, flagEndHeaders, 1)
	one = append(one, block.Bytes()...)
	private, auth, err := s.issuer.keys(3)
	if err != nil {
		f.Fatal(err)
	}
	body := encrypted(&testing.T{}, private.PublicKey(), auth[:], []byte("{}\x02"), 4096)
	one = append(appendFrameHeader(one, len(body), frameData, flagEndStream, 1), body...)
	f.Add(one, uint8(0))
	f.Add(append(bytes.Clone(one), one[9:]...), uint8(3))
	f.Add(appendFrameHeader(nil, 0, frameContinuation, 0, 1), uint8(1))
	f.Add(appendFrameHeader(nil, 1<<24-1, frameData, 0, 1), uint8(1))
	f.Add(appendReset(bytes.Clone(one), 1, 8), uint8(1))
	f.Add(appendWindowUpdate(bytes.Clone(head), 1, 0), uint8(1))
	f.Add(append(appendFrameHeader(nil, 8, framePing, 0, 0), "12345678"...), uint8(1))
	f.Fuzz(func(t *testing.T, input []byte, piece uint8) {
		run := func(step int) (string, int) {
			s.counts.reset()
			c := newConn(s.origins[0], tls.Server(pipe{bytes.NewReader(nil)}, &tls.Config{}), &readAhead{Conn: pipe{bytes.NewReader(nil)}})
			c.held = settings{streams: 10, window: 2000, table: defaultTable}
			c.told, c.acks = c.held, []settings{c.held}
			held := []byte(nil)
			for rest := input; len(rest) > 0; {
				n := min(step, len(rest))
				held = append(held, rest[:n]...)
				rest = rest[n:]
				c.mu.Lock()
				c.now = time.Unix(1e9, 0)
				at := held
				for {
					fr, r, ok, err := readFrame(at)
					if err == nil && ok {
						at = r
						err = c.frame(&fr)
					}
					if err != nil {
						c.mu.Unlock()
						return err.Error(), s.counts.of(3)
					}
					if !ok {
						break
					}
					c.out = c.out[:0]
				}
				held = append([]byte(nil), at...)
				c.mu.Unlock()
				if len(c.streams) > c.held.streams {
					t.Fatalf("%d streams are open", len(c.streams))
				}
			}
			return "", s.counts.of(3)
		}
		whole, n := run(len(input) + 1)
		parts, m := run(int(piece) + 1)
		if whole != parts || n != m {
			t.Errorf("whole: %q, %d accepted; in pieces: %q, %d", whole, n, parts, m)
		}
		if n > 0 && len(input) < 200 {
			t.Errorf("accepted a message of %d bytes", len(input))
		}
	})
}

// FuzzHeaders compares the header decoder with hpack's own.
func FuzzHeaders(f *testing.F) {
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, h := range [][2]string{{":method", "POST"}, {":path", "/push/abc"}, {"x-a", "é\x00ÿ"}, {"x-a", "é\x00ÿ"}, {"ttl", "60"}} {
		_ = e.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]})
	}
	f.Add(block.Bytes())
	f.Add([]byte{0x82, 0x3f, 0xe1, 0x1f})
	f.Add([]byte{0x20, 0x40, 1, 'a', 1, 'b', 0xbe})
	f.Add([]byte{0x04, 0x81, 0xff})
	f.Add([]byte{0x04, 0x82, 0x60, 0x7f, 0x44, 0x01, '/'})
	f.Fuzz(func(t *testing.T, b []byte) {
		var r request
		d := newDecoder()
		got := map[string]string{}
		err := d.decode(b, &r)
		for what, key := range map[name]string{nameMethod: ":method", nameScheme: ":scheme", nameAuthority: ":authority", nameTTL: "ttl", nameTopic: "topic"} {
			got[key] = r.value[what]
		}
		got[":path"] = string(r.path)
		theirs := hpack.NewDecoder(defaultTable, nil)
		fields, terr := theirs.DecodeFull(b)
		if err != nil {
			return // ours may be stricter; how much longer than 16 KB is not theirs to say
		}
		if terr != nil {
			t.Fatalf("read %x, theirs says %v", b, terr)
		}
		want := map[string]string{":method": "", ":scheme": "", ":authority": "", "ttl": "", "topic": "", ":path": ""}
		for _, h := range fields {
			if _, ok := want[h.Name]; ok {
				want[h.Name] = h.Value
			}
		}
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%s is %q, want %q (%x)", k, got[k], v, b)
			}
		}
	})
}

// Every symbol, alone and after each other, decodes to itself.
func TestHuffman(t *testing.T) {
	all := make([]byte, 0, 512)
	for c := range 256 {
		one := []byte{'x', byte(c)}
		got, ok := appendHuffman([]byte("before"), hpack.AppendHuffmanString(nil, string(one)))
		if !ok || string(got) != "before"+string(one) {
			t.Errorf("%q decodes to %q, %v", one, got, ok)
		}
		all = append(all, byte(c), byte(255-c))
	}
	if got, ok := appendHuffman(nil, hpack.AppendHuffmanString(nil, string(all))); !ok || !bytes.Equal(got, all) {
		t.Errorf("all symbols decode to %q, %v", got, ok)
	}
	for n := range 40 { // as addresses are: never the slow way
		text := string(NewIssuer("seed", threeOrigins).tokens.appendPath(nil, ticket{number: uint32(n)})[n:])
		if got, ok := fastHuffman(nil, hpack.AppendHuffmanString(nil, text)); !ok || string(got) != text {
			t.Errorf("%q decodes to %q, %v", text, got, ok)
		}
	}
	for _, bad := range [][]byte{{0xff, 0xff, 0xff, 0xff}, {0x00, 0x00, 0x00, 0xfe}} {
		want, wantErr := hpack.HuffmanDecodeToString(bad)
		if got, ok := appendHuffman(nil, bad); ok != (wantErr == nil) || ok && string(got) != want {
			t.Errorf("%x decodes to %q, %v; theirs says %q, %v", bad, got, ok, want, wantErr)
		}
	}
}
