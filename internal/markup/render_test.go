package markup

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRender(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraph", "a < b & \"c\"\n", "<p>a &lt; b &amp; &#34;c&#34;</p>\n"},
		{"marks nest", "[**a _b_**](https://example.org/?a&b) c\n", `<p><a href="https://example.org/?a&amp;b"><strong>a <em>b</em></strong></a> c</p>` + "\n"},
		{"no level is skipped", "#### a\n\n#### b\n\n## c\n\n#### d\n", "<h2>a</h2>\n<h3>b</h3>\n<h2>c</h2>\n<h3>d</h3>\n"},
		{"attribution", "> q\n> — J\n", "<figure class=\"quote\"><blockquote>\n<p>q</p>\n</blockquote><figcaption>J</figcaption></figure>\n"},
		{"list", "3. a\n4. b\n   - c\n", "<ol start=\"3\">\n<li>a</li>\n<li>b<ul>\n<li>c</li>\n</ul>\n</li>\n</ol>\n"},
		{"paragraph of another direction", "<span lang=\"ar\">كلمة</span>\n", "<p lang=\"ar\" dir=\"rtl\">كلمة</p>\n"},
		{"words of another direction", "x <span lang=\"ar\">كلمة</span> <span lang=\"fr\">mot</span>\n", "<p>x <span lang=\"ar\" dir=\"rtl\">كلمة</span> <span lang=\"fr\">mot</span></p>\n"},
		{"card", "{{card:https://www.example.org/x \"T\" \"D\"}}\n", `<div class="link-card"><p class="link-card-title"><a href="https://www.example.org/x"><bdi>T</bdi></a></p>` +
			`<p class="link-card-text">D</p><p class="link-card-host"><bdi>example.org</bdi></p></div>` + "\n"},
		{"table", "| a |  |\n|---|--:|\n| 1 | 2 |\n", `<div class="table" role="region" tabindex="0" aria-label="a"><table>` + "\n<thead>\n" +
			`<tr><th scope="col">a</th><td class="align-end"></td></tr>` + "\n</thead>\n<tbody>\n" + `<tr><td>1</td><td class="align-end">2</td></tr>` + "\n</tbody>\n</table></div>\n"},
		{"row headers", "<table><caption>C<tr><th>a<td>b<tr><th>c<td>d</table>\n", `<div class="table" role="region" tabindex="0" aria-label="C"><table><caption>C</caption>` + "\n<tbody>\n" +
			`<tr><th scope="row">a</th><td>b</td></tr>` + "\n" + `<tr><th scope="row">c</th><td>d</td></tr>` + "\n</tbody>\n</table></div>\n"},
		{"code", "```\n<b>\n```\n", "<pre tabindex=\"0\"><code>&lt;b&gt;</code></pre>\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := FromMarkdown(c.in)
			if diff := cmp.Diff(c.want, Render(d, RenderOptions{Lang: "en"}).HTML(nil)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDatelineBeginsTheFirstParagraph(t *testing.T) {
	const kabul = `<p><span data-part="dateline"><bdi>KABUL &lt;b&gt;</bdi></span>`
	for _, c := range []struct{ name, in, want string }{
		{"first", "a\n\nb\n", kabul + " — a</p>\n<p>b</p>\n"},
		{"after a heading", "## h\n\na\n", "<h2>h</h2>\n" + kabul + " — a</p>\n"},
		{"after a quotation", "> q\n\na\n", "<blockquote>\n<p>q</p>\n</blockquote>\n" + kabul + " — a</p>\n"},
		{"no paragraph", "- a\n", kabul + "</p>\n<ul>\n<li>a</li>\n</ul>\n"},
		{"nothing", "", kabul + "</p>\n"},
		{"another language", "<span lang=\"ar\">كلمة</span>\n", kabul + ` — <span lang="ar" dir="rtl">كلمة</span></p>` + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := FromMarkdown(c.in)
			if diff := cmp.Diff(c.want, Render(d, RenderOptions{Dateline: " KABUL <b> ", Lang: "en"}).HTML(nil)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSlotsAreFilledLater(t *testing.T) {
	d, _ := FromMarkdown("a\n\n![x](media:m \"c | k\")\n\n- b\n\n  [[story:s]]\n")
	b, err := json.Marshal(Render(d, RenderOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	var body Body
	if err := json.Unmarshal(b, &body); err != nil {
		t.Fatal(err)
	}
	want := []Slot{{Kind: SlotPicture, Media: "m", Alt: "x", Caption: "c", Credit: "k"}, {Kind: SlotRelated, Story: "s"}}
	if diff := cmp.Diff(want, body.Slots()); diff != "" {
		t.Errorf("slots after keeping them as JSON: %s", diff)
	}
	got := body.HTML(func(s Slot) string { return fmt.Sprintf("<hr title=%s>", s.Kind) })
	if want := "<p>a</p>\n<hr title=picture><ul>\n<li>b<hr title=related></li>\n</ul>\n"; got != want {
		t.Errorf("filled: %q, want %q", got, want)
	}
	if got := body.HTML(nil); strings.Contains(got, "hr") {
		t.Errorf("unfilled: %q", got)
	}
}

// TestEveryKindIsRenderedAndWritten fails when a row joins the schema table
// and render.go or markdown_write.go does not know it.
func TestEveryKindIsRenderedAndWritten(t *testing.T) {
	for _, row := range schema.nodes {
		if row.group != "block" {
			continue
		}
		n := sample(row.name)
		d := Document{content: []node{n}}
		if len(Render(d, RenderOptions{})) == 0 {
			t.Errorf("%s is not rendered", row.name)
		}
		if d.Markdown() == "" {
			t.Errorf("%s is not written as Markdown", row.name)
		}
		checkDocument(t, d)
	}
	for _, row := range schema.marks {
		if markTags[row.name] == "" {
			t.Errorf("%s has no tag", row.name)
		}
	}
}

// sample makes the least node of a kind that shows something.
func sample(k kind) node {
	n := newNode(k)
	for i, a := range schema.node(k).attrs {
		if a.required {
			n.attrs[i] = "/x"
			if _, err := a.clean("/x"); err != nil {
				n.attrs[i] = "x"
			}
		}
	}
	for _, c := range schema.node(k).content {
		switch of := c.of[0]; of {
		case "inline", "text":
			n.content = append(n.content, textNode("x", nil))
		case "block":
			if k != kindListItem {
				n.content = append(n.content, sample(kindParagraph))
			}
		default:
			n.content = append(n.content, sample(kind(of)))
		}
	}
	return n
}
