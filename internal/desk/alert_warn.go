package desk

import (
	"fmt"
	"math"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/internal/news"
)

const (
	// alertBudget is how many alerts to everyone a day readers bear, unless the
	// newsroom says otherwise.
	alertBudget = 5
	// shownTitle is how many characters of a title most screens show. What vendors
	// publish for Android and macOS lies between 30 and 50.
	shownTitle = 50

	// tapShare of those who get an alert open it within tapWithin: a hundred thousand
	// taps in a minute after a million alerts is the rush that the server is measured
	// against. It is a guess on the high side; a line that is full then is full when
	// everybody looks.
	tapShare  = 0.10
	tapWithin = time.Minute
	// tapBytes is what an article costs a browser that comes for the first time: page,
	// style sheet, script, and one picture as phones ask for it.
	tapBytes = 70_000

	// pictureBytes is what a notification's picture costs a phone, and pictureReach how
	// many phones make that worth a word.
	pictureBytes = 60_000
	pictureReach = 5_000
)

// warn says in plain sentences what an editor should think of. That there was an alert
// about the story lately is in p.Earlier, for each page to say with what it knows.
func (d *Desk) warn(p *news.AlertPreview) []string {
	var w []string
	say := func(format string, args ...any) { w = append(w, fmt.Sprintf(format, args...)) }
	a := p.Alert
	if p.Reach == 0 {
		say("Nobody would get this now.")
	}
	if a.Audience.All && p.Today >= p.Budget {
		say("This would be alert number %d to everyone today. Readers who get more than %d turn them off.", p.Today+1, p.Budget)
	}
	if n := utf8.RuneCountInString(a.Title); n > shownTitle {
		say("The title has %d characters. Phones cut it after about %d.", n, shownTitle)
	}
	for _, t := range []struct{ what, text string }{{"title", a.Title}, {"text", a.Body}} {
		if otherWay(t.text, a.Dir() == "rtl") {
			say("The %s mixes writing directions. Look at it on a phone first.", t.what)
		}
	}
	if a.Picture != "" && p.Reach >= pictureReach {
		say("Every phone that shows the picture fetches it from this server as the alert arrives: about %.1f GB in all. Without the picture it asks for nothing.", float64(p.Reach)*pictureBytes/1e9)
	}
	switch pace := d.slower(p.Reach, a.Pace); {
	case pace > news.MaxPace:
		say("One reader in ten may tap within a minute: more than the server's line carries, however slowly this is sent.")
	case pace > a.Pace:
		say("One reader in ten may tap within a minute: more than the server's line carries. Send it over %d minutes.", int(pace/time.Minute))
	}
	return w
}

// slower is the pace, in whole minutes, at which the line carries the pages of those
// who tap; pace itself if it does. The last ones to get the alert still have tapWithin.
func (d *Desk) slower(reach int, pace time.Duration) time.Duration {
	if d.o.Uplink <= 0 {
		return pace
	}
	needs := float64(reach) * tapShare * tapBytes * 8 / float64(d.o.Uplink) * float64(time.Second)
	if needs <= float64(tapWithin+pace) {
		return pace
	}
	return time.Duration(math.Ceil((needs-float64(tapWithin))/float64(time.Minute))) * time.Minute
}

// rightToLeft are the scripts that are written so and in use.
var rightToLeft = []*unicode.RangeTable{unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam, unicode.Hanifi_Rohingya}

// otherWay tells whether a text has letters that run against the direction in which
// the notification is laid out; some phones put the full stop, and names, where they
// do not belong then.
func otherWay(text string, rtl bool) bool {
	for _, r := range text {
		if unicode.IsLetter(r) && unicode.In(r, rightToLeft...) != rtl {
			return true
		}
	}
	return false
}
