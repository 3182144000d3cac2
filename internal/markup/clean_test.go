package markup

import "testing"

func TestCleanLine(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"spaces", " a\t b\r\n c ", "a b c"},
		{"no-break spaces stay inside", "\u00a0« a\u00a0» ", "« a\u00a0»"},
		{"composed", "e\u0301", "é"},
		{"joiner of Persian", "می\u200cخواهم", "می\u200cخواهم"},
		{"emoji family", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"flag of Scotland", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"},
		{"hidden tags", "a\U000E0067b", "ab"},
		{"zero width", "a\u200bb\ufeffc\u2060", "abc"},
		{"Thai break", "สวัสดี\u200bครับ", "สวัสดี\u200bครับ"},
		{"override", "a\u202egpj.exe\u202c", "agpj.exe"},
		{"lonely embedding", "a\u202bb", "ab"},
		{"closed isolate", "a \u2067ب\u2069 c", "a \u2067ب\u2069 c"},
		{"closed in the wrong order", "\u2067\u202bב\u2069\u202c", "ב"},
		{"direction mark", "a\u200fb", "a\u200fb"},
	} {
		if got, err := CleanLine(c.in); err != nil || got != c.want {
			t.Errorf("%s: %+q = %+q, %v; want %+q", c.name, c.in, got, err, c.want)
		}
	}
	for _, s := range []string{"a\x00", "\x1b[31m", "a\x7f", "\u009b", "\xff", "\ufffe", "\U0001ffff"} {
		if got, err := CleanLine(s); err == nil {
			t.Errorf("%+q was taken as %+q", s, got)
		}
		if got, err := CleanText(s); err == nil {
			t.Errorf("%+q was taken as text: %+q", s, got)
		}
	}
}

func TestCleanText(t *testing.T) {
	in, want := "\r\n a \r\nb\t\r\r\r\rc\u2028d\n\u202be\n f\u202c\n", " a\nb\n\nc\nd\ne\n f"
	if got, err := CleanText(in); err != nil || got != want {
		t.Errorf("%+q = %+q, %v; want %+q", in, got, err, want)
	}
}

func TestCleanURL(t *testing.T) {
	for in, want := range map[string]string{
		" HTTPS://Example.ORG ":           "https://example.org",
		"http://münchen.example/ü?q=ä#ö":  "http://xn--mnchen-3ya.example/%C3%BC?q=%C3%A4#%C3%B6",
		"http://m%C3%BCnchen.example":     "http://xn--mnchen-3ya.example",
		"https://a_b.example:8080/(x)?":   "https://a_b.example:8080/(x)?",
		"https://[2001:DB8::1]:80/":       "https://[2001:db8::1]:80/",
		"https://e.example/a b\"c<d>%zz%": "https://e.example/a%20b%22c%3Cd%3E%25zz%25",
		"ht\ntps://e.example/\tx":         "https://e.example/x",
		"/a/b?c#d#e":                      "/a/b?c#d%23e",
		"/":                               "/",
		"mailto:a@b.example?subject=x y":  "mailto:a@b.example?subject=x%20y",
		"tel:+49 30 123":                  "tel:+49-30-123",
		"/\u200fx":                        "/%E2%80%8Fx",
	} {
		got, err := CleanURL(in)
		if err != nil || got != want {
			t.Errorf("CleanURL(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "x", "#a", "?a", "a/b", "//evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "http:evil.example", "https://", "https:///x", "https://@/",
		"https://user@evil.example", `https://good.example\@evil.example`, "https://good.example%2f@evil.example", "https://a:b/", "https://a:0/", "https://[::1", "https://[::1]x/", "https://a b/",
		"javascript:alert(1)", "JAVA\nSCRIPT:alert(1)", "\x01javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:x", "mailto:", "tel:", "https://x\x00y/", "https://\u202e.example",
	} {
		if got, err := CleanURL(in); err == nil {
			t.Errorf("CleanURL(%q) = %q, want it refused", in, got)
		}
	}
}

func TestDir(t *testing.T) {
	for lang, want := range map[string]string{
		"ar": "rtl", "ar-EG": "rtl", "fa": "rtl", "he": "rtl", "iw": "rtl", "ur": "rtl", "yi": "rtl", "ps": "rtl", "ckb": "rtl", "dv": "rtl", "sd": "rtl", "ug": "rtl", "az-Arab": "rtl", "pa-PK": "rtl",
		"": "ltr", "en": "ltr", "de-AT": "ltr", "zh": "ltr", "ku": "ltr", "az": "ltr", "ur-Latn": "ltr", "nonsense!": "ltr",
	} {
		if got := Dir(lang); got != want {
			t.Errorf("Dir(%q) = %s, want %s", lang, got, want)
		}
	}
}
