package archive

import (
	"strings"
	"time"
)

// date reads what an export says of a moment: in UTC if it does, else in the
// site's zone. A date that does not exist is noted.
func (p *wxr) date(gmt, local, of string) time.Time {
	t, bad := moment(gmt, time.UTC)
	if t.IsZero() {
		var worse string
		if t, worse = moment(local, p.o.Zone); bad == "" {
			bad = worse
		}
	}
	if bad != "" {
		p.note("a date "+of+" that does not exist", bad)
	}
	return t
}

// moment gives a zero time when s says none, or none that exists; then bad is s.
func moment(s string, zone *time.Location) (t time.Time, bad string) {
	// MySQL's "no date", and what PHP makes of it.
	if s == "" || strings.HasPrefix(s, "0000-") || strings.HasPrefix(s, "-0001-") {
		return time.Time{}, ""
	}
	for _, layout := range []string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil && t.Year() > 0 {
			return t.UTC(), ""
		}
	}
	return time.Time{}, s
}

// pubDate reads RSS's own date, which WordPress fills with nonsense (30 November
// 1999 or the year -1) where it has none.
func pubDate(s string) time.Time {
	for _, layout := range []string{time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700"} {
		t, err := time.Parse(layout, s)
		if err == nil && t.Year() > 0 && !(t.Year() == 1999 && t.YearDay() == 334 && t.Hour() == 0) {
			return t.UTC()
		}
	}
	return time.Time{}
}
