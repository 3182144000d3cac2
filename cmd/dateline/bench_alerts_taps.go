package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// A tapOrder has readers tap on an alert: each opens a connection of its own over TLS,
// gets the article and goes.
type tapOrder struct {
	Address string        `json:"address"`
	Path    string        `json:"path"`
	Taps    int           `json:"taps"`
	Over    time.Duration `json:"over"`
	CA      []byte        `json:"ca"` // PEM
}

// tapped is what became of it.
type tapped struct {
	Done   int           `json:"done"`
	Errors int           `json:"errors"`
	Last   string        `json:"last"` // error
	Took   time.Duration `json:"took"`
	P50    time.Duration `json:"p50"`
	P99    time.Duration `json:"p99"`
}

// tapWorkers is how many readers wait at once, at most.
const tapWorkers = 256

// carryOut taps at an even pace; who comes while all workers wait, waits.
func (o tapOrder) carryOut() tapped {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(o.CA)
	host, _, _ := net.SplitHostPort(o.Address)
	config := &tls.Config{RootCAs: pool, ServerName: host, MinVersion: tls.VersionTLS13}
	ask := benchAsk(o.Address, o.Path, "Accept-Encoding", "br", "Connection", "close")
	due := make(chan time.Time, tapWorkers)
	var mu sync.Mutex
	var r tapped
	times := make([]time.Duration, 0, o.Taps)
	var all sync.WaitGroup
	for range tapWorkers {
		all.Go(func() {
			for at := range due {
				err := tap(o.Address, config, ask)
				took := time.Since(at)
				mu.Lock()
				times = append(times, took)
				if err != nil {
					r.Errors++
					r.Last = err.Error()
				}
				mu.Unlock()
			}
		})
	}
	began := time.Now()
	for i := range o.Taps {
		at := began.Add(o.Over * time.Duration(i) / time.Duration(o.Taps))
		if wait := time.Until(at); wait > time.Millisecond {
			time.Sleep(wait)
		}
		due <- at
	}
	close(due)
	all.Wait()
	slices.Sort(times)
	r.Done, r.Took = len(times), time.Since(began)
	if len(times) > 0 {
		r.P50, r.P99 = times[len(times)/2], times[len(times)*99/100]
	}
	return r
}

// tap is one reader.
func tap(address string, config *tls.Config, ask []byte) error {
	raw, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err
	}
	defer raw.Close()
	if err := raw.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	c := &benchConn{conn: tls.Client(raw, config)}
	c.in = bufio.NewReader(c.conn)
	h, err := c.send(ask, false)
	if err == nil && h.status != 200 {
		err = fmt.Errorf("it answered %d", h.status)
	}
	return err
}

// taps measures what readers meet who tap while the alert is sent.
func (a *alertBench) taps(ctx context.Context) error {
	taps := a.subscribers / 10
	cert, key, ca, err := a.certificate()
	if err != nil {
		return err
	}
	a.trust = x509.NewCertPool()
	a.trust.AppendCertsFromPEM(ca)
	defer func() { a.trust = nil }()
	if err := a.serving(ctx, "0", "--tls-cert", cert, "--tls-key", key, "--connections-each", "20000"); err != nil {
		return err
	}
	defer a.server.stop()
	a.say("an alert to all of them, and %d taps on it within a minute, each on a connection of its own", taps)
	story, path, err := a.storyAt(ctx)
	if err != nil {
		return err
	}
	if err := a.known(ctx, story, a.subscribers*8/10); err != nil {
		return err
	}
	if err := a.misbehave(ctx, "taps"); err != nil {
		return err
	}
	readers, err := a.part("taps", "")
	if err != nil {
		return err
	}
	var s alertState
	if err := a.editor.post(ctx, "/alerts", a.words(story, "taps"), &s); err != nil {
		return err
	}
	var r tapped
	if err := readers.ask(ctx, tapOrder{a.server.address, path, taps, time.Minute, ca}, &r); err != nil {
		return err
	}
	if r.Errors > 0 {
		a.say("the last error of a tap: %s", r.Last)
	}
	if s, err = a.follow(ctx, s.ID, 5*time.Minute); err != nil {
		return err
	}
	a.report.atMost("taps that failed", float64(r.Errors), "taps", 0)
	a.report.told("taps while sending", float64(r.Done)/r.Took.Seconds(), "per second")
	a.report.told("a tap, p50", float64(r.P50.Microseconds())/1000, "ms")
	a.report.told("a tap, p99", float64(r.P99.Microseconds())/1000, "ms")
	return nil
}

// certificate makes one for the loopback.
func (a *alertBench) certificate() (cert, key string, ca []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", nil, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &private.PublicKey, private)
	if err != nil {
		return "", "", nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", nil, err
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	cert, key = filepath.Join(a.dir, "site.pem"), filepath.Join(a.dir, "site-key.pem")
	if err := os.WriteFile(cert, ca, 0o600); err != nil {
		return "", "", nil, err
	}
	return cert, key, ca, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600)
}
