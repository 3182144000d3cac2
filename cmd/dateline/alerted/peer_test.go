package alerted_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What we send is read by packages that share nothing with ours: http_ece decrypts it,
// and jsonwebtoken finds our signature right. tools/push pins them, ./test installs them.
func TestOthersReadOurMessages(t *testing.T) {
	wants(t, "node")
	reader := filepath.Join("..", "..", "..", "tools", "push")
	if _, err := os.Stat(filepath.Join(reader, "node_modules", "http_ece")); err != nil {
		t.Skip("the packages of tools/push are not installed (./test does it)")
	}
	for _, client := range []string{"the fast client", "Go's client"} {
		t.Run(client, func(t *testing.T) {
			post := newPostOffice(t)
			flags := []string{}
			if client == "Go's client" {
				flags = append(flags, "--push-plain")
			}
			s := newSite(t, post, "", freeAddress(t), flags...)
			st := s.publish("Orrin bridge closed")
			var key struct {
				PublicKey string `json:"public_key"`
			}
			s.call("GET", "/push/key", nil, 200, &key)
			const readers = 8
			private := map[string]fields{} // what only a browser knows, by endpoint
			for i := range readers {
				p, err := ecdh.P256().GenerateKey(rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				var auth [16]byte
				rand.Read(auth[:])
				endpoint := post.open(fmt.Sprintf("/wpush/v2/reader-%d", i), &box{key: key.PublicKey, deliver: func([]byte) error { return nil }})
				sub := fields{"endpoint": endpoint, "keys": fields{"p256dh": base64url.EncodeToString(p.PublicKey().Bytes()), "auth": base64url.EncodeToString(auth[:])}}
				s.call("POST", "/push/subscriptions", sub, 201, nil)
				private[endpoint] = fields{"private": base64url.EncodeToString(p.Bytes()), "auth": base64url.EncodeToString(auth[:]), "audience": post.srv.URL}
			}
			a := s.send(fields{"story": st.ID, "title": "الجسر مغلق – Bridge “closed” 🌉", "body": "Two lines\nof text.", "audience": "all"})
			c := fields{"replaces": a.ID, "title": "Correction", "body": ""}
			if got := s.sent(a.ID); got.Accepted != readers {
				t.Fatalf("the record says %+v", got)
			}
			s.sent(s.send(c).ID)

			var in bytes.Buffer
			for endpoint, line := range private {
				for _, p := range post.to(endpoint) {
					line["body"], line["authorization"] = base64url.EncodeToString(p.body), p.authorization
					if err := json.NewEncoder(&in).Encode(line); err != nil {
						t.Fatal(err)
					}
				}
			}
			cmd := exec.Command("node", "read.mjs")
			cmd.Dir, cmd.Stdin, cmd.Stderr = reader, &in, os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("node read.mjs: %v\n%s", err, out)
			}
			titles := map[string]int{}
			for line := range bytes.Lines(out) {
				var m struct{ Text, Key string }
				var text struct {
					WebPush      int `json:"web_push"`
					Notification struct{ Title, Navigate, Lang, Dir string }
				}
				if err := json.Unmarshal(line, &m); err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal([]byte(m.Text), &text); err != nil {
					t.Fatalf("%v in %s", err, m.Text)
				}
				if n := text.Notification; text.WebPush != 8030 || n.Navigate != st.URL || n.Lang != "en" || n.Dir != "ltr" || m.Key != key.PublicKey {
					t.Errorf("read was %s, signed with %s", m.Text, m.Key)
				}
				titles[text.Notification.Title]++
			}
			if titles["الجسر مغلق – Bridge “closed” 🌉"] != readers || titles["Correction"] != readers || len(titles) != 2 {
				t.Errorf("the titles read are %v, want %d of each", titles, readers)
			}
		})
	}
}
