package news

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// No address reads as another one: a word is of one script, as far as its letters could
// pass for another's.
func TestSlugsDoNotPassForOthers(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"p\u0430ypal fined", "paypal-fined"},                     // Cyrillic а
		{"\u0440\u0430\u0443\u0440\u0430l fined", "paypal-fined"}, // all Cyrillic but the l
		{"G\u03bfogle", "google"},                                 // Greek ο
		{"\u0412MW", "bmw"},                                       // Cyrillic В, a slip of the keyboard
		{"Пopт закрыт", "порт-закрыт"},                            // Latin o and p in a Russian word
		{"Covidный паспорт", "covid-ный-паспорт"},                 // no letter passes for another: parted
		{"Порт закрыт", "порт-закрыт"},                            // own scripts stay
		{"Η θάλασσα", "η-θάλασσα"},
		{"الميناء يفتح", "الميناء-يفتح"},
		{"使用AI技术", "使用ai技术"}, // written together, passing for nothing
		{"東京タワーへ", "東京タワーへ"},
		{"Harbour opens", "harbour-opens"},
		{"Ωmega", "ω-mega"},
	} {
		got := Slug(tt.in)
		if got != tt.want {
			t.Errorf("Slug(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if again := Slug(got); again != got {
			t.Errorf("Slug(%q) = %q: it does not settle", got, again)
		}
	}
	if long := Slug(strings.Repeat("ыw", 200)); utf8.RuneCountInString(long) > MaxSlug || long == "" {
		t.Errorf("a long mixed word became %d characters", utf8.RuneCountInString(long))
	}
	Slug(strings.Repeat("ß", 200)) // longer than it counts, with no word to end at
	Slug(strings.Repeat("ßы", 200))
	c := Content{Headline: "x", Slug: "p\u0430ypal"}
	if err := c.Clean(); err != nil || c.Slug != "paypal" {
		t.Errorf("a wished slug is %q, %v, want paypal", c.Slug, err)
	}
	top := Section{Name: "Sp\u043ert"}
	if err := top.Clean(); err != nil || top.Slug != "sport" {
		t.Errorf("a section's slug is %q, %v, want sport", top.Slug, err)
	}
}
