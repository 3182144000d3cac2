package main_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/pushservice"
)

// A node whose key file is lost, or is another database's, starts with no new one: that
// would orphan every subscriber. It says what to do.
func TestTheKeyFileOfAnotherDatabase(t *testing.T) {
	s := serve(t, "")
	key := s.pushKey()
	backup, restored := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "restored")
	s.must("backup", backup)
	s.stop()
	if out, errOut, code := dateline(t, "restore", backup, "--data", restored); code != 0 {
		t.Fatalf("restore: exit %d\n%s%s", code, out, errOut)
	}
	file := filepath.Join(restored, "push.key")
	if _, err := os.Stat(file); err == nil {
		t.Error("the key file is in the backup, beside the keys that it is to protect")
	}
	prepare(t, restored, "").refuses(file, "missing", "from your copy", "--key-file", "orphan")
	if _, err := os.Stat(file); err == nil {
		t.Fatal("a new key file was made")
	}
	write := func(b []byte, mode os.FileMode) {
		os.Remove(file)
		if err := os.WriteFile(file, b, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(make([]byte, 32), 0o600)
	prepare(t, restored, "").refuses(file, "another key file", "put back the key file that belongs to this database", "--key-file")
	write([]byte("short"), 0o600)
	prepare(t, restored, "").refuses(file, "5 bytes", "from your copy")
	right, err := os.ReadFile(filepath.Join(s.data, "push.key"))
	if err != nil {
		t.Fatal(err)
	}
	write(right, 0o644)
	prepare(t, restored, "").refuses(file, "others may read it", "chmod 600")
	// So do commands that need it.
	_, errOut, code := dateline(t, "keys", "export", "-", "--data", restored)
	if code != 1 || !strings.Contains(errOut, "chmod 600") || strings.Count(errOut, "\n") != 1 {
		t.Errorf("keys export: exit %d, %q", code, errOut)
	}
	os.Remove(file)
	again := prepare(t, restored, "", "--key-file", filepath.Join(s.data, "push.key"))
	again.start()
	if k := again.pushKey(); k != key {
		t.Errorf("browsers are given the key %s, want %s", k, key)
	}
}

// A site's keys and subscriptions move to another, which then sends with them.
func TestMovingSubscribersToAnotherSite(t *testing.T) {
	w := newPushWorld(t, pushservice.Options{Subscriptions: 60, Check: 1})
	from := serve(t, "", w.flags()...)
	from.published(fields{"headline": "Bridge closed", "section": "world", "body": "x", "topics": []string{"roads"}})
	w.subscribe(from, 0, 60, func(n int) fields {
		switch n % 6 {
		case 0:
			return fields{"topics": []string{"roads"}, "only_chosen": true, "language": "en"}
		case 1:
			return fields{"importance": "breaking", "most_per_day": 5}
		case 2:
			return fields{"quiet_hours": fields{"from": "22:00", "to": "07:00", "time_zone": "Europe/Berlin"}}
		case 3:
			return fields{"paused": true}
		case 4:
			return fields{"waiting": true, "topics": []string{"roads"}}
		}
		return fields{}
	})
	keys, subscriptions := filepath.Join(t.TempDir(), "keys"), filepath.Join(t.TempDir(), "subscriptions")
	from.must("keys", "export", keys)
	from.must("subscriptions", "export", subscriptions)
	for _, file := range []string{keys, subscriptions} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v: want a file that its owner alone reads", info.Mode(), err)
		}
	}
	from.stop()
	to := serve(t, "", w.flags()...)
	st := to.published(fields{"headline": "Bridge closed", "section": "world", "body": "x", "topics": []string{"roads"}})
	if to.pushKey() == "" || !strings.Contains(to.must("keys", "import", keys), "came in") || !strings.Contains(to.must("keys", "import", keys), "is here already") {
		t.Error("the keys did not come in once")
	}
	import_ := append([]string{"subscriptions", "import", subscriptions}, w.allow()...)
	if out := to.must(import_...); !strings.Contains(out, "60 new, 0 known already, 0 refused") || !strings.Contains(out, "10 of them were made with a key that is not here") {
		t.Errorf("the import says %q", out)
	}
	if out := to.must(import_...); !strings.Contains(out, "0 new, 60 known already, 0 refused") {
		t.Errorf("the same again says %q", out)
	}
	want, err := os.ReadFile(subscriptions)
	if err != nil {
		t.Fatal(err)
	}
	if got := to.must("subscriptions", "export", "-"); got != string(want) {
		t.Errorf("what came in differs from what went out:\n%.2000s\n%.2000s", got, want)
	}
	// Those paused, waiting, or asleep are not sent to. Whether it is night in Berlin this
	// test does not know.
	w.Forget()
	all := toAll(st, "Bridge closed")
	to.reaches(fields{"story": st.ID, "title": "x", "topics": []string{"roads"}, "importance": "breaking"}, 10)
	a := to.ended(to.alert(all).ID, 20*time.Second)
	if a.Accepted != a.Audience || a.Audience < 20 || a.Audience > 40 {
		t.Errorf("the alert ended as %+v", a)
	}
	for n, times := range w.ReceivedAll() {
		if wants := n%6 == 1 || n%6 == 5; wants && times != 1 || !wants && n%6 != 2 && times != 0 {
			t.Errorf("subscription %d got the alert %d times", n, times)
		}
	}
	if s := w.Stats(); s.Refused > 0 {
		t.Errorf("%d messages were refused: %+v", s.Refused, w.Messages(0))
	}
}

// What another service exports comes in, plain or gzipped, awkward lines and all. Of
// whose key we lack waits for its reader, and is neither sent to nor counted.
func TestComingFromOneSignal(t *testing.T) {
	w := newPushWorld(t, pushservice.Options{Subscriptions: 20, Check: 1})
	s := serve(t, "", w.flags()...)
	st := s.published(fields{"headline": "Bridge closed", "section": "world", "body": "x", "topics": []string{"roads"}})
	key := s.pushKey()
	row := func(n int, tags, types, invalid string) []string {
		sub, err := w.Subscribe(n, key)
		if err != nil {
			t.Fatal(err)
		}
		return []string{fmt.Sprint(n), sub.Endpoint, "en", tags, types, invalid, sub.Auth, sub.P256dh}
	}
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbf")
	c := csv.NewWriter(&b)
	c.UseCRLF = true
	c.Write([]string{"id", "identifier", "language", "tags", "notification_types", "invalid_identifier", "web_auth", "web_p256"})
	c.Write(row(0, `{"roads":"1","sport":"0"}`, "1", "f"))
	c.Write(row(1, "{\"roads\": \"true\",\n \"name\": \"O'Neil, \\\"Bob\\\"\"}", "", "")) // a line end and quotes inside
	c.Write(row(2, "not JSON", "1", ""))
	c.Write(row(3, "", "-2", ""))            // unsubscribed
	c.Write(row(4, "", "1", "t"))            // invalid
	c.Write(row(0, `{"roads":1}`, "1", "f")) // once more
	app := row(5, "", "1", "")
	app[6], app[7] = "", ""
	c.Write(app) // a phone's app
	broken := row(6, "", "1", "")
	broken[7] = "BAAA"
	c.Write(broken)
	inside := row(7, "", "1", "")
	inside[1] = "https://127.0.0.1/x"
	c.Write(inside)
	token := row(8, "", "1", "")
	token[1] = "dGhpcyBpcyBhIHRva2Vu" // a bare token of long ago
	c.Write(token)
	c.Flush()
	b.WriteString("9,https://fcm.googleapis.com/x\r\n")       // a short line
	b.WriteString("\r\n10,\"https://fcm.goog\"leapis,,,\r\n") // stray quotes
	plain, zipped := filepath.Join(t.TempDir(), "users.csv"), filepath.Join(t.TempDir(), "users.csv.gz")
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	g.Write(b.Bytes())
	g.Close()
	for path, bytes := range map[string][]byte{plain: b.Bytes(), zipped: z.Bytes()} {
		if err := os.WriteFile(path, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	import_ := append([]string{"subscriptions", "import", "--from", "onesignal"}, w.allow()...)
	out := s.must(append(import_, plain)...)
	for _, want := range []string{"4 new, 1 known already, 2 refused", "4 of them were made with a key that is not here", "line 10", "line 11", "neither sent to nor counted"} {
		if !strings.Contains(out, want) {
			t.Errorf("the import does not say %q: %s", want, out)
		}
	}
	to := fields{"story": st.ID, "title": "Bridge closed", "topics": []string{"roads"}}
	if a := s.ended(s.alert(toAll(st, "Bridge closed")).ID, 10*time.Second); a.Audience != 0 || w.Stats().Messages != 0 {
		t.Errorf("those who wait got an alert: %+v", a)
	}
	// With the key they were made with they are subscribers at once; a browser's token of
	// long ago would be sent to over the internet, so it goes first.
	s.send("DELETE", "/api/v1/push/subscriptions", fields{"endpoint": "https://fcm.googleapis.com/fcm/send/dGhpcyBpcyBhIHRva2Vu"}, anonymous)
	withKey := strings.ReplaceAll(b.String(), "dGhpcyBpcyBhIHRva2Vu", "https://127.0.0.1/y")
	z.Reset()
	g = gzip.NewWriter(&z)
	g.Write([]byte(withKey))
	g.Close()
	if err := os.WriteFile(zipped, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := s.must(append(import_, zipped, "--key", key)...); !strings.Contains(out, "0 new, 4 known already, 3 refused") || strings.Contains(out, "waits") {
		t.Errorf("with its key the import says %q", out)
	}
	s.reaches(to, 2)
	if a := s.ended(s.alert(to).ID, 10*time.Second); a.Accepted != 2 {
		t.Errorf("to the topic: %+v", a)
	}
	for n, times := range w.ReceivedAll() {
		if (n < 2) != (times == 1) {
			t.Errorf("subscription %d got the alert %d times", n, times)
		}
	}
	for name, text := range map[string]string{"columns": "id,identifier\n1,x\n", "nothing": "", "half a gzip": "\x1f\x8b\x08"} {
		path := filepath.Join(t.TempDir(), "bad.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, errOut, code := s.command(append(import_, path)...); code != 1 || strings.Count(errOut, "\n") != 1 || strings.Contains(errOut, "panic") {
			t.Errorf("%s: exit %d, %q", name, code, errOut)
		}
	}
}

// Browsers that come from any other system find our worker where theirs stood.
func TestOldWorkersElsewhere(t *testing.T) {
	s := serve(t, "", "--old-workers", "/push/worker.js,/sw.js")
	want := s.get("/sw.js")
	if got := s.get("/push/worker.js"); got.status != 200 || got.text() != want.text() {
		t.Errorf("GET /push/worker.js = %d\n%.100s", got.status, got.body)
	}
	for _, p := range []string{"/alerts", "worker.js", "/{slug}.js", "/a/../b.js"} {
		if _, errOut, code := s.command("serve", "--old-workers", p); code != 2 || !strings.Contains(errOut, "--old-workers: ") {
			t.Errorf("--old-workers %s: exit %d, %q", p, code, errOut)
		}
	}
}
