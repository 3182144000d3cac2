package site

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// eachPage renders every sample page of both newsrooms.
func eachPage(t *testing.T, try func(t *testing.T, s *sample, name string, page Page, doc *html.Node)) {
	t.Helper()
	for _, lang := range []string{"en", "ar"} {
		s := newSample(t, lang)
		for name, page := range s.pages() {
			t.Run(lang+"/"+name, func(t *testing.T) {
				b, err := s.r.Render(page)
				if err != nil {
					t.Fatal(err)
				}
				doc, err := html.Parse(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				try(t, s, name, page, doc)
			})
		}
	}
}

func elements(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := range n.Descendants() {
		if c.Type == html.ElementNode {
			out = append(out, c)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestEveryPageHoldsTogether(t *testing.T) {
	eachPage(t, func(t *testing.T, s *sample, name string, page Page, doc *html.Node) {
		ids, last, h1 := map[string]bool{}, 0, 0
		var landmarks []string
		var searchAt, mainAt int
		for i, e := range elements(doc) {
			if id := attr(e, "id"); id != "" {
				if ids[id] {
					t.Errorf("two elements have the id %q", id)
				}
				ids[id] = true
			}
			for _, a := range e.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("<%s> has %s=%q: the content policy forbids it", e.Data, a.Key, a.Val)
				}
				if (a.Key == "src" || a.Key == "action" || e.Data == "link" && a.Key == "href" && attr(e, "rel") != "canonical") && !strings.HasPrefix(a.Val, "/") {
					t.Errorf("<%s %s=%q> leads off the site", e.Data, a.Key, a.Val)
				}
				if a.Key == "href" && strings.Contains(a.Val, "ZgotmplZ") {
					t.Errorf("<%s> has an address that the template refused", e.Data)
				}
			}
			switch e.Data {
			case "style", "iframe", "object", "embed":
				t.Errorf("there is a <%s>", e.Data)
			case "script":
				if attr(e, "src") == "" && attr(e, "type") != "application/ld+json" {
					t.Error("there is an inline script")
				}
			case "h1", "h2", "h3", "h4", "h5", "h6":
				level := int(e.Data[1] - '0')
				if level == 1 {
					h1++
				}
				// The footer stands for itself: its h2 may follow anything.
				if level > last+1 && last > 0 || last == 0 && level != 1 {
					t.Errorf("heading %q of level %d follows level %d", textOf(e), level, last)
				}
				if last = level; textOf(e) == "" {
					t.Errorf("an empty %s", e.Data)
				}
			case "header", "nav", "main", "footer":
				landmarks = append(landmarks, e.Data)
				if e.Data == "main" {
					mainAt = i
				}
			case "img":
				for _, a := range []string{"alt", "width", "height", "src", "srcset", "sizes"} {
					if !hasAttr(e, a) {
						t.Errorf("a picture without %s", a)
					}
				}
			case "a":
				if textOf(e) == "" {
					t.Errorf("a link to %q without words", attr(e, "href"))
				}
			case "aside", "section", "nav ":
				if !ids[attr(e, "aria-labelledby")] && attr(e, "aria-label") == "" {
					// The heading may come after its element in document order.
					label := attr(e, "aria-labelledby")
					if !slices.ContainsFunc(elements(e), func(x *html.Node) bool { return attr(x, "id") == label && label != "" }) {
						t.Errorf("<%s> has no name", e.Data)
					}
				}
			case "form":
				if attr(e, "role") == "search" {
					searchAt = i
					if !strings.Contains(textOf(e), s.r.words.SearchButton) {
						t.Errorf("the search form's button reads %q", textOf(e))
					}
				}
			}
		}
		if h1 != 1 {
			t.Errorf("%d headings of level 1, want one", h1)
		}
		for _, want := range []string{"header", "nav", "main", "footer"} {
			if !slices.Contains(landmarks, want) {
				t.Errorf("no <%s>", want)
			}
		}
		if searchAt == 0 || searchAt > mainAt {
			t.Error("the search form does not come before the page's content")
		}
		root := elements(doc)[0]
		if got, want := attr(root, "lang")+" "+attr(root, "dir"), map[string]string{"en": "en ltr", "ar": "ar rtl"}[s.lang]; got != want {
			t.Errorf("html is in %q, want %q", got, want)
		}
		for _, e := range elements(doc) {
			if e.Data == "meta" && attr(e, "name") == "description" && attr(e, "content") == "" {
				t.Error("an empty description")
			}
		}
	})
}

func TestArticlePartsInOrder(t *testing.T) {
	want := []string{"headline", "standfirst", "picture", "caption", "credit", "byline", "published", "body", "dateline", "corrections", "read-more", "comments", "alerts"}
	for _, lang := range []string{"en", "ar"} {
		s := newSample(t, lang)
		p := s.pages()["article"]
		b, err := s.r.Render(p)
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := html.Parse(bytes.NewReader(b))
		var got []string
		parts := map[string]*html.Node{}
		for _, e := range elements(doc) {
			if part := attr(e, "data-part"); part != "" && parts[part] == nil && slices.Contains(want, part) {
				parts[part] = e
				got = append(got, part)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s: parts are\n%v, want\n%v", lang, got, want)
		}
		for part, tag := range map[string]string{"headline": "h1", "picture": "figure", "published": "time", "comments": "aside", "alerts": "aside"} {
			if parts[part].Data != tag {
				t.Errorf("%s: %s is a <%s>, want <%s>", lang, part, parts[part].Data, tag)
			}
		}
		if lang == "en" {
			for part, words := range map[string]string{"read-more": "Read more", "comments": "Comments", "alerts": "Never miss breaking news"} {
				for _, e := range elements(parts[part]) {
					if e.Data == "h2" && textOf(e) != words {
						t.Errorf("%s is headed %q, want %q", part, textOf(e), words)
					}
				}
			}
			if !strings.HasPrefix(textOf(parts["body"]), "ORRIN — The last ferry") {
				t.Errorf("the text begins %.40q", textOf(parts["body"]))
			}
			if !strings.Contains(textOf(parts["alerts"]), "Get notifications") {
				t.Error("the alerts offer has no “Get notifications”")
			}
		}
	}
}

func TestForeignStoryKeepsItsDirection(t *testing.T) {
	for siteLang, want := range map[string]string{"en": "ar rtl", "ar": "en ltr"} {
		s := newSample(t, siteLang)
		b, err := s.r.Render(s.pages()["article-foreign"])
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := html.Parse(bytes.NewReader(b))
		for _, e := range elements(doc) {
			if e.Data == "article" && attr(e, "class") == "article" {
				if got := attr(e, "lang") + " " + attr(e, "dir"); got != want {
					t.Errorf("on a site in %s the story is in %q, want %q", siteLang, got, want)
				}
			}
			// The caption says what the description says.
			if e.Data == "img" && attr(e, "fetchpriority") == "high" && attr(e, "alt") != "" {
				t.Errorf("the picture's description %q repeats its caption", attr(e, "alt"))
			}
		}
	}
}

func TestTextIsNeverMarkup(t *testing.T) {
	s := newSample(t, "en")
	evil := `"><script>alert(1)</script><b>` + "\u202e"
	p := s.article()
	p.Headline, p.Standfirst, p.Kicker, p.Query, p.Description, p.Title, p.Lang = evil, evil, evil, evil, evil, evil, `x" onload="y`
	p.Byline = []NavItem{{Name: evil, URL: "javascript:alert(1)"}}
	p.Corrections = []Correction{{"correction", at(25, 9, 0), evil}}
	p.Topics = []NavItem{{Name: evil, URL: "/topics/x", Lang: `"x`}}
	p.Picture.Caption, p.Picture.Credit, p.Picture.Alt = evil, evil, evil
	p.Related[0].Headline, p.Related[0].Lang = evil, `"><i>`
	b, err := s.r.Render(p)
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := html.Parse(bytes.NewReader(b))
	for _, e := range elements(doc) {
		if e.Data == "script" && attr(e, "src") == "" && attr(e, "type") == "" || e.Data == "b" || e.Data == "i" || hasAttr(e, "onload") {
			t.Errorf("text became <%s>", e.Data)
		}
		if strings.HasPrefix(attr(e, "href"), "javascript:") {
			t.Error("a javascript: address came through")
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	s := newSample(t, "en")
	for name, spoil := range map[string]func(*ArticlePage){
		"JSON-LD that ends its script": func(p *ArticlePage) { p.JSONLD = `{"a":"</script><script>"}` },
		"a correction of unknown kind": func(p *ArticlePage) { p.Corrections[0].Kind = "oops" },
		"a picture without a JPEG":     func(p *ArticlePage) { p.Picture.Sources = nil },
		"a colour that does not exist": func(p *ArticlePage) { p.Picture.Colour = 64 },
	} {
		p := s.article()
		spoil(p)
		if _, err := s.r.Render(p); err == nil {
			t.Errorf("%s was rendered", name)
		}
	}
	for _, lang := range []string{"", "xx-", "fr"} {
		if _, err := NewRenderer(Options{"X", lang, sampleZone, s.assets, ""}); err == nil {
			t.Errorf("there is a site in %q", lang)
		}
	}
}

func TestPictureSources(t *testing.T) {
	p := &Picture{Width: 1600, Height: 900, Alt: "Hills.", Caption: "hills"}
	for _, f := range []struct{ ext, kind string }{{"avif", "image/avif"}, {"webp", "image/webp"}, {"jpg", "image/jpeg"}} {
		for _, w := range []int{480, 960, 1600} {
			p.Sources = append(p.Sources, Rendition{fmt.Sprintf("/media/x/%d.%s", w, f.ext), w, w * 9 / 16, f.kind})
		}
	}
	s, err := slot(p, "article")
	if err != nil {
		t.Fatal(err)
	}
	if s.Src != "/media/x/960.jpg" || s.SrcSet != "/media/x/480.jpg 480w, /media/x/960.jpg 960w, /media/x/1600.jpg 1600w" {
		t.Errorf("img has src %q and srcset %q", s.Src, s.SrcSet)
	}
	if len(s.Others) != 2 || s.Others[0].Type != "image/avif" || s.Others[1].SrcSet != "/media/x/480.webp 480w, /media/x/960.webp 960w, /media/x/1600.webp 1600w" {
		t.Errorf("the other sources are %+v", s.Others)
	}
	if s.ShownAlt != "" {
		t.Errorf("alt %q says what the caption says", s.ShownAlt)
	}
}

// Only the pictures that a reader sees first are fetched at once.
func TestOnePictureComesFirst(t *testing.T) {
	eachPage(t, func(t *testing.T, s *sample, name string, page Page, doc *html.Node) {
		first := 0
		for _, e := range elements(doc) {
			if e.Data == "img" && attr(e, "loading") != "lazy" {
				first++
			}
		}
		if first > 1 {
			t.Errorf("%d pictures are not lazy", first)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	s := newSample(b, "en")
	for name, p := range map[string]Page{"article": s.article(), "front": s.front()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.r.Render(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
