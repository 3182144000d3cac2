package store

import (
	"fmt"
	"testing"
)

// A card comes from memory only for the very text that it was read from, and what is
// held is bounded.
func TestReadCards(t *testing.T) {
	var c readCards
	first, err := c.card([]byte(`{"ID":"a","Headline":"one"}`))
	if err != nil || first.Headline != "one" {
		t.Fatal(first, err)
	}
	raw := []byte(`{"ID":"a","Headline":"one"}`)
	copy(raw[22:], "two")
	if changed, err := c.card(raw); err != nil || changed.Headline == "one" {
		t.Errorf("another text gave the old card: %+v, %v", changed, err)
	}
	if _, err := c.card([]byte(`{"ID":`)); err == nil {
		t.Error("a damaged card was read")
	}
	for i := range 5 * mostCards {
		if _, err := c.card(fmt.Appendf(nil, `{"ID":"%d"}`, i)); err != nil {
			t.Fatal(err)
		}
		if held := len(c.now) + len(c.old); held > 2*mostCards {
			t.Fatalf("%d cards are held, want at most %d", held, 2*mostCards)
		}
	}
}
