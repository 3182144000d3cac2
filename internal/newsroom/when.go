package newsroom

import (
	"strings"
	"time"

	"dateline/internal/news"
)

// localForm is how browsers write and read a datetime-local field.
const localForm = "2006-01-02T15:04"

// localTime writes an instant for a datetime-local field; empty for none.
func localTime(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(localForm)
}

// parseLocal reads what a person typed as a time in zone. Times that the clocks jump
// over do not exist and are refused. Of an hour that comes twice the first is meant,
// unless was, the instant the form was filled from, reads the same: then it stays,
// with its seconds.
func parseLocal(field, s string, zone *time.Location, was time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	if !was.IsZero() && localTime(was, zone) == s {
		return was, nil
	}
	for _, form := range []string{localForm, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		wall, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
		if !sameWall(t, wall) {
			return time.Time{}, news.Wrong(field, "%s does not exist in %s: the clocks go forward over it. Choose another time.",
				wall.Format("15:04 on 2 January 2006"), zone)
		}
		for _, step := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour} {
			if early := t.Add(-step); sameWall(early, wall) {
				return early.UTC(), nil
			}
		}
		return t.UTC(), nil
	}
	return time.Time{}, news.Wrong(field, "Use a date and time that exist, like 2026-11-25 18:00.")
}

func sameWall(t, wall time.Time) bool {
	return t.Format("2006-01-02T15:04:05") == wall.Format("2006-01-02T15:04:05")
}

// loadZone reads a time zone's name; empty means the site's.
func loadZone(name string, site *time.Location) (*time.Location, error) {
	name = strings.TrimSpace(name)
	if name == "" || name == site.String() {
		return site, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, news.Wrong("time_zone", "%.60q is no time zone. Use one like Europe/Berlin.", name)
	}
	return zone, nil
}

// when writes an instant for people, with its zone: times at the desk are never
// relative, since "an hour ago" is wrong an hour later on an open page.
func (n *Newsroom) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return whenIn(t, n.o.Zone)
}

// whenIn writes it as readers' pages do: what an editor reads here stands there, too.
func whenIn(t time.Time, zone *time.Location) string { return news.Moment(t.In(zone)) }

// zones are offered in the form; any other may be typed.
var zones = []string{
	"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires",
	"America/Bogota", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City", "America/New_York",
	"America/Sao_Paulo", "America/Toronto", "Asia/Baghdad", "Asia/Beirut", "Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong",
	"Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul",
	"Asia/Shanghai", "Asia/Singapore", "Asia/Tehran", "Asia/Tokyo", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens",
	"Europe/Berlin", "Europe/Istanbul", "Europe/Kyiv", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Rome",
	"Europe/Stockholm", "Europe/Warsaw", "Pacific/Auckland",
}
