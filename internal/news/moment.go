package news

import (
	"fmt"
	"time"
)

// Moment writes an instant for people as the reader's pages do, in the zone it is in:
// "25 November 2026, 14:05 GMT+3". It is absolute, since pages stay open and mails are
// read later.
func Moment(t time.Time) string { return t.Format("2 January 2006, 15:04 ") + "GMT" + Offset(t) }

// Offset is how far from GMT the clocks stand at t in its zone: "", "+3", "−3:30".
// Abbreviations such as CST mean different zones to different people.
func Offset(t time.Time) string {
	_, off := t.Zone()
	if off == 0 {
		return ""
	}
	sign := "+"
	if off < 0 {
		sign, off = "−", -off
	}
	if m := off % 3600 / 60; m != 0 {
		return fmt.Sprintf("%s%d:%02d", sign, off/3600, m)
	}
	return fmt.Sprintf("%s%d", sign, off/3600)
}
