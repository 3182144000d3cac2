package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dateline/internal/fanout"
	"dateline/internal/mail"
	"dateline/internal/news"
)

// What the operator may be told of, beside what packages live and fanout name; one that
// there are several of is followed by ":" and which.
const (
	aboutDrill = "drill"
	aboutJob   = "job" // by kind
)

// aboutPush is by what is wrong with the push service concerned.
func aboutPush(n fanout.Notice) string {
	return strings.TrimSuffix("push-"+string(n.Kind)+":"+n.Origin, ":")
}

const (
	// mostTopics is how much the operator can be told of while the database is away.
	mostTopics = 100
	// hushFor is how long the same words about the same thing are only counted.
	hushFor = time.Minute
	// mailUnkept is after how long of not being able to keep a notice it is mailed
	// directly: a database that is away takes no jobs.
	mailUnkept = 15 * time.Second
	// noticeLook is how often mails that have become due are looked for.
	noticeLook = time.Minute
)

// A noticeStore keeps what the operator was told.
type noticeStore interface {
	NoteNotice(ctx context.Context, n news.Notice) error
	ClearNotice(ctx context.Context, key, relief string) error
	MailNotices(ctx context.Context, mail func(n news.Notice) (j news.Job, ok bool)) error
}

// An operator tells whoever runs the site what broke, what to do, and what works again:
// by a line in the log and a count at once, then by a notice that admins see at the
// desk, and by mail. Nobody who tells it something waits for any of that.
type operator struct {
	store noticeStore
	log   *slog.Logger
	now   func() time.Time
	told  *prometheus.CounterVec
	wake  chan struct{}
	stop  context.CancelFunc
	done  sync.WaitGroup

	mu     sync.Mutex
	topics map[string]*topic
	post   *operatorPost // nil without mail
}

// A topic is what was told about one thing and is not kept yet.
type topic struct {
	text        string
	first, last time.Time
	times       int    // 0 when all is kept
	relief      string // told after it
	mailed      time.Time

	said   string // in the log last
	saidAt time.Time
	hushed int // times it was not said since
}

func newOperator(s noticeStore, log *slog.Logger, now func() time.Time) *operator {
	o := &operator{
		store: s, log: log, now: now, wake: make(chan struct{}, 1), topics: map[string]*topic{},
		told: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "dateline", Name: "notices_total", Help: "Times the operator was told that something is wrong, by what it is about.",
		}, []string{"kind"}),
	}
	ctx, stop := context.WithCancel(context.Background())
	o.stop = stop
	o.done.Go(func() { o.run(ctx) })
	return o
}

// mailBy has mail sent from now on.
func (o *operator) mailBy(p *operatorPost) {
	o.mu.Lock()
	o.post = p
	o.mu.Unlock()
	o.poke()
}

// close keeps what is not kept yet, if the database answers soon.
func (o *operator) close() error {
	o.stop()
	o.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	o.keep(ctx)
	return nil
}

// tell takes news about one thing: bad says what is wrong and what to do, good that it
// is over. It returns at once.
func (o *operator) tell(about, what string, bad bool) {
	n := news.Notice{Key: about}
	now := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.topic(about)
	if !bad {
		if !t.last.IsZero() { // else it was well all the time, or is since this process began
			o.log.Info("for the operator: "+what, "about", about)
		}
		t.relief, t.said = what, ""
		o.poke()
		return
	}
	o.told.WithLabelValues(n.Kind()).Inc()
	if t.said == what && now.Sub(t.saidAt) < hushFor {
		t.hushed++
	} else {
		o.log.Error("for the operator: "+what, "about", about, "times", t.hushed+1)
		t.said, t.saidAt, t.hushed = what, now, 0
	}
	if t.times == 0 {
		t.first = now
	}
	t.text, t.last, t.relief = what, now, ""
	t.times++
	o.poke()
}

// topic is what is known of one thing. When there is no room, what was told of longest
// ago is forgotten; it stands in the log.
func (o *operator) topic(about string) *topic {
	if t := o.topics[about]; t != nil {
		return t
	}
	if len(o.topics) >= mostTopics {
		oldest := ""
		for key, t := range o.topics {
			if oldest == "" || t.last.Before(o.topics[oldest].last) {
				oldest = key
			}
		}
		delete(o.topics, oldest)
	}
	t := new(topic)
	o.topics[about] = t
	return t
}

func (o *operator) poke() {
	select {
	case o.wake <- struct{}{}:
	default: // it is awake
	}
}

// run keeps and mails until ctx ends. What cannot be kept is tried again, less and less
// often.
func (o *operator) run(ctx context.Context) {
	pause := noticeLook
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-o.wake:
		case <-timer.C:
		}
		timer.Stop()
		turn, cancel := context.WithTimeout(ctx, 5*time.Second)
		kept := o.keep(turn)
		if kept {
			o.mailDue(turn)
		}
		cancel()
		switch {
		case kept:
			pause = noticeLook
		case pause == noticeLook:
			pause = time.Second
		default:
			pause = min(2*pause, 10*time.Second)
		}
		if !kept {
			o.mailUnkept(ctx)
		}
	}
}

// keep writes what is not written yet, and tells whether all of it is.
func (o *operator) keep(ctx context.Context) bool {
	o.mu.Lock()
	waiting := map[string]topic{}
	for key, t := range o.topics {
		if t.times > 0 || t.relief != "" {
			waiting[key] = *t
		}
	}
	o.mu.Unlock()
	all := true
	for key, t := range waiting {
		if err := o.keepOne(ctx, key, t); err != nil {
			all = false
			o.log.Debug("what the operator was told cannot be kept now", "about", key, "error", err)
			continue
		}
		o.mu.Lock()
		if now := o.topics[key]; now != nil { // more may have come meanwhile
			now.times -= t.times
			now.first = t.last
			if now.relief == t.relief {
				now.relief = ""
			}
		}
		o.mu.Unlock()
	}
	return all
}

func (o *operator) keepOne(ctx context.Context, key string, t topic) error {
	key = clipWords(key, news.MaxNoticeKey)
	if t.times > 0 {
		err := o.store.NoteNotice(ctx, news.Notice{
			Key: key, Text: clipWords(t.text, news.MaxNoticeText), First: t.first, Last: t.last, Times: t.times, Mailed: t.mailed,
		})
		if err != nil {
			return err
		}
	}
	if t.relief != "" {
		return o.store.ClearNotice(ctx, key, t.relief)
	}
	return nil
}

// mailDue enqueues the mails that are due.
func (o *operator) mailDue(ctx context.Context) {
	o.mu.Lock()
	p := o.post
	o.mu.Unlock()
	if p == nil {
		return
	}
	if err := o.store.MailNotices(ctx, p.job); err != nil {
		o.log.Debug("could not look for notices to mail", "error", err)
	}
}

// mailUnkept mails directly what could not be kept for a while. Each node that is cut
// off does so: none knows of the others.
func (o *operator) mailUnkept(ctx context.Context) {
	o.mu.Lock()
	p, now := o.post, o.now()
	var due []news.Notice
	for key, t := range o.topics {
		if t.times > 0 && t.relief == "" && now.Sub(t.first) >= mailUnkept && now.Sub(t.mailed) >= news.NoticeMailPause {
			due = append(due, news.Notice{Key: key, Text: t.text, First: t.first, Last: t.last, Times: t.times, Mailed: t.mailed})
		}
	}
	o.mu.Unlock()
	if p == nil {
		return
	}
	for _, n := range due {
		if err := p.sender.Send(ctx, p.message(n)); err != nil {
			o.log.Warn("the operator could not be mailed", "error", err)
			if !mail.IsPermanent(err) {
				continue // with the next try to keep it
			}
		}
		o.mu.Lock()
		if t := o.topics[n.Key]; t != nil {
			t.mailed = o.now()
		}
		o.mu.Unlock()
	}
}
