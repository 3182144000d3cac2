package newsroom

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s = %d, want %d: %s %.1500s", a.name, a.status, status, a.header.Get("Location"), a.text(nil))
	}
	return a
}

func (a *answer) says(words ...string) *answer {
	a.t.Helper()
	text := a.text(nil)
	for _, w := range words {
		if !strings.Contains(text, w) {
			a.t.Fatalf("%s does not say %q: %.2500s", a.name, w, text)
		}
	}
	return a
}

func (a *answer) to() string { return a.header.Get("Location") }

// text is what stands in a node, white space made even.
func (a *answer) text(n *html.Node) string {
	if n == nil {
		n = a.doc
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// all finds elements by name and attributes (name, value …).
func (a *answer) all(tag string, attrs ...string) []*html.Node {
	var out []*html.Node
next:
	for d := range a.doc.Descendants() {
		if d.Type != html.ElementNode || d.Data != tag {
			continue
		}
		for i := 0; i < len(attrs); i += 2 {
			if attr(d, attrs[i]) != attrs[i+1] {
				continue next
			}
		}
		out = append(out, d)
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, x := range n.Attr {
		if x.Key == name {
			return x.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, x := range n.Attr {
		if x.Key == name {
			return true
		}
	}
	return false
}

// form reads the editing form as a browser would send it.
func (a *answer) form() url.Values {
	a.t.Helper()
	return a.formAt("id", "editor")
}

// formAt reads the form that has an attribute.
func (a *answer) formAt(name, value string) url.Values {
	a.t.Helper()
	v := url.Values{}
	forms := a.all("form", name, value)
	if len(forms) != 1 {
		a.t.Fatalf("%s has %d editing forms: %.600s", a.name, len(forms), a.text(nil))
	}
	disabled := func(n *html.Node) bool {
		for ; n != nil; n = n.Parent {
			if n.Data == "fieldset" && has(n, "disabled") {
				return true
			}
		}
		return false
	}
	for d := range forms[0].Descendants() {
		name := attr(d, "name")
		if d.Type != html.ElementNode || name == "" || disabled(d) {
			continue
		}
		switch d.Data {
		case "input":
			kind := attr(d, "type")
			if attr(d, "type") == "checkbox" && has(d, "checked") {
				v.Add(name, attr(d, "value"))
				continue
			}
			if kind == "file" || (kind == "radio" || kind == "checkbox") && !has(d, "checked") {
				continue
			}
			v.Set(name, attr(d, "value"))
		case "textarea":
			var b strings.Builder
			for c := range d.Descendants() {
				b.WriteString(c.Data)
			}
			v.Set(name, strings.ReplaceAll(b.String(), "\n", "\r\n"))
		case "select":
			for c := range d.Descendants() {
				if c.Data == "option" && has(c, "selected") {
					v.Set(name, attr(c, "value"))
				}
			}
		}
	}
	return v
}

// buttons are the values of the form's step buttons.
func (a *answer) buttons() []string {
	var out []string
	for _, b := range a.all("button", "name", "do") {
		if v := attr(b, "value"); v != "upload" {
			out = append(out, v)
		}
	}
	return out
}
