package pushservice

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

var threeOrigins = []string{"https://127.0.0.1:1001", "https://127.0.0.1:1002", "https://127.0.0.1:1003"}

func TestSubscriptionsFollowFromTheirNumbers(t *testing.T) {
	i := NewIssuer("seed", threeOrigins)
	all, err := i.All(t.Context(), 5, 1005, "")
	if err != nil {
		t.Fatal(err)
	}
	next, seen := 5, map[string]bool{}
	for n, s := range all {
		if n != next {
			t.Fatalf("number %d, want %d", n, next)
		}
		next++
		again, err := NewIssuer("seed", threeOrigins).Subscribe(n, "")
		if err != nil || again != s {
			t.Fatalf("number %d is %+v, then %+v, %v", n, s, again, err)
		}
		if !strings.HasPrefix(s.Endpoint, threeOrigins[n%3]+"/push/") {
			t.Errorf("number %d is at %s", n, s.Endpoint)
		}
		if seen[s.Endpoint] || seen[s.P256dh] || seen[s.Auth] {
			t.Errorf("number %d shares something with another", n)
		}
		seen[s.Endpoint], seen[s.P256dh], seen[s.Auth] = true, true, true
		if len(unb64(t, s.P256dh)) != 65 || len(unb64(t, s.Auth)) != 16 {
			t.Errorf("number %d has keys %s and %s", n, s.P256dh, s.Auth)
		}
		reader := tokenReader{tokens: i.tokens}
		path := strings.TrimPrefix(s.Endpoint, threeOrigins[n%3])
		if k, ok := reader.open([]byte(path)); !ok || k != (ticket{uint32(n), uint8(n % 3), keyMark{}}) {
			t.Errorf("number %d is read as %+v, %v", n, k, ok)
		}
	}
	if next != 1005 {
		t.Errorf("ended before %d", next)
	}
	if s, _ := NewIssuer("other", threeOrigins).Subscribe(5, ""); seen[s.P256dh] {
		t.Error("another seed gives the same keys")
	}
}

func TestAllEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	all, err := NewIssuer("seed", threeOrigins).All(ctx, 0, 1<<32, "")
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for range all {
		if got++; got == 700 {
			cancel()
		}
	}
	if got != 700 {
		t.Errorf("%d subscriptions, want 700", got)
	}
	if _, err := NewIssuer("seed", threeOrigins).All(ctx, 0, 10, "no key"); err == nil {
		t.Error("bound to what is no key")
	}
}

func TestAddressesCannotBeMadeUp(t *testing.T) {
	i := NewIssuer("seed", threeOrigins)
	path := i.tokens.appendPath(nil, ticket{number: 9})
	reader := tokenReader{tokens: i.tokens}
	if _, ok := reader.open(path); !ok {
		t.Fatal("own address is not known")
	}
	for at := range path {
		bad := append([]byte(nil), path...)
		if bad[at]++; bad[at] == '[' {
			bad[at] = 'a'
		}
		if k, ok := reader.open(bad); ok {
			t.Errorf("byte %d changed: read as %+v", at, k)
		}
	}
	if _, ok := reader.open(append(path, 'A')); ok {
		t.Error("a longer address is known")
	}
}

func TestSubscriptionJSON(t *testing.T) {
	s := Subscription{"https://127.0.0.1:1/push/x", "p", "a"}
	b, err := json.Marshal(s)
	if err != nil || string(b) != `{"endpoint":"https://127.0.0.1:1/push/x","expirationTime":null,"keys":{"p256dh":"p","auth":"a"}}` {
		t.Errorf("%s, %v", b, err)
	}
	var back Subscription
	if err := json.Unmarshal(b, &back); err != nil || back != s {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestSharesAreStableAndIndependent(t *testing.T) {
	const n = 100_000
	gone := newTrouble(Trouble{Kind: Status, Status: 410, Share: 0.02}, time.Time{}, n)
	slow := newTrouble(Trouble{Kind: Status, Status: 429, Share: 0.01}, time.Time{}, n)
	g, s, both := 0, 0, 0
	for i := range uint32(n) {
		a, b := gone.meets(i), slow.meets(i)
		if a != gone.meets(i) {
			t.Fatalf("number %d changes its mind", i)
		}
		if a {
			g++
		}
		if b {
			s++
		}
		if a && b {
			both++
		}
	}
	if g < 1850 || g > 2150 || s < 900 || s > 1100 || both > 50 {
		t.Errorf("of %d: %d gone, %d slow, %d both", n, g, s, both)
	}
	once := newTrouble(Trouble{Kind: Status, Status: 429, Once: true}, time.Time{}, n)
	if !once.meets(77) || once.meets(77) || !once.meets(78) {
		t.Error("once is not once")
	}
}

func BenchmarkIssue(b *testing.B) {
	all, err := NewIssuer("seed", threeOrigins).All(context.Background(), 0, b.N, "")
	if err != nil {
		b.Fatal(err)
	}
	began := processCPU()
	for range all {
	}
	b.ReportMetric(float64((processCPU()-began).Microseconds())/float64(b.N), "cpu-µs/subscription")
}
