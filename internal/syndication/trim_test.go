package syndication

import "testing"

func TestTrim(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<p>a &amp; b</p>`, `<p>a &amp; b</p>`},
		{`<p><a href="/x?a=1&amp;b=2">c</a></p>`, `<p><a href="https://example.org/x?a=1&amp;b=2">c</a></p>`},
		{`<a href="https://other.example/">c</a>`, `<a href="https://other.example/">c</a>`},
		{`<p><span data-part="dateline"><bdi>X</bdi></span> — y</p>`, `<p><bdi>X</bdi> — y</p>`},
		{`<span lang="ar" dir="rtl">x</span>`, `<span lang="ar" dir="rtl">x</span>`},
		{`<div class="table" role="region" tabindex="0" aria-label="a &gt; b"><table><tr><th scope="col">x</th><td class="align-right">1</td></tr></table></div>`,
			`<table><tr><th scope="col">x</th><td>1</td></tr></table>`},
		{`<div class="a"><div lang="he">x</div></div>`, `<div lang="he">x</div>`},
		{`<ol start="4"><li>x</li></ol>`, `<ol start="4"><li>x</li></ol>`},
		{`<a href="//evil.example/">x</a>`, `<a>x</a>`},
		{`<a href="javascript:alert(1)">x</a>`, `<a>x</a>`},
		// Whatever markup would not write is refused as a whole.
		{`<p>a</p><script>x</script>`, ``},
		{`<p onclick='x'>a</p>`, ``},
		{`<p class=x>a</p>`, ``},
		{`<p>a</p`, ``},
		{`<p>a</p></div>`, ``},
		{`<div class="x">a`, ``},
		{`<!-- x -->`, ``},
		{`<a href="/x" <b>`, ``},
	} {
		tr := trimmer{site: &sampleSite}
		tr.add(c.in)
		if got := tr.html(); got != c.want {
			t.Errorf("%s\nbecame %s\nwant   %s", c.in, got, c.want)
		}
	}
	// A piece may end inside an element.
	tr := trimmer{site: &sampleSite}
	tr.add(`<div class="x"><ul><li>`)
	tr.add(`a</li></ul></div>`)
	if got := tr.html(); got != `<ul><li>a</li></ul>` {
		t.Errorf("two pieces became %s", got)
	}
}
