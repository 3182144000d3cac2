package webpush

import (
	"bufio"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const sinkEnv = "WEBPUSH_TEST_SINK"

func TestMain(m *testing.M) {
	if os.Getenv(sinkEnv) != "" {
		sink()
		return
	}
	os.Exit(m.Run())
}

// sink is a push service in a process of its own that looks at nothing and
// answers 201. It ends with its standard input.
func sink() {
	cert, _ := certificate(&testing.B{})
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}})
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr(), base64.StdEncoding.EncodeToString(cert.Certificate[0]))
	go func() {
		for {
			n, err := l.Accept()
			if err != nil {
				return
			}
			go sinkConn(n)
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func sinkConn(n net.Conn) {
	defer n.Close()
	r := bufio.NewReaderSize(n, 64<<10)
	if _, err := r.Discard(len(preface)); err != nil {
		return
	}
	out := appendFrameHeader(nil, 12, frameSettings, 0, 0)
	out = appendSetting(out, settingMaxStreams, 250)
	out = appendSetting(out, settingWindow, 1<<20)
	out = appendWindowUpdate(out, 0, 1<<24)
	got := 0
	for {
		if r.Buffered() < frameHeader && len(out) > 0 {
			if _, err := n.Write(out); err != nil {
				return
			}
			out = out[:0]
		}
		h, err := r.Peek(frameHeader)
		if err != nil {
			return
		}
		length := int(h[0])<<16 | int(h[1])<<8 | int(h[2])
		kind, flags, stream := h[3], h[4], binary.BigEndian.Uint32(h[5:])
		if _, err := r.Discard(frameHeader + length); err != nil {
			return
		}
		switch {
		case kind == frameSettings && flags&flagACK == 0:
			out = appendFrameHeader(out, 0, frameSettings, flagACK, 0)
		case kind == framePing && flags&flagACK == 0:
			out = append(appendFrameHeader(out, 8, framePing, flagACK, 0), make([]byte, 8)...)
		case kind == frameData:
			if got += length; got > 1<<20 {
				out = appendWindowUpdate(out, 0, got)
				got = 0
			}
			if flags&flagEndStream != 0 {
				out = appendFrameHeader(out, 5, frameHeaders, flagEndHeaders|flagEndStream, stream)
				out = append(out, 0x48, 3, '2', '0', '1')
			}
		}
	}
}

// startSink gives the address of a sink and options to reach it.
func startSink(b *testing.B) (string, Options) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), sinkEnv+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	address, cert64, _ := strings.Cut(strings.TrimSpace(line), " ")
	der, err := base64.StdEncoding.DecodeString(cert64)
	if err != nil {
		b.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	services, err := NewServices(nil, []string{address})
	if err != nil {
		b.Fatal(err)
	}
	return address, Options{Services: services, RootCAs: pool}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rawCrypto is the processor time of one key pair and one agreement, which every
// message must have, by crypto/ecdh alone, with all processors at it.
func rawCrypto(b *testing.B, keys *Keys, n int) time.Duration {
	browser, err := ecdh.P256().NewPublicKey(keys[:pointSize])
	if err != nil {
		b.Fatal(err)
	}
	began := cpu()
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for range workers {
		wg.Go(func() {
			for range n / workers {
				private, err := ecdh.P256().GenerateKey(rand.Reader)
				if err == nil {
					_, err = private.ECDH(browser)
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return (cpu() - began) / time.Duration(n/workers*workers)
}

// BenchmarkSend delivers b.N messages of 293 bytes to a sink on the loopback.
// cpu-µs/msg is this process's alone: without the sink's. What moves with the
// machine's clock and its other work is compared within the run: raw-µs is
// what the two operations on the curve take, measured before and after, and
// x-raw how much a message takes of it.
func BenchmarkSend(b *testing.B) {
	address, o := startSink(b)
	const distinct = 512
	keys := make([]Keys, distinct)
	prepared := make([]Prepared, distinct)
	for i := range keys {
		keys[i] = newBrowser(b).keys
		var err error
		if prepared[i], err = Prepare(&keys[i]); err != nil {
			b.Fatal(err)
		}
	}
	signer, err := NewSigner(newTestKey(b), "https://example.org", time.Now)
	if err != nil {
		b.Fatal(err)
	}
	payload := []byte(`{"web_push":8030,"notification":{` + strings.Repeat("x", 260))
	for _, c := range []struct {
		name string
		make func(Options) Sender
		warm bool
	}{
		{"plain/cold", func(o Options) Sender { return NewPlain(o) }, false},
		{"plain/prepared", func(o Options) Sender { return NewPlain(o) }, true},
		{"fast/cold", func(o Options) Sender { return NewFast(o) }, false},
		{"fast/prepared", func(o Options) Sender { return NewFast(o) }, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			sender := c.make(o)
			defer sender.Close()
			b.ReportAllocs()
			var raw time.Duration
			few := max(64, b.N/8)
			if !c.warm {
				raw = rawCrypto(b, &keys[0], few)
				b.ResetTimer()
			}
			var next, bad atomic.Int64
			began := cpu()
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					batch := &Batch{Signer: signer, Payload: payload, TTL: time.Hour, Urgency: "high", Topic: "story", Messages: make([]Message, 256)}
					for {
						first := int(next.Add(256)) - 256
						n := min(256, b.N-first)
						if n <= 0 {
							return
						}
						batch.Messages = batch.Messages[:n]
						for i := range batch.Messages {
							m := &batch.Messages[i]
							m.Keys = keys[(first+i)%distinct]
							if c.warm {
								m.Prepared = prepared[(first+i)%distinct]
							}
							if m.To.IsZero() { // as a store would give it
								m.To, _ = o.Services.Parse("https://" + address + "/fcm/send/" + strings.Repeat("dGhpcyBpcyBub3QgYSB0b2tlbg:APA91b", 5))
							}
						}
						if err := sender.Send(context.Background(), batch, func(_ int, o Outcome) {
							if o.Class != Accepted {
								bad.Add(1)
							}
						}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			took := float64((cpu() - began).Nanoseconds()) / float64(b.N)
			b.ReportMetric(took/1e3, "cpu-µs/msg")
			if !c.warm {
				raw = (raw + rawCrypto(b, &keys[0], few)) / 2
				b.ReportMetric(float64(raw.Nanoseconds())/1e3, "raw-µs")
				b.ReportMetric(took/float64(raw.Nanoseconds()), "x-raw")
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			if bad.Load() > 0 {
				b.Errorf("%d of %d were not accepted", bad.Load(), b.N)
			}
		})
	}
}
