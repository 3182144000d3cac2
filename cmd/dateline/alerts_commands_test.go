package main_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/pushservice"
)

var alertID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// What the desk's buttons do, typed: beside a server, and without one.
func TestAlertCommands(t *testing.T) {
	long(t)
	t.Parallel()
	w := newPushWorld(t, pushservice.Options{Subscriptions: 30, Check: 1})
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database, w.flags()...)
		w.subscribe(s, 0, 30, nil)
		w.Forget()
		st := bridge(s)
		s.reaches(toAll(st, "x"), 30)
		says := func(code int, words []string, command ...string) string {
			t.Helper()
			out, errOut, got := s.command(command...)
			if got != code || code != 0 && (out != "" || strings.Count(errOut, "\n") != 1 || !strings.HasPrefix(errOut, "dateline: ")) {
				t.Errorf("%v: exit %d, want %d\n%s%s", command, got, code, out, errOut)
			}
			for _, word := range words {
				if !strings.Contains(out+errOut, word) {
					t.Errorf("%v does not say %q:\n%s%s", command, word, out, errOut)
				}
			}
			return out
		}
		send := func(words ...string) string {
			t.Helper()
			return alertID.FindString(says(0, words, "alert", "send", st.ID, "--body", "Both lanes.", "--alert-countdown", "1500ms"))
		}
		// Beside a server.
		id := send("is counting", "It leaves in", "dateline alert stop ")
		says(0, []string{"Stopped. 0 went out"}, "alert", "stop", id)
		says(0, []string{"Stopped. 0 went out"}, "alert", "stop", id)
		if n := w.Stats().Messages; n != 0 {
			t.Errorf("%d messages left", n)
		}
		id = send("is counting")
		if a := s.ended(id, 20*time.Second); a.Accepted != 30 || a.Title != "Bridge closed" {
			t.Errorf("it ended as %+v", a)
		}
		says(1, []string{"sent"}, "alert", "stop", id)
		says(1, []string{"no such alert"}, "alert", "stop", "nothing")
		says(1, []string{"no such story"}, "alert", "send", "nothing")
		says(1, []string{"topic"}, "alert", "send", st.ID, "--topics", "nothing-of-the-kind")
		says(2, []string{"not both"}, "alert", "send", st.ID, "--topics", "x", "--followers")
		says(0, []string{"The whole way works", "the message arrived after"}, "alert", "drill")
		s.stop()
		// Without one.
		if database == "" {
			id = send("is counting", "No server is running on this newsroom; it leaves when one starts.")
			says(0, []string{"The whole way works"}, "alert", "drill")
			stopped := send("No server is running")
			says(0, []string{"Stopped. 0 went out"}, "alert", "stop", stopped)
			w.Forget()
			s.start()
			if a := s.ended(id, 30*time.Second); a.Accepted != 30 || w.Stats().Messages != 30 {
				t.Errorf("once it was started, it ended as %+v", a)
			}
			if a := s.alertNow(stopped); a.State != "stopped" || a.Accepted != 0 {
				t.Errorf("the stopped one is %+v", a)
			}
		}
	})
}
