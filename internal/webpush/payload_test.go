package webpush

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPayload(t *testing.T) {
	n := &Notification{
		Title: "Bürgermeister <tritt> zurück", Body: "Nach 12 Jahren", Lang: "de", Dir: "ltr", Tag: "story-1",
		Navigate: "https://news.example.org/a?b&c", Icon: "https://news.example.org/icon.png",
		Silent: true, Actions: []Action{{"stop", "Stop this topic", "https://news.example.org/alerts"}},
		Data: json.RawMessage(`{"alert":"7"}`),
	}
	got, err := n.Payload()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"web_push":8030,"notification":{"title":"Bürgermeister <tritt> zurück","navigate":"https://news.example.org/a?b&c","body":"Nach 12 Jahren","lang":"de","dir":"ltr","tag":"story-1","icon":"https://news.example.org/icon.png","silent":true,"actions":[{"action":"stop","title":"Stop this topic","navigate":"https://news.example.org/alerts"}],"data":{"alert":"7"}}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
}

func TestPayloadRefuses(t *testing.T) {
	for name, change := range map[string]func(*Notification){
		"no title":          func(n *Notification) { n.Title = " " },
		"no address":        func(n *Notification) { n.Navigate = "" },
		"relative address":  func(n *Notification) { n.Navigate = "/a" },
		"script":            func(n *Notification) { n.Navigate = "javascript:alert(1)" },
		"icon without host": func(n *Notification) { n.Icon = "icon.png" },
		"direction":         func(n *Notification) { n.Dir = "up" },
		"broken text":       func(n *Notification) { n.Body = "\xff" },
		"broken data":       func(n *Notification) { n.Data = json.RawMessage("{") },
		"nameless action":   func(n *Notification) { n.Actions = []Action{{"", "x", "https://a.example/"}} },
		"script in action":  func(n *Notification) { n.Actions = []Action{{"a", "x", "javascript:1"}} },
	} {
		n := &Notification{Title: "a", Navigate: "https://a.example/"}
		change(n)
		if p, err := n.Payload(); err == nil {
			t.Errorf("%s: made %s", name, p)
		}
	}
}

func TestPayloadTooLong(t *testing.T) {
	n := &Notification{Title: "a", Navigate: "https://a.example/", Body: "b"}
	p, err := n.Payload()
	if err != nil {
		t.Fatal(err)
	}
	n.Body = strings.Repeat("b", 1+MaxPayload-len(p))
	if _, err := n.Payload(); err != nil {
		t.Errorf("payload of exactly %d bytes: %v", MaxPayload, err)
	}
	n.Body += "ж"
	_, err = n.Payload()
	var long *TooLongError
	if !errors.As(err, &long) || long.Size-long.Max != 2 || !strings.Contains(err.Error(), "2 too long") {
		t.Errorf("payload two bytes too long: %v", err)
	}
}
