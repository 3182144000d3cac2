package site

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	zone := func(name string) *time.Location {
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, c := range []struct {
		w    *Words
		t    time.Time
		want string
	}{
		{&english, at(25, 14, 5), "25 November 2026, 14:05 GMT+3"},
		{&english, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "2 January 2026, 03:04 GMT"},
		{&english, time.Date(2026, 7, 1, 0, 0, 0, 0, zone("Europe/London")), "1 July 2026, 00:00 GMT+1"},
		{&english, time.Date(2026, 7, 1, 23, 59, 0, 0, zone("Asia/Kathmandu")), "1 July 2026, 23:59 GMT+5:45"},
		{&english, time.Date(2026, 1, 1, 12, 0, 0, 0, zone("America/St_Johns")), "1 January 2026, 12:00 GMT−3:30"},
		{&arabic, at(25, 14, 5), "25 نوفمبر 2026، 14:05 غرينتش\u200e+3"},
	} {
		if got := c.w.moment(c.t); got != c.want {
			t.Errorf("%v reads %q, want %q", c.t, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567", -100: "-100", -1000: "-1,000"} {
		if got := english.number(n); got != want {
			t.Errorf("%d reads %q, want %q", n, got, want)
		}
	}
}

// Stories stand under the day of the site's zone, not of UTC.
func TestDays(t *testing.T) {
	r := &Renderer{words: &english, zone: sampleZone}
	got := r.days([]StoryCard{{Published: at(25, 0, 30)}, {Published: at(24, 23, 30)}, {Published: at(24, 1, 0)}})
	if len(got) != 2 || len(got[0].Stories) != 1 || len(got[1].Stories) != 2 {
		t.Errorf("stories of two days stand under %d", len(got))
	}
}

// readAll reads the files of this folder that match.
func readAll(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	out := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}
