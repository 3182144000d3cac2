package pushservice

import (
	"bytes"
	"crypto/x509"
	"testing"
	"time"
)

// The good certificate is trusted with the authority, the wrong ones are wrong
// in one way each, and none looks self-signed.
func TestCertificates(t *testing.T) {
	now := time.Now()
	a, err := newAuthority("authority", now)
	if err != nil {
		t.Fatal(err)
	}
	all, err := certificates(a, now)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.pem())
	for kind, want := range map[string]struct{ here, otherHost, yesterday bool }{
		"":          {here: true, yesterday: true},
		certExpired: {yesterday: true},
		certName:    {otherHost: true},
		certUnknown: {},
	} {
		leaf, err := x509.ParseCertificate(all[kind].Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(leaf.RawSubject, leaf.RawIssuer) {
			t.Errorf("%q: subject and issuer have one name", kind)
		}
		for _, c := range []struct {
			host string
			at   time.Time
			want bool
		}{{"127.0.0.1", now, want.here}, {"push.example.org", now, want.otherHost}, {"127.0.0.1", now.Add(-36 * time.Hour), want.yesterday}} {
			_, err := leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: c.host, CurrentTime: c.at})
			if (err == nil) != c.want {
				t.Errorf("%q for %s at %v: %v", kind, c.host, c.at, err)
			}
		}
	}
}
