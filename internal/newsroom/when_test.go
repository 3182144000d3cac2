package newsroom

import (
	"strings"
	"testing"
	"time"
)

func TestParseLocal(t *testing.T) {
	lordHowe, apia := mustZone("Australia/Lord_Howe"), mustZone("Pacific/Apia")
	ny := mustZone("America/New_York")
	second := time.Date(2026, 11, 1, 6, 30, 17, 0, time.UTC) // 01:30 for the second time
	for _, c := range []struct {
		in   string
		zone *time.Location
		was  time.Time
		want string // RFC 3339, or a part of the refusal
	}{
		{"", zone, time.Time{}, "0001-01-01T00:00:00Z"},
		{"2026-07-01T12:00", zone, time.Time{}, "2026-07-01T10:00:00Z"},
		{"2026-07-01T12:00:30", zone, time.Time{}, "2026-07-01T10:00:30Z"},
		{"2027-03-28T02:30", zone, time.Time{}, "does not exist in Europe/Berlin"},
		{"2027-03-28T03:00", zone, time.Time{}, "2027-03-28T01:00:00Z"},
		{"2026-10-25T02:30", zone, time.Time{}, "2026-10-25T00:30:00Z"},
		{"2026-11-01T01:30", ny, time.Time{}, "2026-11-01T05:30:00Z"},
		{"2026-11-01T01:30", ny, second, "2026-11-01T06:30:17Z"},
		{"2026-04-05T01:45", lordHowe, time.Time{}, "2026-04-04T14:45:00Z"},
		{"2026-10-04T02:10", lordHowe, time.Time{}, "does not exist"},
		{"2011-12-30T12:00", apia, time.Time{}, "does not exist"},
		{"2026-02-29T12:00", zone, time.Time{}, "that exist"},
		{"tomorrow", zone, time.Time{}, "that exist"},
	} {
		got, err := parseLocal("publish_at", c.in, c.zone, c.was)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q in %s: %v, want %s", c.in, c.zone, err, c.want)
			}
			continue
		}
		if got.Format(time.RFC3339) != c.want {
			t.Errorf("%q in %s = %s, want %s", c.in, c.zone, got.Format(time.RFC3339), c.want)
		}
	}
}

func FuzzParseLocal(f *testing.F) {
	f.Add("2026-07-01T12:00", "Europe/Berlin")
	f.Add("2026-10-25T02:30", "Australia/Lord_Howe")
	f.Fuzz(func(t *testing.T, s, name string) {
		z, err := loadZone(name, time.UTC)
		if err != nil {
			return
		}
		at, err := parseLocal("x", s, z, time.Time{})
		if err != nil || at.IsZero() {
			return
		}
		back, err := parseLocal("x", at.In(z).Format("2006-01-02T15:04:05"), z, time.Time{})
		if at.Year() < 10000 && (err != nil || !back.Equal(at)) {
			t.Errorf("%q in %s is %v, and read back %v %v", s, name, at, back, err)
		}
	})
}
