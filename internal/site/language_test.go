package site

import "testing"

// TestForgottenLanguage: a headline that runs against the site's language is set
// the right way round although nobody named its language; a name in the other
// script turns nothing.
func TestForgottenLanguage(t *testing.T) {
	for _, x := range []struct{ site, said, headline, want string }{
		{"en", "", "خبر عاجل: 3 قتلى", "und-Arab"},
		{"en", "", "שלום עולם", "und-Hebr"},
		{"en", "", "Harbour opens", ""},
		{"en", "", "الجزيرة: a portrait", ""},
		{"en", "", "2026!", ""},
		{"en", "", "北京发生重大新闻", ""},
		{"en", "fa", "خبر", "fa"},
		{"ar", "", "خبر عاجل", ""},
		{"ar", "", "BBC تقول", ""},
		{"ar", "", "Harbour opens", "und-Latn"},
	} {
		s := &Site{c: Config{Lang: x.site}}
		if got := s.langOf(x.said, x.headline); got != x.want {
			t.Errorf("on a site in %s, said %q, %q: %q, want %q", x.site, x.said, x.headline, got, x.want)
		}
	}
}
