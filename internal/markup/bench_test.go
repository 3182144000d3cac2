package markup

import (
	"strings"
	"testing"
)

// longRead is a story of some 900 words with a bit of everything.
var longRead = strings.Repeat(everything, 3) + strings.Repeat("The council *voted* on [Tuesday](https://example.org/vote) to keep **all** of it, and nobody objected.\n\n", 50)

func BenchmarkFromMarkdown(b *testing.B) {
	for b.Loop() {
		FromMarkdown(longRead)
	}
}

func BenchmarkParse(b *testing.B) {
	d, _ := FromMarkdown(longRead)
	data, _ := d.MarshalJSON()
	for b.Loop() {
		if _, err := Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	d, _ := FromMarkdown(longRead)
	for b.Loop() {
		Render(d, RenderOptions{Dateline: "KABUL", Lang: "en"})
	}
}

func BenchmarkMarkdown(b *testing.B) {
	d, _ := FromMarkdown(longRead)
	for b.Loop() {
		d.Markdown()
	}
}
