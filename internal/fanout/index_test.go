package fanout_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

// The index finds whom asking each subscription would find, however they came, changed
// and went.
func TestIndexAgreesWithTheRule(t *testing.T) {
	topics := []string{"roads", "rails", "bridges"}
	stories := []news.StoryID{"s1", "s2"}
	zones := []string{"UTC", "Asia/Tokyo", "America/New_York"}
	rapid.Check(t, func(t *rapid.T) {
		x := fanout.NewIndex(time.UTC)
		now := time.Date(2026, 11, 25, 22, 30, 0, 0, time.UTC)
		subs := map[uint32]*news.Subscription{}
		today := map[uint32]int{}
		pick := func(n uint32) *news.Subscription {
			s := &news.Subscription{
				Number: n, State: news.SubscriptionActive, Importance: news.Ordinary,
				Topics:     rapid.SliceOfNDistinct(rapid.SampledFrom(topics), 0, 3, rapid.ID).Draw(t, "topics"),
				Stories:    rapid.SliceOfNDistinct(rapid.SampledFrom(stories), 0, 2, rapid.ID).Draw(t, "stories"),
				MostPerDay: rapid.IntRange(0, 2).Draw(t, "most"), OnlyChosen: rapid.Bool().Draw(t, "chosen"),
			}
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				s.Importance = news.Breaking
			case 1:
				s.State = news.SubscriptionPaused
			case 2:
				s.Quiet = news.QuietHours{From: 22 * 60, To: 7 * 60, Zone: rapid.SampledFrom(zones).Draw(t, "zone")}
			}
			return s
		}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			n := rapid.Uint32Range(0, 40).Draw(t, "number")
			var is *news.Subscription
			if rapid.IntRange(0, 4).Draw(t, "drop") > 0 {
				is = pick(n)
			}
			if is == nil {
				x.Drop(n)
				delete(subs, n)
			} else {
				x.Put(is)
				subs[n] = is
			}
		}
		for range 4 {
			before := now
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "hours")) * time.Hour)
			if now.YearDay() != before.YearDay() {
				clear(today)
			}
			a := &news.Alert{Story: "s1", Importance: rapid.SampledFrom([]news.Importance{news.Ordinary, news.Breaking}).Draw(t, "importance")}
			switch rapid.IntRange(0, 2).Draw(t, "audience") {
			case 0:
				a.Audience.All = true
			case 1:
				a.Audience.Followers = true
			default:
				a.Audience.Topics = rapid.SliceOfNDistinct(rapid.SampledFrom(topics), 1, 3, rapid.ID).Draw(t, "to")
			}
			got := x.Freeze(a, now)
			for n := range uint32(50) {
				s := subs[n]
				want := s != nil && s.Wants(a) && (s.MostPerDay == 0 || today[n] < s.MostPerDay)
				if want && !s.Quiet.None() {
					zone, err := time.LoadLocation(s.Quiet.Zone)
					if err != nil {
						t.Skip("no time zones here")
					}
					want = !s.Quiet.In(now, zone)
				}
				if got.Has(n) != want {
					t.Fatalf("at %v subscription %d %+v is in the audience of %+v: %v", now, n, s, a, got.Has(n))
				}
			}
			x.Delivered(got, now)
			for n := range got.All() {
				today[n]++
			}
		}
	})
}

func TestBook(t *testing.T) {
	where, err := webpush.NewServices(nil, nil)
	must(t, err)
	b := fanout.NewBook()
	put := func(n uint32, path, keyID string) {
		t.Helper()
		e, err := where.Parse(origins[n%3] + path)
		must(t, err)
		b.Put(n, e, webpush.Keys{byte(n)}, keyID)
	}
	want := map[uint32]string{}
	for round := range 40 { // enough to be compacted
		for n := uint32(0); n < 3000; n++ {
			want[n] = fmt.Sprintf("/%d/%0200d", round, n)
			put(n, want[n], "k")
		}
	}
	b.Drop(5)
	b.Drop(1 << 30)
	put(6, "/other", "k2")
	want[5], want[6] = "", "/other"
	numbers := []uint32{0, 5, 6, 2999, 3000, 1 << 31}
	addresses, lanes := make([]fanout.Address, len(numbers)), make([]fanout.Lane, len(numbers))
	b.Addresses(numbers, addresses)
	b.Lanes(numbers, lanes)
	for i, n := range numbers {
		if w := want[n]; w == "" {
			if addresses[i] != (fanout.Address{}) || lanes[i] != (fanout.Lane{}) {
				t.Errorf("%d is nobody's and gives %+v, %+v", n, addresses[i], lanes[i])
			}
			continue
		}
		key := "k"
		if n == 6 {
			key = "k2"
		}
		if o := origins[n%3]; addresses[i].Endpoint != o+want[n] || addresses[i].Keys != (webpush.Keys{byte(n)}) || lanes[i] != (fanout.Lane{Origin: o, KeyID: key}) {
			t.Errorf("%d gives %+v, %+v", n, addresses[i], lanes[i])
		}
	}
}

func TestPayload(t *testing.T) {
	a := alert("01940000-aaaa-7000-8000-000000000000")
	a.Title, a.Body, a.Language = "جسر مغلق", "حتى إشعار آخر", "ar"
	a.Composed = time.UnixMilli(1764100800123)
	got, err := fanout.Payload(a, fanout.Dress{Site: "https://news.example.org/", Icon: "https://news.example.org/icon.png", Stop: "Stop this topic"})
	must(t, err)
	want := `{"web_push":8030,"notification":{"title":"جسر مغلق","navigate":"https://news.example.org/2026/11/25/bridge","body":"حتى إشعار آخر",` +
		`"lang":"ar","dir":"rtl","tag":"01940000aaaa70008000000000000000","icon":"https://news.example.org/icon.png","data":{"alert":"01940000-aaaa-7000-8000-000000000000","made":1764100800123}}}`
	if string(got) != want {
		t.Errorf("payload\n%s\nwant\n%s", got, want)
	}
	c := *a
	c.ID, c.Kind = "c", news.CorrectionAlert
	correction, err := fanout.Payload(&c, fanout.Dress{Site: "https://news.example.org"})
	must(t, err)
	if s := string(correction); !strings.Contains(s, `"renotify":true`) || !strings.Contains(s, a.Tag()) {
		t.Errorf("the correction does not take the alert's place: %s", correction)
	}
	topical := *a
	topical.Audience = news.Audience{Topics: []string{"sea"}}
	stoppable, err := fanout.Payload(&topical, fanout.Dress{Site: "https://news.example.org", Stop: "Stop this topic"})
	must(t, err)
	if s := string(stoppable); !strings.Contains(s, `"navigate":"https://news.example.org/alerts?stop=topic:sea"`) || !strings.Contains(s, `"stop":{"topic":"sea"}`) {
		t.Errorf("the topic's alert has no button to stop it: %s", stoppable)
	}
	if _, err := fanout.Payload(a, fanout.Dress{}); err == nil {
		t.Error("a path of no site was taken")
	}
}
