package pushservice

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// An authority is a throw-away certificate authority; its key is never kept.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(name string, now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make certificate authority: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make certificate authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make certificate authority: %w", err)
	}
	return &authority{cert, key}, nil
}

// issue makes a certificate for loopback addresses, or for a name alone.
func (a *authority) issue(name string, from, until time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "push service to try against"}, // not the authority's name: OpenSSL would take it for self-signed
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: from, NotAfter: until,
	}
	if name == "" {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		template.DNSNames = []string{"localhost"}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// The certificates that a service can be told to show.
const (
	certExpired = "expired" // yesterday
	certName    = "name"    // for another host
	certUnknown = "unknown" // from an authority that nobody trusts
)

// certificates makes the good one, under "", and the wrong ones.
func certificates(a *authority, now time.Time) (map[string]*tls.Certificate, error) {
	stranger, err := newAuthority("nobody", now)
	if err != nil {
		return nil, err
	}
	from, until := now.Add(-47*time.Hour), now.Add(29*24*time.Hour)
	all := make(map[string]*tls.Certificate)
	for kind, of := range map[string]struct {
		by    *authority
		name  string
		until time.Time
	}{
		"":          {a, "", until},
		certExpired: {a, "", now.Add(-24 * time.Hour)},
		certName:    {a, "push.example.org", until},
		certUnknown: {stranger, "", until},
	} {
		if all[kind], err = of.by.issue(of.name, from, of.until); err != nil {
			return nil, err
		}
	}
	return all, nil
}
