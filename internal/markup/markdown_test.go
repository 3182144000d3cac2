package markup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const everything = `## A heading

Words **strong** and _stressed_, a [link](https://example.org/?a=1&b=2), <https://example.org/>
and <span lang="ar" dir="rtl">كلمة</span>.\
Next line.

![alt](media:0192-ab "A caption, \"quoted\" \| barred | J. Doe / Agency)")

[[story:0192f0c1-0000-7000-8000-000000000000]]

{{card:https://example.com/x "A \"title\"" "Words"}}

> First.
>
> Second.
> — Jane Doe

- a
- b
  1. one
  2. two

| Party | Votes |
| :-- | --: |
| A \| B | 12 |
{{caption: Results}}

___

` + "```\ncode  <b>\n\nmore\n```\n"

func TestEverythingInMarkdown(t *testing.T) {
	d, report := FromMarkdown(everything)
	if len(report) > 0 {
		t.Errorf("reported %+v", report)
	}
	want := strings.Replace(everything, "<https://example.org/>\nand", "<https://example.org/> and", 1)
	if diff := cmp.Diff(want, d.Markdown()); diff != "" {
		t.Errorf("written again (-want +got):\n%s", diff)
	}
	p := Picture{Media: "0192-ab", Alt: "alt", Caption: `A caption, "quoted" | barred`, Credit: "J. Doe / Agency)"}
	if diff := cmp.Diff([]Picture{p}, d.Pictures()); diff != "" {
		t.Errorf("pictures: %s", diff)
	}
	if diff := cmp.Diff([]string{"0192f0c1-0000-7000-8000-000000000000"}, d.Stories()); diff != "" {
		t.Errorf("stories: %s", diff)
	}
	checkDocument(t, d)
}

func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one level of #", "# Title\n", "## Title\n"},
		{"deep levels", "##### x\n", "#### x\n"},
		{"-- attributes", "> q\n> -- Jane\n", "> q\n> — Jane\n"},
		{"a dash alone attributes nothing", "> — Jane\n", "> &mdash; Jane\n"},
		{"dialogue is no attribution", "— Hola\n", "— Hola\n"},
		{"bare address", "https://example.org/a_b_c\n", "<https://example.org/a_b_c>\n"},
		{"address in words", "see www.example.org.\n", "see [www\\.example.org](http://www.example.org).\n"},
		{"hashtag", "\\#metoo is #metoo\n", "#metoo is #metoo\n"},
		{"numbers", "3.5 million\n\n12\\. May\n", "3.5 million\n\n12\\. May\n"},
		{"credit only", "![](media:x \"| J. Doe\")\n", "![](media:x \"| J. Doe\")\n"},
		{"caption only", "![](media:x \"Words\")\n", "![](media:x \"Words\")\n"},
		{"emphasis inside a word", "un*frigging*real 中**文**字\n", "un<em>frigging</em>real 中**文**字\n"},
		{"card in a sentence is words", "a {{card:https://x.example}} b\n", "a {{card:https\\://x.example}} b\n"},
		{"a story in a sentence is words", "a [[story:x]] b\n", "a \\[\\[story:x\\]\\] b\n"},
		{"card to a script", "{{card:javascript:alert(1)}}\n", ""},
		{"script link", "[x](javascript:alert(1))\n", "x\n"},
		{"HTML over several blocks", "<div>\n\n**a**\n\n</div>\n", "**a**\n"},
		{"headers of rows", "<table><tr><th>a<td>b<tr><th>c<td>d</table>\n", "<table>\n<tr><th>a</th><td>b</td></tr>\n<tr><th>c</th><td>d</td></tr>\n</table>\n"},
		{"two lists", "- a\n\n* b\n", "- a\n\n* b\n"},
		{"rule in a list", "- a\n\n  ---\n", "- a\n\n  ___\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := FromMarkdown(c.in)
			if diff := cmp.Diff(c.want, d.Markdown()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkDocument(t, d)
		})
	}
}
