package markup

import (
	"strings"
	"testing"
)

func TestCommentHTML(t *testing.T) {
	for in, want := range map[string]string{
		"a <b>\nsee https://example.org/x?a=1&b=2. (http://x.example)\n\njavascript:alert(1) https://u@evil.example": `<p>a &lt;b&gt;<br>see <a href="https://example.org/x?a=1&amp;b=2" rel="ugc nofollow">https://example.org/x?a=1&amp;b=2</a>. (<a href="http://x.example" rel="ugc nofollow">http://x.example</a>)</p>` +
			`<p>javascript:alert(1) https://u@evil.example</p>`,
		"> he said\n> twice\nNo.":                   `<blockquote><p>he said<br>twice</p></blockquote><p>No.</p>`,
		"> > a\n> b\n\n> c":                         `<blockquote><blockquote><p>a</p></blockquote><p>b</p><p>c</p></blockquote>`,
		">>>>>>>>> deep":                            `<blockquote><blockquote><blockquote><p>deep</p></blockquote></blockquote></blockquote>`,
		"a *b c* d, *Really!* 2*3*4, 5 * 6 * 7, x*": `<p>a <em>b c</em> d, <em>Really!</em> 2*3*4, 5 * 6 * 7, x*</p>`,
		"**bold** * *":                              `<p>**bold** * *</p>`,
		"*<i>* see *https://example.org/a*":         `<p><em>&lt;i&gt;</em> see *<a href="https://example.org/a" rel="ugc nofollow">https://example.org/a</a>*</p>`,
		"*مهم جدا* نعم":                             `<p><em>مهم جدا</em> نعم</p>`,
		">":                                         ``,
		"":                                          ``,
	} {
		if got := CommentHTML(in); got != want {
			t.Errorf("CommentHTML(%q) =\n%s\nwant\n%s", in, got, want)
		}
	}
}

func TestCommentLinks(t *testing.T) {
	got := CommentLinks("a https://example.org/x, (http://b.example) https://u@evil.example javascript:x")
	if strings.Join(got, " ") != "https://example.org/x http://b.example" {
		t.Errorf("CommentLinks = %q", got)
	}
}

// However hostile the text, its HTML is bounded and made in one pass.
func TestCommentHTMLIsBounded(t *testing.T) {
	for _, s := range []string{strings.Repeat(">", 5000), strings.Repeat("> a\n>> b\n", 600), strings.Repeat("*a", 2500), strings.Repeat("*a* ", 1250), strings.Repeat("https://a.example ", 280), strings.Repeat("&", 5000)} {
		if out := CommentHTML(s); len(out) > 12*len(s)+100 {
			t.Errorf("%.20q…: %d bytes of HTML for %d of text", s, len(out), len(s))
		}
	}
}
