package demodata

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var daysAgo = regexp.MustCompile(`^(\d+) days? ago at (\d\d):(\d\d)$`)

// parseMoment reads "2h10m ago", "3 days ago at 14:20" or "in 5h", to the
// minute. The clock form gives stories plausible hours; today's stories use
// the first, since it may be any time of day when the demo starts.
func parseMoment(s string, now time.Time) (time.Time, error) {
	if m := daysAgo.FindStringSubmatch(s); m != nil {
		days, _ := strconv.Atoi(m[1])
		hour, _ := strconv.Atoi(m[2])
		minute, _ := strconv.Atoi(m[3])
		if days == 0 || hour > 23 || minute > 59 {
			return time.Time{}, fmt.Errorf("no such time: %q", s)
		}
		y, mo, d := now.Date()
		return time.Date(y, mo, d-days, hour, minute, 0, 0, now.Location()), nil
	}
	sign := time.Duration(1)
	length, ahead := strings.CutPrefix(s, "in ")
	if !ahead {
		var ago bool
		if length, ago = strings.CutSuffix(s, " ago"); !ago {
			return time.Time{}, fmt.Errorf("not a time like `2h10m ago`, `3 days ago at 14:20` or `in 5h`: %q", s)
		}
		sign = -1
	}
	d, err := time.ParseDuration(length)
	if err != nil || d <= 0 {
		return time.Time{}, fmt.Errorf("not a length of time: %q", length)
	}
	return now.Add(sign * d).Truncate(time.Minute), nil
}

// parseDelay reads "after 3h", counted from the first publication.
func parseDelay(s string) (time.Duration, error) {
	length, ok := strings.CutPrefix(s, "after ")
	d, err := time.ParseDuration(length)
	if !ok || err != nil || d <= 0 {
		return 0, fmt.Errorf("not a time like `after 3h`: %q", s)
	}
	return d, nil
}

var dayMark = regexp.MustCompile(`\{(day|date)([+-]\d+)?\}`)

// weekdays and months as running text has them, Sunday and January first.
var weekdays = map[string][]string{
	"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	"ar": {"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
	"he": {"ראשון", "שני", "שלישי", "רביעי", "חמישי", "שישי", "שבת"},
}

// fillDays writes weekdays for {day}, {day-1} … and dates, English only, for
// {date+3} …, counted from the day of publication, so that "on Tuesday" is
// true whenever the demo is started.
func fillDays(text, language string, day time.Time) (string, error) {
	names, ok := weekdays[language]
	if !ok {
		return "", fmt.Errorf("no weekdays in language %q", language)
	}
	out := dayMark.ReplaceAllStringFunc(text, func(mark string) string {
		m := dayMark.FindStringSubmatch(mark)
		shift, _ := strconv.Atoi(m[2]) // nothing is 0
		d := day.AddDate(0, 0, shift)
		if m[1] == "date" {
			return d.Format("2 January")
		}
		return names[d.Weekday()]
	})
	if strings.Contains(out, "{day") || strings.Contains(out, "{date") {
		return "", fmt.Errorf("a day mark is not of the form {day}, {day-1} or {date+3}")
	}
	return out, nil
}
