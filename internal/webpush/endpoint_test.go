package webpush

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func services(t testing.TB, allow ...string) *Services {
	t.Helper()
	s, err := NewServices([]string{"push.example.org"}, allow)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEndpoint(t *testing.T) {
	s := services(t, "127.0.0.1:8443", "[::1]:8443", "localhost:80")
	long := "https://push.example.org/"
	long += strings.Repeat("x", MaxEndpoint-len(long))
	for _, c := range []struct{ in, origin, path string }{
		{"https://fcm.googleapis.com/fcm/send/abc:def", "https://fcm.googleapis.com", "/fcm/send/abc:def"},
		{"https://jmt17.google.com/fcm/send/abc", "https://jmt17.google.com", "/fcm/send/abc"},
		{"https://updates.push.services.mozilla.com/wpush/v2/gAAA", "https://updates.push.services.mozilla.com", "/wpush/v2/gAAA"},
		{"https://wns2-par02p.notify.windows.com/?token=x", "https://wns2-par02p.notify.windows.com", "/?token=x"},
		{"https://wns2-par02p.notify.windows.com?token=x", "https://wns2-par02p.notify.windows.com", "/?token=x"},
		{"https://web.push.apple.com/QOaX", "https://web.push.apple.com", "/QOaX"},
		{"https://web.push.apple.com:443/QOaX", "https://web.push.apple.com", "/QOaX"},
		{"https://WEB.push.apple.com/QOaX", "https://web.push.apple.com", "/QOaX"},
		{"https://push.example.org/a", "https://push.example.org", "/a"},
		{"https://eu.push.example.org", "https://eu.push.example.org", "/"},
		{"https://127.0.0.1:8443/a", "https://127.0.0.1:8443", "/a"},
		{"https://[::1]:8443/a", "https://[::1]:8443", "/a"},
		{"http://localhost/a", "http://localhost", "/a"},
		{long, "https://push.example.org", long[len("https://push.example.org"):]},

		{in: ""},
		{in: "https://"},
		{in: "https:///a"},
		{in: "fcm.googleapis.com/fcm"},
		{in: "http://fcm.googleapis.com/x"},
		{in: "HTTPS://fcm.googleapis.com/x"}, // browsers write it small
		{in: "https://fcm.googleapis.com:8443/x"},
		{in: "https://fcm.googleapis.com:0443/x"},
		{in: "https://fcm.googleapis.com:/x"},
		{in: "https://fcm.googleapis.com:443:443/x"},
		{in: "https://u@fcm.googleapis.com/x"},
		{in: "https://fcm.googleapis.com/x#y"},
		{in: "https://fcm.googleapis.com./x"},
		{in: "https://.fcm.googleapis.com/x"},
		{in: "https://a..fcm.googleapis.com/x"},
		{in: "https://-a.fcm.googleapis.com/x"},
		{in: "https://evilfcm.googleapis.com/x"},
		{in: "https://fcm.googleapis.com.evil.test/x"},
		{in: "https://fcm.googleapis.com\\.evil.test/x"},
		{in: "https://fcm.googleapis.com%2f.evil.test/x"},
		{in: "https://evil.test/.fcm.googleapis.com"},
		{in: "https://evil.test?.fcm.googleapis.com"},
		{in: "https://googleapis.com/x"},
		{in: "https://fcm.googleapis.com/a b"},
		{in: "https://fcm.googleapis.com/a\r\nhost:b"},
		{in: "https://fcm.googleapis.com/ä"},
		{in: "https://127.0.0.1/a"},
		{in: "https://127.0.0.1:8444/a"},
		{in: "https://127.1:8443/a"},
		{in: "https://u@127.0.0.1:8443/a"},
		{in: "https://[::1]/a"},
		{in: "http://127.0.0.1/a"},
		{in: long + "x"},
		{in: "https://push.example.org?" + strings.Repeat("x", MaxEndpoint-25)},
	} {
		e, err := s.Parse(c.in)
		if c.origin == "" {
			if !errors.Is(err, ErrEndpoint) || !e.IsZero() {
				t.Errorf("Parse(%.80q) = %q, %v, want ErrEndpoint", c.in, e, err)
			}
			continue
		}
		if err != nil || e.Origin() != c.origin || e.Path() != c.path {
			t.Errorf("Parse(%.80q) = %q %.80q, %v, want %q %.80q", c.in, e.Origin(), e.Path(), err, c.origin, c.path)
		}
		if again, err := s.Parse(e.String()); again != e || err != nil {
			t.Errorf("Parse(%.80q) = %q, %v, want itself", e, again, err)
		}
	}
}

func TestServicesSetting(t *testing.T) {
	for _, bad := range []string{"", "com", "https://push.example.org", "push.example.org:443", "10.0.0.1", "a.0x7f", "*.example.org"} {
		if _, err := NewServices([]string{bad}, nil); err == nil {
			t.Errorf("push service %q was allowed", bad)
		}
	}
	for _, bad := range []string{"", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "https://127.0.0.1:1", "[fe80::1%eth0]:1", "a/b:1"} {
		if _, err := NewServices(nil, []string{bad}); err == nil {
			t.Errorf("push address %q was allowed", bad)
		}
	}
}

// hostile are the addresses of the shared test material.
func hostile(t testing.TB, file string) []string {
	f, err := os.Open(filepath.Join("../../../shared/data/hostile/generated/ssrf", file))
	if err != nil {
		t.Skip("the shared test material is not beside the project")
	}
	defer f.Close()
	var list []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		list = append(list, sc.Text())
	}
	return list
}

func TestHostileEndpoints(t *testing.T) {
	s := services(t)
	for _, file := range []string{"urls.txt", "push_endpoints.txt"} {
		for _, in := range hostile(t, file) {
			e, err := s.Parse(in)
			if in == "https://wns2-par02p.notify.windows.com/?token=x" { // a real one among them
				if err != nil {
					t.Errorf("Parse(%q) = %v", in, err)
				}
				continue
			}
			if err == nil {
				t.Errorf("Parse(%.80q) = %.80q, want an error", in, e)
			}
		}
	}
}

// Each byte by itself, at the end of a long address.
func TestBytesOfEndpoints(t *testing.T) {
	s := services(t)
	for c := range 256 {
		in := "https://fcm.googleapis.com/fcm/send/" + strings.Repeat("a", 100) + string([]byte{byte(c)})
		want := c > ' ' && c < 0x7f && c != '\\' && c != '#'
		if _, err := s.Parse(in); (err == nil) != want || err != nil && !strings.Contains(err.Error(), fmt.Sprintf("the byte %#02x", c)) {
			t.Errorf("Parse with the byte %#02x = %v, want an endpoint %t", c, err, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	s := services(b)
	in := "https://fcm.googleapis.com/fcm/send/" + strings.Repeat("dGhpcyBpcyBub3QgYSB0b2tlbg:APA91b", 5)
	for b.Loop() {
		if _, err := s.Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzEndpoint(f *testing.F) {
	f.Add("https://wns2-par02p.notify.windows.com:443?token=x")
	f.Add("https://fcm.googleapis.com@127.0.0.1/x")
	f.Add("https://A.push.apple.com/%00")
	s := services(f)
	f.Fuzz(func(t *testing.T, in string) {
		e, err := s.Parse(in)
		if err != nil {
			return
		}
		host, ok := strings.CutPrefix(e.Origin(), "https://")
		if !ok || !s.under(host) || strings.ContainsAny(host, ":/@?#%\\") || e.Path()[0] != '/' {
			t.Errorf("Parse(%q) = %q %q", in, e.Origin(), e.Path())
		}
		if again, err := s.Parse(e.String()); again != e || err != nil {
			t.Errorf("Parse(%q) = %q, %v, want itself", e, again, err)
		}
	})
}

func TestPublicAddresses(t *testing.T) {
	for _, c := range []struct {
		addr string
		want bool
	}{
		{"142.250.74.110", true}, {"2a00:1450:4001:82a::200a", true}, {"::ffff:142.250.74.110", true},
		{"64:ff9b::8efa:4a6e", true}, {"64:ff9b::7f00:1", false}, {"64:ff9b::a00:1", false},
		{"127.0.0.1", false}, {"::1", false}, {"::", false}, {"0.0.0.0", false}, {"::ffff:127.0.0.1", false},
		{"10.1.2.3", false}, {"172.31.255.255", false}, {"172.32.0.1", true}, {"192.168.1.1", false},
		{"100.64.0.1", false}, {"100.128.0.1", true}, {"169.254.169.254", false}, {"192.0.0.192", false},
		{"198.18.0.1", false}, {"224.0.0.1", false}, {"255.255.255.255", false}, {"240.0.0.1", false},
		{"fd00:ec2::254", false}, {"fe80::1", false}, {"fec0::1", false}, {"ff02::1", false},
		{"2001:db8::1", false}, {"2001::1", false}, {"2002:7f00:1::", false}, {"::127.0.0.1", false},
		{"100::1", false}, {"3fff::1", false}, {"2000::1%eth0", false},
	} {
		if got := public(netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("public(%s) = %t, want %t", c.addr, got, c.want)
		}
	}
}

// A name that leads inside when it comes to connecting is not connected to.
func TestDialGuard(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	ctx := context.Background()
	if c, err := services(t).dialer(time.Second)(ctx, "tcp", "localhost:"+port); !errors.Is(err, ErrInside) {
		t.Errorf("dial of localhost = %v, %v, want ErrInside", c, err)
	}
	s := services(t, "localhost:"+port)
	if c, err := s.dialer(time.Second)(ctx, "tcp", "127.0.0.1:"+port); !errors.Is(err, ErrInside) {
		t.Errorf("dial of another name for an allowed address = %v, %v, want ErrInside", c, err)
	}
	c, err := s.dialer(time.Second)(ctx, "tcp", "localhost:"+port)
	if err != nil {
		t.Fatalf("dial of an address that is allowed exactly: %v", err)
	}
	c.Close()
	for _, address := range []string{"8.8.8.8:80", "8.8.8.8:8443"} {
		if control("tcp4", address, nil) == nil {
			t.Errorf("dial of %s was let through", address)
		}
	}
	if err := control("tcp4", "8.8.8.8:443", nil); err != nil {
		t.Errorf("dial of a public address: %v", err)
	}
}

func BenchmarkEndpoint(b *testing.B) {
	s := services(b)
	in := "https://fcm.googleapis.com/fcm/send/" + strings.Repeat("dGhpcyBpcyBub3QgYSB0b2tlbg:APA91b", 5)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}
