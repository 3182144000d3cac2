package fanout

import (
	"math"
	"time"

	"dateline/internal/webpush"
)

const (
	// firstFlight is how many messages may be under way to a service before firstAnswers:
	// one that hangs must not hold up the others, nor should thousands of wrong messages
	// leave before the first refusals are heard.
	firstFlight = 256
	// lookback is over how many answers a service is judged, at least; it may be twice
	// as many.
	lookback = 128
	// fewAnswers are too few to tell a throttled service from a throttled browser.
	fewAnswers = 64
	// slowest is the least rate, in messages per second, that throttling leads to.
	slowest = 20.0
	// firstAnswers and the share of them that may be refused before the service is left
	// alone: then it is our message that is wrong.
	firstAnswers   = 500
	refusedAllowed = firstAnswers / 5
	// calm is how long after a cut, without another one, the ceiling is taken to have
	// risen.
	calm = 15 * time.Second
	// silentAfter is how many messages in a row must fail before the service is taken
	// to be out.
	silentAfter = 32
	// outAfter is how long a service may be out before the operator is told.
	outAfter = 30 * time.Second
)

// A service is one push service as one alert meets it: how fast it wants to be sent to,
// and whether it makes sense to send at all.
type service struct {
	origin string
	limit  float64 // messages per second at most; 0 for none

	rate    float64 // allowed now; 0 for as fast as it answers
	ceiling float64 // the rate that was just too fast
	tokens  float64
	filled  time.Time // when tokens were last added
	grown   time.Time // when rate last grew

	inFlight int
	taken    int       // messages in all
	heard    time.Time // the last answer

	paused time.Time // nothing is sent before
	why    string    // it is paused
	cut    time.Time // rate was last cut; throttling of what was sent before is old news

	recent, before struct{ n, throttled int } // two windows of answers
	accepted       int                        // since measured
	measured       time.Time

	first, refused int  // of the first answers
	stopped        bool // for this alert

	silent   int // failures in a row
	outages  int // pauses in a row for that
	outSince time.Time
	told     map[NoticeKind]bool
}

func newService(origin string, limit float64, now time.Time) *service {
	return &service{origin: origin, limit: limit, rate: limit, filled: now, grown: now, measured: now, told: map[NoticeKind]bool{}}
}

// allowed is how many messages may be sent now of the want that wait; when it is none,
// again is when to ask next, zero for when something was answered.
func (s *service) allowed(now time.Time, want, free int) (n int, again time.Time) {
	if now.Before(s.paused) {
		return 0, s.paused
	}
	// A service may take half of what is free, so that a few that hang leave room; and no
	// more at once than it took before, so that one that refuses refuses few.
	room := min(free/2+1, max(s.taken, firstFlight)-s.inFlight)
	switch {
	case s.outages > 0:
		room = silentAfter - s.inFlight
	case s.first < firstAnswers:
		room = firstFlight - s.inFlight
	}
	n = min(want, room, free)
	if n <= 0 {
		return 0, time.Time{}
	}
	s.grow(now)
	if s.rate == 0 {
		return n, time.Time{}
	}
	if dt := now.Sub(s.filled); dt > 0 {
		s.tokens = min(s.tokens+s.rate*dt.Seconds(), max(1, s.rate/20)) // 50 ms of them at most
		s.filled = now
	}
	if whole := int(s.tokens); n > whole {
		n = whole
	}
	// Few at a time would waste a write on each; a hundredth of a second is nothing.
	if least := min(float64(want), math.Ceil(s.rate/100)); float64(n) < least && n < room {
		wait := max((least-s.tokens)/s.rate, 0.001)
		return 0, now.Add(time.Duration(wait * float64(time.Second)))
	}
	return n, time.Time{}
}

func (s *service) took(n int) {
	s.inFlight += n
	if s.rate > 0 {
		s.tokens -= float64(n)
	}
}

// grow lets the rate double each second up to near where it was too fast, and then rise
// by a twentieth of that a second.
func (s *service) grow(now time.Time) {
	dt := now.Sub(s.grown).Seconds()
	s.grown = now
	if s.rate == 0 || s.ceiling == 0 || dt <= 0 {
		return
	}
	dt = min(dt, 1)
	if near := s.ceiling * 0.8; s.rate < near {
		s.rate = min(s.rate*math.Exp2(dt), near)
	} else {
		s.rate += s.ceiling / 20 * dt
		if now.Sub(s.cut) > calm {
			s.ceiling = s.rate * 1.5 // it takes more by now
		}
	}
	if s.limit > 0 {
		s.rate = min(s.rate, s.limit)
	}
}

// answer takes note of one outcome of a message that left at left. It says what the
// operator should know.
func (s *service) answer(o *event, left, now time.Time) NoticeKind {
	if o.status != 0 || o.class != webpush.Retry && o.class != webpush.Unsent {
		s.heard = now
		if s.recent.n++; s.recent.n > lookback {
			s.before, s.recent = s.recent, struct{ n, throttled int }{}
		}
		if s.first < firstAnswers {
			s.first++
			if o.class == webpush.Rejected {
				s.refused++
			}
			if s.refused > refusedAllowed && !s.stopped {
				s.stopped = true
				return NoticeRefused
			}
		}
	}
	switch o.class {
	case webpush.Accepted:
		s.accepted++
		s.taken++
	case webpush.Throttled:
		s.recent.throttled++
		s.throttle(o.after, left, now)
	case webpush.Retry, webpush.Unsent:
		return s.fail(left, now)
	}
	s.silent, s.outages, s.outSince = 0, 0, time.Time{}
	return ""
}

// throttle pauses the service and slows down. A service may also throttle one browser;
// where hardly any answer of many is such, that message alone waits.
func (s *service) throttle(after time.Duration, left, now time.Time) {
	n, throttled := s.recent.n+s.before.n, s.recent.throttled+s.before.throttled
	if n >= fewAnswers && throttled*16 < n {
		return
	}
	if until := now.Add(after); until.After(s.paused) {
		s.paused, s.why = until, "it asked for a pause"
	}
	if n < fewAnswers || !left.After(s.cut) {
		return
	}
	// Services count over a second or a minute: the pause belongs to what was taken.
	rate := float64(s.accepted) / max((now.Sub(s.measured)+after).Seconds(), 0.25)
	if s.rate > 0 {
		rate = min(rate, s.rate)
	}
	s.ceiling = max(rate, slowest)
	if s.accepted < fewAnswers {
		s.ceiling = math.Inf(1) // it took nothing at all, which tells nothing of its rate
	}
	s.rate = max(rate/2, slowest)
	s.cut, s.grown = s.paused, s.paused
	s.tokens, s.filled = 0, s.paused
	s.accepted, s.measured = 0, s.paused
}

// fail counts messages that came to nothing, and pauses a service that is out, longer
// each time.
func (s *service) fail(left, now time.Time) NoticeKind {
	if s.outSince.IsZero() {
		s.outSince = now
	}
	s.silent++
	if s.silent >= silentAfter && !left.Before(s.paused) && !now.Before(s.paused) {
		s.silent = 0
		s.paused, s.why = now.Add(min(time.Second<<min(s.outages, 5), 30*time.Second)), "it does not answer"
		s.outages++
	}
	if now.Sub(s.outSince) >= outAfter {
		return NoticeOutage
	}
	return ""
}
