// Package searchpeertest is what every engine that is measured has to do.
package searchpeertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/bench/internal/searchpeer"
)

var day = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func article(i int) searchpeer.Article {
	return searchpeer.Article{
		ID: fmt.Sprintf("a%d", i), Headline: fmt.Sprintf("Harbour bridge number%d closed", i), Body: "Traffic is led over the old ferry until the morning, the harbour master says.",
		Section: "World", Topics: []string{"Harbour", "Traffic"}, Authors: []string{"Ada Field"}, Published: day.Add(time.Duration(i) * time.Hour),
	}
}

// Engine tries what is asked of one: what it finds, and that it takes orders.
func Engine(t *testing.T, open func(dir string) (searchpeer.Engine, error)) {
	dir := t.TempDir()
	e, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { e.Close() }()
	if err := e.Put([]searchpeer.Article{article(0), article(1), article(2)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    searchpeer.Query
		want int
	}{
		{searchpeer.Query{Text: "number1", Match: "all"}, 1},
		{searchpeer.Query{Text: "bridges ferry", Match: "all"}, 3},
		{searchpeer.Query{Text: "bridges zeppelin", Match: "all"}, 0},
		{searchpeer.Query{Text: "number0 number2 zeppelin", Match: "any"}, 2},
		{searchpeer.Query{Text: `"the old ferry"`, Match: "phrase"}, 3},
		{searchpeer.Query{Text: `"ferry old"`, Match: "phrase"}, 0},
		{searchpeer.Query{Text: "closed numb", Match: "prefix"}, 3},
		{searchpeer.Query{Text: "Har", Match: "prefix"}, 3},
		{searchpeer.Query{Text: "harbour", Match: "all", Kind: searchpeer.Facets}, 3},
		{searchpeer.Query{Text: "harbour", Match: "all", Kind: searchpeer.Newest}, 3},
	} {
		ids, err := e.Ask(&c.q)
		if err != nil || len(ids) != c.want {
			t.Errorf("%+v: %v, %v; want %d", c.q, ids, err, c.want)
		}
		if c.q.Kind == searchpeer.Newest && !slices.Equal(ids, []string{"a2", "a1", "a0"}) {
			t.Errorf("newest first: %v", ids)
		}
	}
	changed := article(1)
	changed.Headline = "Something else"
	if err := e.Put([]searchpeer.Article{changed}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = open(dir); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"number1": 0, "something": 1, "ferry": 3} {
		if ids, err := e.Ask(&searchpeer.Query{Text: text, Match: "all"}); err != nil || len(ids) != want {
			t.Errorf("after a change, %q: %v, %v; want %d", text, ids, err, want)
		}
	}
	orders(t, open)
}

// orders gives both orders, as the bench does.
func orders(t *testing.T, open func(dir string) (searchpeer.Engine, error)) {
	at := t.TempDir()
	write := func(name string, lines ...any) string {
		var b bytes.Buffer
		for _, l := range lines {
			if err := json.NewEncoder(&b).Encode(l); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(at, name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var articles []any
	for i := range 600 {
		articles = append(articles, article(i))
	}
	extra := article(7)
	extra.Mark = "zqxvba"
	extra.Headline += " " + extra.Mark
	order := map[string]any{"dir": t.TempDir(), "articles": write("articles", articles...)}
	queries := write("queries", searchpeer.Query{Kind: "1 word", Text: "harbour", Match: "all", Mixed: true}, searchpeer.Query{Kind: "2 words", Text: "harbour number5", Match: "all"})
	answer := func(order map[string]any) map[string]json.RawMessage {
		line, err := json.Marshal(order)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := searchpeer.Serve(bytes.NewReader(line), &out, open); err != nil {
			t.Fatal(err)
		}
		var m map[string]json.RawMessage
		if err := json.Unmarshal(out.Bytes(), &m); err != nil || strings.Count(out.String(), "\n") != 1 {
			t.Fatalf("answered %q: %v", &out, err)
		}
		return m
	}
	if m := answer(order); string(m["articles"]) != "600" || string(m["bytes"]) == "0" || string(m["wall"]) == "0" {
		t.Errorf("made: %s", m)
	}
	delete(order, "articles")
	order["queries"], order["rounds"], order["mixed"], order["writes"], order["rate"] = queries, 2, 50*time.Millisecond, write("writes", extra), 20
	m := answer(order)
	var kinds []struct {
		Kind string
		N    int
		Hits int
	}
	if err := json.Unmarshal(m["kinds"], &kinds); err != nil || len(kinds) != 2 {
		t.Fatalf("kinds: %s, %v", m["kinds"], err)
	}
	for _, k := range kinds {
		if k.N != 2 || k.Hits != 2 {
			t.Errorf("%+v, want 2 asked and 2 with hits", k)
		}
	}
	if !bytes.Contains(m["found"], []byte(`"n":1`)) {
		t.Errorf("found: %s", m["found"])
	}
}

// Refuses tries orders that no engine can carry out.
func Refuses(t *testing.T, open func(dir string) (searchpeer.Engine, error)) {
	for _, order := range []string{`{`, `{}`, `{"articles":"nowhere"}`, `{"queries":"nowhere"}`} {
		var out bytes.Buffer
		if err := searchpeer.Serve(strings.NewReader(order), &out, open); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, answered %q", order, err, &out)
		}
	}
}
