package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// certificate is a certificate of the operator's own, for a server that readers reach
// without a proxy.
type certificate struct {
	TLSCert string `help:"Certificate chain (PEM) to serve https with, without a proxy before it." placeholder:"FILE" name:"tls-cert" env:"DATELINE_TLS_CERT"`
	TLSKey  string `help:"Its private key (PEM)." placeholder:"FILE" name:"tls-key" env:"DATELINE_TLS_KEY"`
}

func (c *certificate) given() bool { return c.TLSCert != "" || c.TLSKey != "" }

// wrap has l speak TLS, HTTP/2 too. A renewed certificate is taken up within a minute.
func (c *certificate) wrap(l net.Listener) (net.Listener, error) {
	if c.TLSCert == "" || c.TLSKey == "" {
		return nil, wrongUsage("--tls-cert and --tls-key go together: give both or none")
	}
	k := &keptCertificate{certificate: *c}
	if err := k.load(); err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return tls.NewListener(l, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: k.get,
	}), nil
}

// A keptCertificate is read again when its file changed.
type keptCertificate struct {
	certificate
	mu     sync.Mutex
	pair   *tls.Certificate
	of     time.Time // when the file was written
	looked time.Time
}

const certificateEvery = time.Minute

func (k *keptCertificate) load() error {
	info, err := os.Stat(k.TLSCert)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(k.TLSCert, k.TLSKey)
	if err != nil {
		return err
	}
	k.pair, k.of, k.looked = &pair, info.ModTime(), time.Now()
	return nil
}

// get gives the certificate. One that is being renewed, and does not fit its key yet,
// is left for the next look.
func (k *keptCertificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); now.Sub(k.looked) > certificateEvery {
		k.looked = now
		if info, err := os.Stat(k.TLSCert); err == nil && !info.ModTime().Equal(k.of) {
			_ = k.load()
		}
	}
	return k.pair, nil
}
