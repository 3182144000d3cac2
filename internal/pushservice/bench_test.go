package pushservice_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dateline/internal/pushservice"
	"dateline/internal/webpush"
)

const childEnv = "PUSHSERVICE_TEST_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		child(text)
		return
	}
	os.Exit(m.Run())
}

// child is a service in a process of its own, that ends with its standard input.
func child(text string) {
	var o pushservice.Options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	s, err := pushservice.Serve(context.Background(), o)
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Info())
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = s.Close()
}

// startChild gives what is needed to use a service in another process.
func startChild(b testing.TB, o pushservice.Options) (*pushservice.Remote, pushservice.Info) {
	text, err := json.Marshal(o)
	must(b, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	must(b, err)
	var info pushservice.Info
	must(b, json.Unmarshal(line, &info))
	return pushservice.NewRemote(info.Control), info
}

// BenchmarkTake has a service in another process take b.N messages of 512
// bytes for distinct numbers from a Fast with prepared keys. service-µs/msg is
// the service's CPU, sender-µs/msg the sender's.
func BenchmarkTake(b *testing.B) {
	for _, bc := range []struct {
		name     string
		check    int
		troubles []pushservice.Trouble
	}{
		{"nobody", -1, nil},
		{"thousandth", 1000, []pushservice.Trouble{
			{Name: "gone", Kind: pushservice.Status, Status: 410, Share: 0.02},
			{Name: "throttled", Kind: pushservice.Status, Status: 429, Share: 0.01, RetryAfter: pushservice.Duration(time.Second), Once: true},
		}},
		{"everybody", 1, nil},
		{"late", -1, []pushservice.Trouble{{Kind: pushservice.Slow, Delay: pushservice.Duration(40 * time.Millisecond)}}},
	} {
		b.Run(bc.name, func(b *testing.B) { benchmarkTake(b, bc.check, bc.troubles) })
	}
}

func benchmarkTake(b *testing.B, check int, troubles []pushservice.Trouble) {
	r, info := startChild(b, pushservice.Options{Subscriptions: b.N, Check: check, Troubles: troubles, Seed: "bench"})
	services, err := webpush.NewServices(nil, info.Addresses)
	must(b, err)
	pool, err := info.Pool()
	must(b, err)
	sender := webpush.NewFast(webpush.Options{Services: services, RootCAs: pool})
	defer sender.Close()
	signer := newSigner(b)
	all, err := info.Issuer().All(b.Context(), 0, b.N, signer.Key().PublicKey())
	must(b, err)
	messages := make([]webpush.Message, 0, b.N)
	for _, s := range all {
		to, err := services.Parse(s.Endpoint)
		must(b, err)
		keys, err := webpush.ParseKeys(s.P256dh, s.Auth)
		must(b, err)
		m := webpush.Message{To: to, Keys: keys}
		m.Prepared, err = webpush.Prepare(&keys)
		must(b, err)
		messages = append(messages, m)
	}
	before, err := r.Stats(b.Context())
	must(b, err)
	var next, bad atomic.Int64
	began := cpu()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			for {
				first := int(next.Add(1024)) - 1024
				if first >= b.N {
					return
				}
				batch := &webpush.Batch{Signer: signer, Payload: []byte(payload + payload + payload), TTL: time.Hour, Urgency: "high", Topic: "story", Messages: messages[first:min(first+1024, b.N)]}
				if err := sender.Send(context.Background(), batch, func(_ int, o webpush.Outcome) {
					if o.Status == 0 {
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
	sent := cpu() - began
	after, err := r.Stats(b.Context())
	must(b, err)
	b.ReportMetric(float64(time.Duration(after.CPU-before.CPU).Microseconds())/float64(b.N), "service-µs/msg")
	b.ReportMetric(float64(sent.Microseconds())/float64(b.N), "sender-µs/msg")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	if after.Messages != int64(b.N) || bad.Load() > 0 || after.Refused+after.Violations > 0 {
		b.Errorf("of %d: %d without an answer, %+v", b.N, bad.Load(), after)
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
