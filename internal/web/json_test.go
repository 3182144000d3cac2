package web

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

type input struct {
	Headline string    `json:"headline"`
	Section  *string   `json:"section"`
	Topics   []string  `json:"topics"`
	When     time.Time `json:"when"`
	Count    int       `json:"count"`
	Open     bool      `json:"open"`
	Picture  *struct {
		Media string `json:"media"`
	} `json:"picture"`
	Many []struct {
		Name string `json:"name"`
	} `json:"many"`
	Doc json.RawMessage   `json:"doc"`
	Map map[string]string `json:"map"`
}

func TestDecodeJSON(t *testing.T) {
	for _, c := range []struct {
		in     string
		fields string // those named, or "malformed", or "" for fine
	}{
		{`{"headline":"A","section":null,"topics":["a"],"when":"2026-11-25T18:00:00Z","count":3,"open":true,"picture":{"media":"x"},"many":[{"name":"n"}],"doc":{"any":1},"map":{"k":"v"}}`, ""},
		{` {} `, ""},
		{`{"headline":"\ufffd \u00e9 \ud83d\ude00 �"}`, ""},
		{`{"headlin":"A"}`, "headlin"},
		{`{"Headline":"A"}`, "Headline"},
		{`{"headline":"A","headline":"B"}`, "headline"},
		{`{"headline":"A","HEADLINE":"B"}`, "HEADLINE HEADLINE"},
		{`{"picture":{"media":"x","captoin":"y"}}`, "picture.captoin"},
		{`{"many":[{"name":"a"},{"nam":"b"}]}`, "many[1].nam"},
		{`{"doc":{"a":1,"a":2}}`, "doc.a"},
		{`{"headline":5,"topics":"x","count":1.5,"open":"yes","when":"2026-02-30T00:00:00Z"}`, "headline topics count open when"},
		{`{"topics":["a",7]}`, "topics[1]"},
		{`{"picture":[]}`, "picture"},
		{`{"picture":"x"}`, "picture"},
		{`{"map":{"k":1}}`, "map.k"},
		{"{\"headline\":\"a\xffb\"}", "headline"},
		{`{"headline":"\ud800"}`, "headline"},
		{`{"topics":["ok","\udc00x"]}`, "topics[1]"},
		{`{"headline":"A"} {}`, "malformed"},
		{`{"headline":"A"`, "malformed"},
		{`{"headline":"A",}`, "malformed"},
		{`{headline:"A"}`, "malformed"},
		{`{"headline":01}`, "malformed"},
		{`{"headline":nul}`, "malformed"},
		{"{\"headline\":\"a\nb\\n\x00\",\"topics\":[\"ok\",\"\tx\"]}", "headline topics[1]"},
		{"{\"head\x00line\":1}", "(all) (all)"}, // the name that is meant is not known
		{`{"headline":"\x"}`, "malformed"},
		{`[]`, "malformed"}, {`"x"`, "malformed"}, {`null`, "malformed"}, {``, "malformed"},
		{`{"doc":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`, "malformed"},
		{strings.Repeat(`{"doc":`, 5_000_000/7), "malformed"},
	} {
		var in input
		err := DecodeJSON([]byte(c.in), &in)
		var got string
		var ours *news.Error
		var malformed Malformed
		switch {
		case errors.As(err, &ours):
			var names []string
			for _, f := range ours.Fields {
				names = append(names, f.Field)
			}
			got = strings.Join(names, " ")
		case errors.As(err, &malformed):
			got = "malformed"
		case err != nil:
			got = err.Error()
		}
		if got != c.fields {
			t.Errorf("%.80s: %q (%v), want %q", c.in, got, err, c.fields)
		}
	}
}

func TestReadJSONBounds(t *testing.T) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"headline":"`+strings.Repeat("a", 100)+`"}`))
	r.Header.Set("Content-Type", "application/json")
	if err := ReadJSON(httptest.NewRecorder(), r, 50, &input{}); news.KindOf(err) != news.TooLarge {
		t.Errorf("100 bytes of 50: %v, want too large", err)
	}
	r = httptest.NewRequest("POST", "/", strings.NewReader(`{}`))
	r.Header.Set("Content-Type", "text/plain")
	if err := ReadJSON(httptest.NewRecorder(), r, 50, &input{}); news.KindOf(err) != news.Unsupported {
		t.Errorf("text/plain: %v, want unsupported", err)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{`{"headline":"A"}`, `{"many":[{"name":"a"}]}`, `{"a":{"b":[1,2e5,-0,true,null]}}`, `{"headline":"\ud83d\ude00"}`, `[`, `{"a"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var in input
		err := DecodeJSON(data, &in)
		if err == nil && !json.Valid(data) {
			t.Errorf("accepted %q, which is no JSON", data)
		}
		var malformed Malformed
		if errors.As(err, &malformed) && json.Valid(data) && len(data) < 200 && data[0] == '{' && strings.Count(string(data), "[") < 10 && strings.Count(string(data), "{") < 10 {
			t.Errorf("called malformed, but is JSON: %q: %v", data, err)
		}
	})
}

// Names stand in every path below them: a mistake far down must not cost their length.
func TestDeepNamesCostLittle(t *testing.T) {
	name := `{"` + strings.Repeat("k", 80) + `":`
	data := strings.Repeat(name, 50) + "[" + strings.Repeat("1,", 100_000) + "1]" + strings.Repeat("}", 50)
	var into struct {
		A string `json:"a"`
	}
	// Counted for the whole process: other goroutines and the race detector add some.
	spent := testing.AllocsPerRun(1, func() { DecodeJSON([]byte(data), &into) })
	if spent > 50_000 {
		t.Errorf("%d bytes cost %.0f allocations, want far fewer than they hold values", len(data), spent)
	}
	err := DecodeJSON([]byte(data), &into)
	var ours *news.Error
	if !errors.As(err, &ours) || len(ours.Fields) == 0 || len(ours.Fields[0].Field) > maxPath+100 {
		t.Errorf("%.300v, want a mistake in a field with a short path", err)
	}
}
