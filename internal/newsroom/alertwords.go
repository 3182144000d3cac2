package newsroom

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
)

// alertStates are the states of an alert as the desk's pages say them.
var alertStates = map[news.AlertState]string{
	news.AlertAwaiting: "Waiting for a second person", news.AlertScheduled: "Scheduled", news.AlertCounting: "About to leave",
	news.AlertQueued: "Starting", news.AlertSending: "On its way", news.AlertSent: "Sent", news.AlertStopped: "Stopped",
}

// alertKinds are the kinds of alert.
var alertKinds = map[news.AlertKind]string{
	news.NewsAlert: "Alert", news.CorrectionAlert: "Correction", news.WithdrawalAlert: "Withdrawal",
}

// alertWords are the record's actions where they are about an alert.
var alertWords = map[string]string{
	"compose": "composed it", "approve": "approved it", "stop": "stopped it", "correct": "corrected it", "withdraw": "withdrew it",
	"send-alone": "sent it without a second person", "publish": "composed it", "send": "composed it",
}

func alertWord(action string) string {
	if w, ok := alertWords[action]; ok {
		return w
	}
	return entryWord(action)
}

// count writes a number of readers as people read it: 12,345.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural writes a number with the right word.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// took writes a span as people say it: 40 seconds, 3 minutes, 2 hours.
func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return "a moment"
	case d < 2*time.Minute:
		return plural(int(d.Round(time.Second)/time.Second), "second", "seconds")
	case d < 2*time.Hour:
		return plural(int(d.Round(time.Minute)/time.Minute), "minute", "minutes")
	case d < 48*time.Hour:
		return plural(int(d.Round(time.Hour)/time.Hour), "hour", "hours")
	}
	return plural(int(d/(24*time.Hour)), "day", "days")
}

// clock writes what is left as a clock: 2:41.
func clock(d time.Duration) string {
	s := int((max(d, 0) + time.Second - 1) / time.Second)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// service names a push service as people know it.
func service(origin string) string {
	host := strings.TrimPrefix(strings.TrimPrefix(origin, "https://"), "http://")
	for _, s := range []struct{ under, name string }{
		{"googleapis.com", "Google (Chrome, Android)"}, {"google.com", "Google (Chromium)"}, {"mozilla.com", "Mozilla (Firefox)"},
		{"windows.com", "Microsoft (Edge)"}, {"apple.com", "Apple (Safari, iPhone)"},
	} {
		if host == s.under || strings.HasSuffix(host, "."+s.under) {
			return s.name
		}
	}
	switch origin {
	case "":
		return "Subscriptions that are no more"
	case "other":
		return "Other services"
	}
	return host
}

// whom says to whom an alert goes.
func whom(a *news.Alert) string {
	switch {
	case a.Kind != news.NewsAlert && a.Kind != "":
		return "whoever got the original"
	case a.Audience.All:
		return "everyone"
	case a.Audience.Followers:
		return "followers of the story"
	}
	return "followers of " + strings.Join(a.Audience.Topics, ", ")
}
