package site

import (
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
)

// date writes a day as people read it: "25 November 2026". The time must be
// in the zone that is meant.
func (w *Words) date(t time.Time) string {
	s := strings.Replace(w.DateForm, "{day}", strconv.Itoa(t.Day()), 1)
	s = strings.Replace(s, "{month}", w.Months[t.Month()-1], 1)
	return strings.Replace(s, "{year}", strconv.Itoa(t.Year()), 1)
}

// moment writes a time with its zone: "25 November 2026, 14:05 GMT+3". It is
// absolute since the page is kept, and read anywhere.
func (w *Words) moment(t time.Time) string {
	s := strings.Replace(w.TimeForm, "{date}", w.date(t), 1)
	s = strings.Replace(s, "{time}", t.Format("15:04"), 1)
	return strings.Replace(s, "{zone}", w.zone(t), 1)
}

// clock writes the time of day with its zone, for where the day stands beside it.
func (w *Words) clock(t time.Time) string {
	return t.Format("15:04") + " " + w.zone(t)
}

// zone names the offset that held at that moment: "GMT", "GMT+3", "GMT−3:30".
// Abbreviations such as CST mean different zones to different readers.
func (w *Words) zone(t time.Time) string {
	return strings.Replace(w.ZoneForm, "{offset}", news.Offset(t), 1)
}

// number writes a count with its thousands set apart: "12,345".
func (w *Words) number(n int) string {
	s := strconv.Itoa(n)
	from := 0
	if n < 0 {
		from = 1
	}
	for i := len(s) - 3; i > from; i -= 3 {
		s = s[:i] + w.Thousands + s[i:]
	}
	return s
}
