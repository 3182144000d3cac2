package site

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
	"unicode"

	"golang.org/x/net/html"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// TestWordsAreComplete fails on a message that a language lacks, and on one
// that fills in other things than the English one does.
func TestWordsAreComplete(t *testing.T) {
	en := reflect.ValueOf(english)
	for _, words := range []*Words{&english, &arabic} {
		v := reflect.ValueOf(*words)
		for _, field := range messages() {
			name := field.Name
			switch got := v.FieldByIndex(field.Index).Interface().(type) {
			case string:
				same(t, words.Lang, name, got, en.FieldByIndex(field.Index).String())
			case [12]string:
				for _, month := range got {
					same(t, words.Lang, name, month, "")
				}
			case Plural:
				for form, msg := range got.forms(words.Lang) {
					// "one story" may leave the number out, the others may not.
					want := en.FieldByIndex(field.Index).Interface().(Plural).Other
					if !strings.Contains(msg, "{n}") && slices.Contains([]string{"zero", "one", "two"}, form) {
						want = strings.ReplaceAll(want, "{n}", "")
					}
					same(t, words.Lang, name+" "+form, msg, want)
				}
			default:
				t.Fatalf("field %s has the type %T, which this test does not know", name, got)
			}
		}
	}
}

// messages lists the fields of all words, those of the parts too.
func messages() []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(reflect.TypeFor[Words]()), func(f reflect.StructField) bool { return f.Anonymous })
}

func same(t *testing.T, lang, name, got, english string) {
	t.Helper()
	if strings.TrimSpace(got) == "" {
		t.Errorf("%s: %s is missing", lang, name)
	}
	a, b := placeholder.FindAllString(got, -1), placeholder.FindAllString(english, -1)
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
		t.Errorf("%s: %s fills in %v, want %v", lang, name, a, b)
	}
}

// TestEveryWordIsUsed fails on a message that no page shows any more.
func TestEveryWordIsUsed(t *testing.T) {
	var source strings.Builder
	for _, pattern := range []string{"*.go", "templates/*.tmpl"} {
		for name, text := range readAll(t, pattern) {
			if !strings.HasPrefix(name, "words") {
				source.WriteString(text)
			}
		}
	}
	for _, field := range messages() {
		if name := field.Name; !strings.Contains(source.String(), "."+name) {
			t.Errorf("nothing shows %s", name)
		}
	}
}

// TestTemplatesHoldNoWords fails on a word that stands in a template instead
// of in the tables.
func TestTemplatesHoldNoWords(t *testing.T) {
	for name, text := range readAll(t, "templates/*.tmpl") {
		trees, err := parse.Parse(name, text, "{{", "}}", anyFunc(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, tree := range trees {
			var b strings.Builder
			onlyText(tree.Root, &b)
			z := html.NewTokenizer(strings.NewReader(b.String()))
			for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
				tok := z.Token()
				if kind == html.TextToken && strings.IndexFunc(tok.Data, unicode.IsLetter) >= 0 {
					t.Errorf("%s has the words %q", name, strings.TrimSpace(tok.Data))
				}
				for _, a := range tok.Attr {
					if slices.Contains([]string{"alt", "title", "aria-label", "placeholder", "data-copy", "data-local"}, a.Key) && strings.IndexFunc(a.Val, unicode.IsLetter) >= 0 {
						t.Errorf("%s has the words %s=%q", name, a.Key, a.Val)
					}
				}
			}
		}
	}
}

// onlyText writes what a template says itself, without what it fills in.
func onlyText(n parse.Node, b *strings.Builder) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				onlyText(c, b)
			}
		}
	case *parse.TextNode:
		b.Write(n.Text)
	case *parse.IfNode:
		onlyText(n.List, b)
		onlyText(n.ElseList, b)
	case *parse.WithNode:
		onlyText(n.List, b)
		onlyText(n.ElseList, b)
	case *parse.RangeNode:
		onlyText(n.List, b)
		onlyText(n.ElseList, b)
	}
}

// anyFunc lets every identifier of a template pass as a function.
func anyFunc(text string) map[string]any {
	m := map[string]any{}
	for _, id := range regexp.MustCompile(`[A-Za-z]+`).FindAllString(text, -1) {
		m[id] = func() string { return "" }
	}
	return m
}

func TestPlural(t *testing.T) {
	six := Plural{Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "other"}, {"en", 1, "one"}, {"en", 2, "other"}, {"en", 1001, "other"},
		{"ar", 0, "zero"}, {"ar", 1, "one"}, {"ar", 2, "two"}, {"ar", 3, "few"}, {"ar", 10, "few"}, {"ar", 11, "many"},
		{"ar", 99, "many"}, {"ar", 100, "other"}, {"ar", 101, "other"}, {"ar", 102, "other"}, {"ar", 103, "few"}, {"ar", 111, "many"}, {"ar", 1000, "other"},
	} {
		if got := six.form(c.lang, c.n); got != c.want {
			t.Errorf("%d in %s is %s, want %s", c.n, c.lang, got, c.want)
		}
	}
}

func TestWordsFor(t *testing.T) {
	for lang, want := range map[string]string{"en": "en", "en-GB": "en", "AR-eg": "ar", "ar": "ar"} {
		if w, err := WordsFor(lang); err != nil || w.Lang != want {
			t.Errorf("WordsFor(%q) = %v, %v; want %s", lang, w, err, want)
		}
	}
}
