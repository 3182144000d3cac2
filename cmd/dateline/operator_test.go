package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/mail"
	"dateline/internal/news"
	"dateline/internal/store"
)

// A logbook is a log that can be read.
type logbook struct {
	mu sync.Mutex
	strings.Builder
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(b)
}

func (l *logbook) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.String(), s)
}

// An outbox is a mail server that takes everything.
type outbox struct {
	mu   sync.Mutex
	sent []mail.Message
}

func (o *outbox) Send(_ context.Context, m mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}
func (o *outbox) Check(context.Context) error { return nil }
func (o *outbox) Close() error                { return nil }
func (o *outbox) subjects() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []string
	for _, m := range o.sent {
		all = append(all, m.Subject)
	}
	return strings.Join(all, "; ")
}

// A shelf keeps notices like a database that can be away.
type shelf struct {
	mu   sync.Mutex
	away bool
	open map[string]news.Notice
}

func (s *shelf) is(away bool) {
	s.mu.Lock()
	s.away = away
	s.mu.Unlock()
}

func (s *shelf) do(f func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errors.New("the database is away")
	}
	f()
	return nil
}

func (s *shelf) NoteNotice(_ context.Context, n news.Notice) error {
	return s.do(func() { n.Times += s.open[n.Key].Times; s.open[n.Key] = n })
}

func (s *shelf) ClearNotice(_ context.Context, key, _ string) error {
	return s.do(func() { delete(s.open, key) })
}

func (s *shelf) MailNotices(context.Context, func(news.Notice) (news.Job, bool)) error {
	return s.do(func() {})
}

func (s *shelf) shows() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := ""
	for _, n := range s.open {
		out += fmt.Sprintf("%s x%d %s", n.Text, n.Times, n.Mailed.Format("05"))
	}
	return out
}

// With the database away nobody waits, nothing is lost, and mail goes out all the same,
// once; what was hidden is kept when it is back.
func TestOperatorIsToldWithoutADatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		s, box := &shelf{away: true, open: map[string]news.Notice{}}, &outbox{}
		o := newOperator(s, slog.New(slog.NewTextHandler(&log, nil)), time.Now)
		o.mailBy(&operatorPost{sender: box, to: "ops@example.org", siteName: "The Example", zone: time.UTC})
		for range 30 {
			o.tell("database", "The database cannot be reached. Bring it back.", true)
		}
		for i := range 3 * mostTopics {
			o.tell(fmt.Sprint("push-outage:https://", i), "It is out.", false)
		}
		o.tell("database", "The database cannot be reached. Bring it back.", true)
		synctest.Wait()
		if k := log.count("cannot be reached"); k != 1 {
			t.Errorf("the log says it %d times within a minute", k)
		}
		if got := box.subjects(); got != "" {
			t.Errorf("mailed at once, of what may be a blip: %s", got)
		}
		time.Sleep(40 * time.Second)
		synctest.Wait()
		if got := box.subjects(); got != "The Example: The database cannot be reached." {
			t.Errorf("after a while without a database mailed: %q", got)
		}
		time.Sleep(30 * time.Minute)
		s.is(false)
		time.Sleep(noticeLook)
		synctest.Wait()
		if got := s.shows(); !strings.Contains(got, "Bring it back. x") {
			t.Errorf("kept when it is back: %q", got)
		}
		if got := box.subjects(); strings.Count(got, "reached") != 1 {
			t.Errorf("mailed in half an hour: %q", got)
		}
		o.tell("database", "The database is back.", false)
		synctest.Wait()
		if got := s.shows(); got != "" {
			t.Errorf("good news left %q open", got)
		}
		o.close()
	})
}

// The whole of it on a real database: row, mail job, and relief.
func TestOperatorIsTold(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "news.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	o := newOperator(s, slog.New(slog.NewTextHandler(io.Discard, nil)), s.Now)
	o.mailBy(&operatorPost{sender: &outbox{}, to: "ops@example.org", siteName: "The Example", desk: "http://x/desk/", zone: time.UTC})
	wait := func(what string, open, jobs int) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
			list, err := s.Notices(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n, err := s.WaitingJobs(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(list) == open && n == jobs {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%s: %v open and %d mails, want %d and %d", what, list, n, open, jobs)
			}
		}
	}
	o.tell(aboutDrill, "The drill failed. Look at the log.", true)
	wait("bad news", 1, 1)
	o.tell(aboutDrill, "The drill failed. Look at the log.", true)
	o.tell(aboutJob+":"+mailJob, "Mail was given up.", true)
	wait("what is about mail is not mailed", 2, 1)
	o.tell(aboutDrill, "The drill works.", false)
	wait("good news", 1, 2)
	o.tell("search-index", "It cannot be written.", true)
	if err := o.close(); err != nil { // keeps what is not kept yet
		t.Fatal(err)
	}
	if list, err := s.Notices(t.Context()); err != nil || len(list) != 2 {
		t.Errorf("after closing: %v, %v", list, err)
	}
}

func TestOperatorMessage(t *testing.T) {
	at := time.Date(2026, 3, 1, 22, 5, 0, 0, time.UTC)
	p := &operatorPost{to: "ops@example.org", siteName: "The Example", desk: "https://news.example/desk/", zone: time.UTC}
	bad := p.message(news.Notice{Key: "a", Text: "It broke. Mend it.", First: at, Last: at.Add(time.Minute), Times: 3})
	good := p.message(news.Notice{Key: "a", Text: "It broke. Mend it.", First: at, Last: at, Times: 3, Cleared: at.Add(time.Hour), Relief: "It works again."})
	for got, want := range map[string][]string{
		bad.Subject: {"The Example: It broke."}, bad.Text: {"It broke. Mend it.", "3 times since 1 March 22:05:00 UTC", "https://news.example/desk/"},
		good.Subject: {"The Example: It works again."}, good.Text: {"It had been: It broke.", "to 1 March 23:05:00 UTC"},
	} {
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%q does not say %q", got, w)
			}
		}
	}
	if bad.ID == good.ID {
		t.Error("both mails have one identifier: mailboxes drop the second")
	}
}
