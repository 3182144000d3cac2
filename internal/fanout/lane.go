package fanout

import (
	"container/heap"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// An item is one message to be sent.
type item struct {
	n     uint32
	tries uint8 // without a usable answer
}

// A waiting item is tried again at a time.
type waiting struct {
	at time.Time
	item
}

type waitingHeap []waiting

func (h waitingHeap) Len() int           { return len(h) }
func (h waitingHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h waitingHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *waitingHeap) Push(x any)        { *h = append(*h, x.(waiting)) }
func (h *waitingHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// A lane is the queue of the messages that share a service and a key.
type lane struct {
	Lane
	service *service
	signer  *webpush.Signer

	queue    []item
	head     int
	retry    waitingHeap
	inFlight int

	accepted int
	trouble  int       // answers in a row that did not accept our signature
	open     time.Time // the breaker: until then nothing, then one message to try; zero if it is closed
	opened   int       // times in a row

	where place
	wake  time.Time // if asleep
}

// A place is where the scheduler keeps a lane.
type place uint8

const (
	nowhere place = iota // nothing to send
	ready
	asleep
)

const (
	// troubleAfter is how many refused signatures in a row open the breaker; single ones
	// are browsers that subscribed with another site's key.
	troubleAfter = 8
	breakerFirst = 30 * time.Second
	breakerMost  = 5 * time.Minute
	// troubleTries is how often one browser's refusal of a key is tried that the service
	// takes for others.
	troubleTries = 4
)

func (l *lane) waits() int { return len(l.queue) - l.head + len(l.retry) }

func (l *lane) push(i item) {
	if l.head > 1024 && l.head*2 > len(l.queue) {
		l.queue = append(l.queue[:0], l.queue[l.head:]...)
		l.head = 0
	}
	l.queue = append(l.queue, i)
}

func (l *lane) later(i item, at time.Time) { heap.Push(&l.retry, waiting{at, i}) }

// due moves what is to be tried again into the queue.
func (l *lane) due(now time.Time) {
	for len(l.retry) > 0 && !l.retry[0].at.After(now) {
		l.push(heap.Pop(&l.retry).(waiting).item)
	}
}

// allowed is service.allowed behind the breaker.
func (l *lane) allowed(now time.Time, free int) (int, time.Time) {
	want := min(len(l.queue)-l.head, news.ChunkSize)
	if !l.open.IsZero() {
		if now.Before(l.open) {
			return 0, l.open
		}
		if l.inFlight > 0 {
			return 0, time.Time{} // the one that tries
		}
		want = min(want, 1)
	}
	return l.service.allowed(now, want, free)
}

// answer works the breaker, and says what the operator should know.
func (l *lane) answer(c webpush.Class, tries uint8, left, now time.Time) NoticeKind {
	switch c {
	case webpush.Accepted:
		l.accepted++
		l.trouble, l.opened, l.open = 0, 0, time.Time{}
	case webpush.Gone:
		l.trouble = 0
	case webpush.KeyTrouble:
		// Of a service that takes others, those tried again are browsers with another key:
		// at the end they are all that is left, and no reason to wait.
		if tries == 0 || l.accepted == 0 || !l.open.IsZero() {
			l.trouble++
		}
		if l.trouble >= troubleAfter && !left.Before(l.open) {
			l.open = now.Add(min(breakerFirst<<min(l.opened, 4), breakerMost))
			l.opened++
			return NoticeKey
		}
		if l.accepted == 0 {
			return NoticeKey
		}
	}
	return ""
}

// take is all that waits, and leaves nothing.
func (l *lane) take() []item {
	all := append([]item(nil), l.queue[l.head:]...)
	for _, w := range l.retry {
		all = append(all, w.item)
	}
	l.queue, l.head, l.retry = nil, 0, nil
	return all
}

// lanesAsleep is a heap by the time to wake.
type lanesAsleep []sleeper

// A sleeper is void if its lane was woken since.
type sleeper struct {
	lane *lane
	at   time.Time
}

func (h lanesAsleep) Len() int           { return len(h) }
func (h lanesAsleep) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h lanesAsleep) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lanesAsleep) Push(x any)        { *h = append(*h, x.(sleeper)) }
func (h *lanesAsleep) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
