package desk_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

func TestPreview(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Baghdad") // where it is the 26th already
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	d, b, c := room(t, desk.Options{Zone: zone, AlertBudget: 2, Uplink: 100_000_000})
	ctx := t.Context()
	preview := func(a news.Alert) news.AlertPreview {
		t.Helper()
		n := len(b.alerts)
		p, err := d.PreviewAlert(ctx, vera, a)
		if err != nil || len(b.alerts) != n {
			t.Fatalf("%+v, %v, %d alerts kept", p, err, len(b.alerts)-n)
		}
		return p
	}
	warned := func(p news.AlertPreview, words ...string) {
		t.Helper()
		all := strings.Join(p.Warnings, " ")
		if len(p.Warnings) != len(words) {
			t.Errorf("%d warnings, want %d: %s", len(p.Warnings), len(words), all)
		}
		for _, w := range words {
			if !strings.Contains(all, w) {
				t.Errorf("no warning of %q: %s", w, all)
			}
		}
	}
	p := preview(alert("out", everyone))
	if p.Size != len("Bridge closedBoth lanes.") || p.MaxSize != webpush.MaxPayload || p.Reach != 1000 || p.Needs || p.Today != 0 || p.Budget != 2 || p.Earlier != nil || p.Alert.Urgency != "high" {
		t.Errorf("%+v", p)
	}
	warned(p)
	b.editors = 2
	if !preview(alert("out", everyone)).Needs {
		t.Error("does not say that a second person is needed")
	}
	b.editors = 1
	// Yesterday's do not count: the site's day began an hour and a half ago.
	b.at = clock0.Add(-2 * time.Hour)
	a, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
	b.start(a.ID, news.Tally{})
	b.at = clock0
	p = preview(alert("out", everyone))
	if p.Today != 0 || p.Earlier == nil || p.Earlier.ID != a.ID {
		t.Errorf("%+v", p)
	}
	warned(p)
	for range 2 {
		b.at = b.at.Add(time.Minute)
		a, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
		b.start(a.ID, news.Tally{})
	}
	d.ComposeAlert(ctx, vera, alert("out", news.Audience{Followers: true})) // not to everyone
	p = preview(alert("out", everyone))
	if p.Today != 2 {
		t.Errorf("today %d", p.Today)
	}
	warned(p, "number 3")
	if p.Earlier == nil || !p.Earlier.Composed.Equal(b.at) {
		t.Errorf("the alert a moment ago: %+v", p.Earlier)
	}
	warned(preview(alert("arabic", everyone)), "number 3", "title mixes", "text mixes")
	x := alert("arabic", news.Audience{Followers: true})
	x.Title, x.Body = "الجسر مغلق 24", ""
	c.reach = 0
	warned(preview(x), "Nobody")
	x.Title = strings.Repeat("جسر ", 20)
	c.reach = 1_000_000
	p = preview(x)
	warned(p, "80 characters", "Send it over 9 minutes") // 56 Gbit at 100 Mbit/s
	x.Title, x.Pace = "جسر", 9*time.Minute
	warned(preview(x))
	c.reach = 100_000_000
	warned(preview(x), "however slowly")
}

func TestTestsGoToOnesOwnBrowsers(t *testing.T) {
	d, b, c := room(t, desk.Options{})
	b.devices = []news.StaffDevice{{Person: "vera", Endpoint: "1"}, {Person: "otto", Endpoint: "2"}, {Person: "", Endpoint: "3"}}
	if n, err := d.TestAlert(t.Context(), vera, alert("out", everyone)); n != 1 || err != nil || len(c.tested) != 1 || c.tested[0].Endpoint != "1" {
		t.Errorf("%d, %v, %+v", n, err, c.tested)
	}
	if _, err := d.TestAlert(t.Context(), news.Command("root"), alert("out", everyone)); news.KindOf(err) != news.Conflict || len(c.tested) != 1 {
		t.Errorf("nobody's browsers: %v, %+v", err, c.tested)
	}
	if len(b.alerts) != 0 {
		t.Error("a test was kept as an alert")
	}
}

func TestProgress(t *testing.T) {
	d, b, c := room(t, desk.Options{})
	ctx := t.Context()
	a, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
	if _, p, err := d.Alert(ctx, vera, a.ID); err != nil || p.Audience != 1000 || p.Waiting != 1000 || p.PerSecond != 0 {
		t.Errorf("before: %+v, %v", p, err)
	}
	c.tally = news.Tally{Audience: 10, Accepted: 8, Waiting: 2}
	b.start(a.ID, news.Tally{})
	if _, p, err := d.Alert(ctx, vera, a.ID); err != nil || p.Tally != c.tally || p.PerSecond != 7 {
		t.Errorf("meanwhile: %+v, %v", p, err)
	}
	// The record outlives the subscriptions.
	whole := news.Tally{Audience: 10, Accepted: 9, Gone: 1}
	for _, x := range b.alerts {
		x.Finish(whole, b.at)
	}
	b.kept[a.ID], _ = json.Marshal([]news.ServiceProgress{{Origin: "https://push.example", Tally: whole}})
	if _, p, err := d.Alert(ctx, vera, a.ID); err != nil || p.Tally != whole || len(p.Services) != 1 || p.Services[0].Gone != 1 || p.Services[0].State != "done" {
		t.Errorf("after: %+v, %v", p, err)
	}
	if s, err := d.AlertDelivery(ctx, otto, a.ID); err != nil || len(s) != 1 || s[0].Accepted != 9 {
		t.Errorf("record: %+v, %v", s, err)
	}
	b.kept[a.ID] = []byte("{")
	if _, _, err := d.Alert(ctx, vera, a.ID); err == nil || news.KindOf(err) != 0 {
		t.Errorf("a broken record: %v", err)
	}
	if _, _, err := d.Alert(ctx, vera, "none"); !errors.As(err, new(*news.Error)) {
		t.Errorf("an unknown one: %v", err)
	}
}
