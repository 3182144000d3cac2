package markup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	d, _ := FromMarkdown(everything)
	want := "A heading\n\nWords strong and stressed, a link, https://example.org/ and كلمة.\nNext line.\n\nA \"title\"\n\nFirst.\n\nSecond.\n\n— Jane Doe\n\n" +
		"a\n\nb\n\none\n\ntwo\n\nResults\n\nParty\tVotes\nA | B\t12\n\ncode  <b>\n\nmore"
	if diff := cmp.Diff(want, d.Text()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`A caption, "quoted" | barred`}, d.Captions()); diff != "" {
		t.Errorf("captions: %s", diff)
	}
}

// What a document holds is found whether it was just made or kept since.
func TestKeptDocumentsAreReadWholly(t *testing.T) {
	made, _ := FromMarkdown("Words.\n\n![A heron](media:0192-a \"By the weir | Agency\")\n\n[[story:0192-b]]\n\n> ![A gate](media:0192-c)\n")
	raw, err := made.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	kept := Kept(raw)
	if len(made.Pictures()) == 0 || len(made.Stories()) == 0 {
		t.Fatalf("the document holds pictures %v and stories %v, want some of both", made.Pictures(), made.Stories())
	}
	for _, c := range []struct {
		what       string
		want, have any
	}{
		{"pictures", made.Pictures(), kept.Pictures()},
		{"stories", made.Stories(), kept.Stories()},
		{"captions", made.Captions(), kept.Captions()},
		{"text", made.Text(), kept.Text()},
		{"Markdown", made.Markdown(), kept.Markdown()},
		{"words", made.Words(), kept.Words()},
		{"summary", made.Summary(20), kept.Summary(20)},
		{"emptiness", made.IsEmpty(), kept.IsEmpty()},
	} {
		if diff := cmp.Diff(c.want, c.have); diff != "" {
			t.Errorf("%s of a kept document (-made +kept):\n%s", c.what, diff)
		}
	}
	if !made.Equal(kept) || !kept.Equal(made) {
		t.Error("a kept document is not equal to the one it was made from")
	}
}

func TestWordsAndSummary(t *testing.T) {
	for _, c := range []struct {
		in    string
		words int
		max   int
		short string
	}{
		{"", 0, 10, ""},
		{"One two-three, don't — four.", 4, 100, "One two-three, don't — four."},
		{"First sentence here. And a second one that goes on.", 10, 30, "First sentence here."},
		{"A single sentence that goes on and on, forever", 9, 39, "A single sentence that goes on and on…"},
		{"中文新闻很短", 3, 4, "中文新…"},
		{"كلمة أولى ثم ثانية", 4, 12, "كلمة أولى…"},
		{"unbreakable", 1, 1, ""},
	} {
		d, _ := FromText(c.in)
		if got := d.Words(); got != c.words {
			t.Errorf("%q has %d words, want %d", c.in, got, c.words)
		}
		if got := d.Summary(c.max); got != c.short {
			t.Errorf("%q in %d = %q, want %q", c.in, c.max, got, c.short)
		}
	}
}

func TestFromText(t *testing.T) {
	d, _ := FromText("a *b*\r\nc\r\n\r\n\r\n  d <e>\n")
	if got, want := d.Markdown(), "a \\*b\\*\\\nc\n\nd \\<e>\n"; got != want {
		t.Errorf("from text: %q, want %q", got, want)
	}
}

func TestMapping(t *testing.T) {
	d, _ := FromHTML(`<blockquote><img src="/gone.jpg"></blockquote><p><a href="/old">x</a><img src="/p.jpg" alt=a></p><a href="https://other.example/">y</a>` +
		`<div data-story=s1></div><div data-story=s2></div><iframe src="/old"></iframe>`)
	d = d.MapPictures(func(p Picture) (Picture, bool) {
		if !p.Foreign() {
			t.Errorf("%q is not foreign", p.Media)
		}
		return Picture{Media: "id", Alt: " new\n"}, p.Media == "/p.jpg"
	}).MapLinks(func(a string) (string, bool) {
		return strings.Replace(a, "/old", "https://site.example/new", 1), a == "/old"
	}).MapStories(func(id string) (string, bool) { return "n-" + id, id == "s2" })
	want := "[x](https://site.example/new)\n\n![new](media:id)\n\ny\n\n[[story:n-s2]]\n\n{{card:https://site.example/new}}\n"
	if diff := cmp.Diff(want, d.Markdown()); diff != "" {
		t.Errorf("mapped (-want +got):\n%s", diff)
	}
	checkDocument(t, d)
}
