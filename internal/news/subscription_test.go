package news

import (
	"strings"
	"testing"
	"time"
)

func TestSubscriptionIsChecked(t *testing.T) {
	id := NewID[StoryID]()
	tests := []struct {
		name  string
		s     Subscription
		field string // empty: fine
	}{
		{"nothing chosen", Subscription{}, ""},
		{"everything chosen", Subscription{Topics: []string{"Roads", "roads"}, Stories: []StoryID{id, id}, Importance: Breaking,
			Quiet: QuietHours{22 * 60, 7 * 60, "Europe/Berlin"}, MostPerDay: 3, Language: "PT-br"}, ""},
		{"a thousand topics", Subscription{Topics: make([]string, 1000)}, "topics"},
		{"no topic", Subscription{Topics: []string{"…"}}, "topics"},
		{"a thousand stories", Subscription{Stories: make([]StoryID, 1000)}, "stories"},
		{"no story", Subscription{Stories: []StoryID{"../x"}}, "stories"},
		{"importance", Subscription{Importance: "all"}, "importance"},
		{"an hour of its own", Subscription{Quiet: QuietHours{0, 25 * 60, "UTC"}}, "quiet_hours"},
		{"a zone of its own", Subscription{Quiet: QuietHours{0, 60, "Mars/Olympus"}}, "quiet_hours"},
		{"a zone that is a path", Subscription{Quiet: QuietHours{0, 60, "../../etc/passwd"}}, "quiet_hours"},
		{"a zone written in one way of many", Subscription{Quiet: QuietHours{0, 60, "Europe//./Berlin"}}, "quiet_hours"},
		{"the server's zone", Subscription{Quiet: QuietHours{0, 60, "Local"}}, "quiet_hours"},
		{"less than none", Subscription{MostPerDay: -1}, "most_per_day"},
		{"language", Subscription{Language: "klingonish!"}, "language"},
	}
	for i := range tests {
		tt := &tests[i]
		err := tt.s.Clean()
		if (err == nil) != (tt.field == "") || (err != nil && !strings.Contains(err.Error(), tt.field+": ")) {
			t.Errorf("%s: %v, want a fault of %q", tt.name, err, tt.field)
		}
	}
	s := tests[1].s
	if len(s.Topics) != 1 || len(s.Stories) != 1 || s.Language != "pt-BR" {
		t.Errorf("stored as %+v", s)
	}
}

func TestQuietHours(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 3, 1, h, m, 0, 0, time.UTC) }
	tests := []struct {
		q    QuietHours
		t    time.Time
		want bool
	}{
		{QuietHours{}, at(3, 0), false},
		{QuietHours{9 * 60, 17 * 60, "UTC"}, at(9, 0), true},
		{QuietHours{9 * 60, 17 * 60, "UTC"}, at(16, 59), true},
		{QuietHours{9 * 60, 17 * 60, "UTC"}, at(17, 0), false},
		{QuietHours{22 * 60, 7 * 60, "UTC"}, at(23, 0), true},
		{QuietHours{22 * 60, 7 * 60, "UTC"}, at(6, 59), true},
		{QuietHours{22 * 60, 7 * 60, "UTC"}, at(7, 0), false},
		{QuietHours{22 * 60, 7 * 60, "UTC"}, at(12, 0), false},
		{QuietHours{22 * 60, 7 * 60, "Asia/Tokyo"}, at(13, 0), true}, // 22:00 there
		{QuietHours{22 * 60, 7 * 60, "Asia/Tokyo"}, at(23, 0), false},
	}
	for _, tt := range tests {
		zone, err := time.LoadLocation(tt.q.Zone)
		if err != nil {
			t.Skipf("no time zones here: %v", err)
		}
		if got := tt.q.In(tt.t, zone); got != tt.want {
			t.Errorf("%+v at %s: quiet %v", tt.q, tt.t.Format("15:04"), got)
		}
	}
}

func TestWhoWantsAnAlert(t *testing.T) {
	reader := Subscription{State: SubscriptionActive, Topics: []string{"roads"}, Stories: []StoryID{"s1"}, Importance: Ordinary}
	calm := reader
	calm.Importance = Breaking
	away := reader
	away.State = SubscriptionPaused
	foreign := reader
	foreign.State = SubscriptionWaiting
	all := Alert{Audience: Audience{All: true}, Importance: Breaking}
	roads := Alert{Audience: Audience{Topics: []string{"bridges", "roads"}}, Importance: Ordinary}
	rails := Alert{Audience: Audience{Topics: []string{"rails"}}, Importance: Breaking}
	follow := Alert{Story: "s1", Audience: Audience{Followers: true}, Importance: Ordinary}
	tests := []struct {
		name string
		s    Subscription
		a    Alert
		want bool
	}{
		{"all", reader, all, true}, {"topic", reader, roads, true}, {"another topic", reader, rails, false}, {"followed", reader, follow, true},
		{"only breaking, all", calm, all, true}, {"only breaking, ordinary", calm, roads, false}, {"only breaking, followed", calm, follow, false},
		{"paused", away, all, false}, {"key not ours", foreign, all, false},
	}
	for _, tt := range tests {
		if got := tt.s.Wants(&tt.a); got != tt.want {
			t.Errorf("%s: wants it %v, want %v", tt.name, got, tt.want)
		}
	}
}
