package markup

import (
	"fmt"
	"unicode/utf8"
)

// A ParseError says where a document breaks the schema and how. Path names
// the place as in JavaScript, "content[2].attrs.level"; it is empty for the
// document as a whole.
type ParseError struct {
	Path   string
	Detail string
}

// Error joins the place and what is wrong there.
func (e *ParseError) Error() string {
	if e.Path == "" {
		return "document " + e.Detail
	}
	return e.Path + " " + e.Detail
}

func refuse(at *place, format string, args ...any) error {
	// A place may hold a stranger's key: it must not grow with the request.
	return &ParseError{Path: shorten(at.String(), 1000), Detail: fmt.Sprintf(format, args...)}
}

// Parse reads a document and refuses, with a [*ParseError], everything the
// schema does not name: unknown kinds, marks and attributes, content in the
// wrong place, nesting beyond [MaxDepth], more than [MaxBytes], invalid UTF-8,
// control characters, duplicate keys. What means the same is made the same:
// neighbouring texts with equal marks are joined, marks put in order,
// addresses and language tags written canonically.
func Parse(data []byte) (Document, error) {
	if len(data) > MaxBytes {
		return Document{}, refuse(nil, "is longer than %d bytes", MaxBytes)
	}
	if !utf8.Valid(data) {
		return Document{}, refuse(nil, "is not valid UTF-8")
	}
	v, err := readJSON(data)
	if err != nil {
		return Document{}, err
	}
	root, err := parseNode(v, nil, 1)
	if err != nil {
		return Document{}, err
	}
	if root.kind != kindDoc {
		return Document{}, refuse((*place)(nil).at("type"), "must be doc")
	}
	return Document{content: root.content}, nil
}

func parseNode(v value, at *place, depth int) (node, error) {
	if depth > MaxDepth {
		return node{}, refuse(at, "is nested deeper than %d", MaxDepth)
	}
	if v.members == nil {
		return node{}, refuse(at, "must be an object with a type")
	}
	name, ok := v.member("type")
	if !ok || !name.isString {
		return node{}, refuse(at.at("type"), "must name a kind of node")
	}
	row := schema.node(kind(name.text))
	if row == nil {
		return node{}, refuse(at.at("type"), "%.40q is no kind of node", name.text)
	}
	n := node{kind: row.name}
	for _, m := range v.members {
		if err := n.parseMember(row, m, at, depth); err != nil {
			return node{}, err
		}
	}
	if attrs, ok := v.member("attrs"); !ok || attrs.members == nil {
		var err error
		if n.attrs, err = parseAttrs(row.attrs, value{members: []member{}}, at.at("attrs")); err != nil {
			return node{}, err
		}
	}
	return n, n.check(row, at)
}

func (n *node) parseMember(row *nodeRow, m member, at *place, depth int) (err error) {
	here := at.at(m.key)
	switch {
	case m.key == "type":
	case m.key == "attrs":
		n.attrs, err = parseAttrs(row.attrs, m.value, here)
	case m.key == "content" && len(row.content) > 0:
		if m.value.items == nil {
			return refuse(here, "must be a list")
		}
		for i, item := range m.value.items {
			c, err := parseNode(item, here.item(i), depth+1)
			if err != nil {
				return err
			}
			n.content = append(n.content, c)
		}
	case m.key == "marks" && row.group == "inline":
		n.marks, err = parseMarks(m.value, here)
	case m.key == "text" && row.name == kindText:
		if !m.value.isString || m.value.text == "" {
			return refuse(here, "must be a string that is not empty")
		}
		n.text = m.value.text
	default:
		return refuse(here, "is not known on %s", row.name)
	}
	return err
}

// check is for what can be seen only when the whole node has been read.
func (n *node) check(row *nodeRow, at *place) error {
	if i, want := row.fits(n.content); i >= 0 {
		if i == len(n.content) {
			return refuse(at.at("content"), "lacks %s", want)
		}
		return refuse(at.at("content").item(i), "%s is not allowed here, only %s", n.content[i].kind, want)
	}
	inside := at.at("content")
	for i, c := range n.content {
		if c.kind != kindText && len(c.marks) == 0 {
			continue
		}
		here := inside.item(i)
		if len(c.marks) > 0 && !row.marks {
			return refuse(here.at("marks"), "are not allowed in %s", row.name)
		}
		except := ""
		if row.name == kindCodeBlock {
			except = "\t\n"
		}
		if r, bad := firstBad(c.text, except); bad {
			return refuse(here.at("text"), "holds the control character U+%04X", r)
		}
	}
	if n.kind == kindText && n.text == "" {
		return refuse(at.at("text"), "is missing")
	}
	n.content = joinText(n.content)
	if row.check != nil {
		if err := row.check(*n); err != nil {
			return refuse(at, "%s", err)
		}
	}
	return nil
}

func parseMarks(v value, at *place) ([]mark, error) {
	if v.items == nil {
		return nil, refuse(at, "must be a list")
	}
	var marks []mark
	for i, item := range v.items {
		here := at.item(i)
		name, ok := item.member("type")
		if !ok || !name.isString {
			return nil, refuse(here.at("type"), "must name a kind of mark")
		}
		row := schema.mark(kind(name.text))
		if row == nil {
			return nil, refuse(here.at("type"), "%.40q is no kind of mark", name.text)
		}
		attrs := value{members: []member{}}
		for _, m := range item.members {
			switch m.key {
			case "type":
			case "attrs":
				attrs = m.value
			default:
				return nil, refuse(here.at(m.key), "is not known on a mark")
			}
		}
		m := mark{kind: row.name}
		var err error
		if m.attrs, err = parseAttrs(row.attrs, attrs, here.at("attrs")); err != nil {
			return nil, err
		}
		if row.check != nil {
			if err := row.check(m); err != nil {
				return nil, refuse(here, "%s", err)
			}
		}
		before := len(marks)
		if marks = addMark(marks, m); len(marks) == before {
			return nil, refuse(here, "is the second %s on one text", row.name)
		}
	}
	return marks, nil
}

func parseAttrs(rows []attrRow, v value, at *place) ([]string, error) {
	if v.members == nil {
		return nil, refuse(at, "must be an object")
	}
	for _, m := range v.members {
		if attrIndex(rows, m.key) < 0 {
			return nil, refuse(at.at(m.key), "is not known here")
		}
	}
	var out []string
	for _, row := range rows {
		here := at.at(row.name)
		given, ok := v.member(row.name)
		switch {
		case !ok && row.required:
			return nil, refuse(here, "is missing")
		case !ok:
			out = append(out, row.fallback)
			continue
		case row.number != given.isNumber || !row.number && !given.isString:
			if row.number {
				return nil, refuse(here, "must be a number")
			}
			return nil, refuse(here, "must be a string")
		}
		s := given.text
		if s != row.fallback || row.required {
			var err error
			if s, err = row.clean(s); err != nil {
				return nil, refuse(here, "%s", err)
			}
		}
		out = append(out, s)
	}
	return out, nil
}
