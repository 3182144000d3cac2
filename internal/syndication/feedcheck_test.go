package syndication

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The checker below knows the rules of RSS 2.0 and Atom as the W3C's feed validator
// has them, for the elements that this package writes. Findings have the
// validator's names, so that feedcheck_data_test.go can hold the checker against
// the validator's own test cases.

// A finding is one broken rule, errors and warnings alike.
type finding struct {
	rule, parent, element, attr string
	detail                      string
}

func (f finding) String() string {
	s := f.rule + " at " + f.parent + "/" + f.element
	if f.attr != "" {
		s += "@" + f.attr
	}
	if f.detail != "" {
		s += ": " + f.detail
	}
	return s
}

// A feedNode is one element as it was written.
type feedNode struct {
	name   string // with the customary prefix: "atom:link"; Atom's own have none in a feed of Atom
	attrs  []xml.Attr
	kids   []*feedNode
	text   string // the element's own character data
	raw    string // its inside, as in the file
	parent *feedNode
}

func (n *feedNode) attr(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.Name.Local == name && (a.Name.Space == "" || name == "lang" || name == "base") {
			return a.Value, true
		}
	}
	return "", false
}

func (n *feedNode) all(name string) []*feedNode {
	var out []*feedNode
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

func (n *feedNode) child(name string) *feedNode {
	if all := n.all(name); len(all) > 0 {
		return all[0]
	}
	return nil
}

const atomSpace = "http://www.w3.org/2005/Atom"

var prefixes = map[string]string{
	atomSpace:                                  "atom:",
	"http://purl.org/dc/elements/1.1/":         "dc:",
	"http://purl.org/rss/1.0/modules/content/": "content:",
	"http://search.yahoo.com/mrss/":            "media:",
	"http://purl.org/dc/terms/":                "dcterms:",
	"http://www.w3.org/1999/xhtml":             "xhtml:",
}

// parseFeed reads XML into nodes, strictly: an undeclared prefix is an error too,
// which encoding/xml lets pass.
func parseFeed(data []byte) (*feedNode, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = func(label string, in io.Reader) (io.Reader, error) { return in, nil }
	var root, at *feedNode
	var starts []int64
	for {
		before := dec.InputOffset()
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			for _, name := range append([]xml.Name{t.Name}, attrNames(t.Attr)...) {
				if name.Space != "" && !strings.ContainsAny(name.Space, ":/") && name.Space != "xmlns" && name.Space != "xml" {
					return nil, fmt.Errorf("prefix %q is not declared", name.Space)
				}
			}
			for _, a := range t.Attr {
				if (a.Name.Space == "xmlns" || a.Name.Local == "xmlns") && strings.ContainsAny(a.Value, " \n\t") {
					return nil, fmt.Errorf("white space in the name space %q", a.Value)
				}
			}
			n := &feedNode{name: prefixed(t.Name, root), attrs: t.Attr, parent: at}
			if at == nil {
				root = n
			} else {
				at.kids = append(at.kids, n)
			}
			at = n
			starts = append(starts, dec.InputOffset())
		case xml.EndElement:
			from := starts[len(starts)-1]
			at.raw = string(data[from:max(from, before)])
			starts = starts[:len(starts)-1]
			at = at.parent
		case xml.CharData:
			if at != nil {
				at.text += string(t)
			}
		}
	}
	if root == nil {
		return nil, fmt.Errorf("no element")
	}
	return root, nil
}

func attrNames(attrs []xml.Attr) []xml.Name {
	var out []xml.Name
	for _, a := range attrs {
		out = append(out, a.Name)
	}
	return out
}

func prefixed(n xml.Name, root *feedNode) string {
	if n.Space == atomSpace && (root == nil || root.name == "feed" || root.name == "entry") {
		return n.Local
	}
	p, known := prefixes[n.Space]
	if n.Space != "" && !known {
		p = n.Space + " "
	}
	return p + n.Local
}

// A feedChecker gathers findings.
type feedChecker struct{ found []finding }

func (c *feedChecker) say(rule string, n *feedNode, attr, detail string) {
	f := finding{rule: rule, attr: attr, detail: detail}
	if n != nil {
		f.element = n.name
		if n.parent != nil {
			f.parent = n.parent.name
		}
	}
	c.found = append(c.found, f)
}

// need and once say of an element's children which must be there and which may be
// there only once.
func (c *feedChecker) need(n *feedNode, rule, child string) {
	if n.child(child) == nil {
		c.found = append(c.found, finding{rule: rule, parent: n.name, element: child})
	}
}

func (c *feedChecker) once(n *feedNode, children ...string) {
	for _, name := range children {
		if len(n.all(name)) > 1 {
			c.found = append(c.found, finding{rule: "DuplicateElement", parent: n.name, element: name})
		}
	}
}

// noText is for elements that only hold others.
func (c *feedChecker) noText(n *feedNode) {
	if strings.TrimSpace(n.text) != "" {
		c.say("UnexpectedText", n, "", n.text)
	}
}

func (c *feedChecker) notBlank(n *feedNode) bool {
	if strings.TrimSpace(n.text) == "" && len(n.kids) == 0 {
		c.say("NotBlank", n, "", "")
		return false
	}
	return true
}

// checkFeed finds what is wrong with a feed of either format.
func checkFeed(data []byte) []finding {
	root, err := parseFeed(data)
	if err != nil {
		return []finding{{rule: "SAXError", detail: err.Error()}}
	}
	c := &feedChecker{}
	switch root.name {
	case "rss":
		c.rss(root)
	case "feed":
		c.atomFeed(root)
	case "entry":
		c.atomEntry(root, false)
	default:
		c.say("UndefinedElement", root, "", "neither RSS 2.0 nor Atom")
	}
	return c.found
}

func hasFinding(found []finding, rule string) bool {
	return slices.ContainsFunc(found, func(f finding) bool { return f.rule == rule })
}
