package markup

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// rows is the schema table with its look-ups.
type rows struct {
	nodes  []nodeRow
	marks  []markRow
	byNode map[kind]*nodeRow
	byMark map[kind]*markRow
	ranks  map[kind]int
}

func newTable(nodes []nodeRow, marks []markRow) *rows {
	t := &rows{nodes: nodes, marks: marks,
		byNode: map[kind]*nodeRow{}, byMark: map[kind]*markRow{}, ranks: map[kind]int{}}
	for i := range nodes {
		t.byNode[nodes[i].name] = &nodes[i]
	}
	for i := range marks {
		t.byMark[marks[i].name] = &marks[i]
		t.ranks[marks[i].name] = i
	}
	return t
}

func (t *rows) node(k kind) *nodeRow { return t.byNode[k] }
func (t *rows) mark(k kind) *markRow { return t.byMark[k] }
func (t *rows) rank(k kind) int      { return t.ranks[k] }

func (r *nodeRow) attr(name string) int { return attrIndex(r.attrs, name) }
func (r *markRow) attr(name string) int { return attrIndex(r.attrs, name) }

func attrIndex(attrs []attrRow, name string) int {
	return slices.IndexFunc(attrs, func(a attrRow) bool { return a.name == name })
}

// allows says whether a term takes a node of this kind.
func (t term) allows(k kind) bool {
	return slices.Contains(t.of, string(k)) || slices.Contains(t.of, schema.node(k).group)
}

// fits checks the kinds of a node's children against its row. It returns the
// index of the first that does not fit (len(content) when one is missing) and
// what would have fitted, or -1.
func (r *nodeRow) fits(content []node) (int, string) {
	i := 0
	for _, t := range r.content {
		taken := 0
		for i < len(content) && t.allows(content[i].kind) && (!t.atMostOne || taken == 0) {
			i++
			taken++
		}
		if t.atLeastOne && taken == 0 {
			return i, strings.Join(t.of, " or ")
		}
	}
	if i < len(content) {
		if len(r.content) == 0 {
			return i, "nothing"
		}
		return i, r.expression()
	}
	return -1, ""
}

// expression writes a content rule as ProseMirror does: "paragraph block*".
func (r *nodeRow) expression() string {
	var parts []string
	for _, t := range r.content {
		s := strings.Join(t.of, " | ")
		if len(t.of) > 1 {
			s = "(" + s + ")"
		}
		switch {
		case t.atMostOne:
		case t.atLeastOne:
			s += "+"
		default:
			s += "*"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// SchemaJSON returns the table in the shape of a ProseMirror schema
// specification: {"nodes": [[name, spec], …], "marks": [[name, spec], …]}, in
// order, which is what the editor builds its own schema from. What it cannot
// say (how addresses look, that tables are rectangular) is checked by [Parse].
func SchemaJSON() []byte {
	type attr struct {
		Default any `json:"default,omitempty"`
	}
	type spec struct {
		Content string          `json:"content,omitempty"`
		Group   string          `json:"group,omitempty"`
		Inline  bool            `json:"inline,omitempty"`
		Marks   *string         `json:"marks,omitempty"`
		Attrs   map[string]attr `json:"attrs,omitempty"`
	}
	attrsOf := func(in []attrRow) map[string]attr {
		out := map[string]attr{}
		for _, a := range in {
			switch {
			case a.required:
				out[a.name] = attr{}
			case a.number:
				out[a.name] = attr{Default: json.Number(a.fallback)}
			default:
				out[a.name] = attr{Default: a.fallback}
			}
		}
		return out
	}
	var out struct {
		Nodes [][2]any `json:"nodes"`
		Marks [][2]any `json:"marks"`
	}
	for _, r := range schema.nodes {
		s := spec{Content: r.expression(), Group: r.group, Attrs: attrsOf(r.attrs)}
		s.Inline = r.group == "inline" && r.name != kindText
		if len(r.content) > 0 && !r.marks {
			s.Marks = new("")
		}
		out.Nodes = append(out.Nodes, [2]any{r.name, s})
	}
	for _, r := range schema.marks {
		out.Marks = append(out.Marks, [2]any{r.name, spec{Attrs: attrsOf(r.attrs)}})
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Sprintf("markup: write schema: %v", err)) // a fixed table of strings
	}
	return b
}

func headingLevel(s string) (string, error) { return whole(s, 2, 4) }
func listStart(s string) (string, error)    { return whole(s, 0, 999_999_999) }

func whole(s string, low, high int) (string, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return "", fmt.Errorf("must be a whole number from %d to %d", low, high)
	}
	return strconv.Itoa(n), nil
}

func cellAlign(s string) (string, error) { return oneOf(s, "start", "center", "end") }
func direction(s string) (string, error) { return oneOf(s, "ltr", "rtl") }

func oneOf(s string, allowed ...string) (string, error) {
	if !slices.Contains(allowed, s) {
		return "", fmt.Errorf("must be one of %s", strings.Join(allowed, ", "))
	}
	return s, nil
}

// storyID takes what identifiers are made of, and no more.
func storyID(s string) (string, error) {
	if s == "" || len(s) > 64 {
		return "", fmt.Errorf("must be an identifier of 1 to 64 characters")
	}
	for _, r := range s {
		if !isAlnum(r) && r != '-' && r != '_' {
			return "", fmt.Errorf("must hold only letters, digits, - and _")
		}
	}
	return s, nil
}

// mediaName takes a picture's identifier, or its address as an importer found
// it. It never reaches a page: whoever fills the slot decides what it means.
func mediaName(s string) (string, error) {
	if s == "" || len(s) > maxAddress {
		return "", fmt.Errorf("must have 1 to %d bytes", maxAddress)
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' || r == '\\' || r == '`' || badRune(r) || isSpace(r) {
			return "", fmt.Errorf("holds a character that no picture's name has")
		}
	}
	return s, nil
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func rectangular(n node) error {
	width := len(n.content[0].content)
	if width > maxColumns || width*len(n.content) > maxCells {
		return fmt.Errorf("a table has at most %d columns and %d cells", maxColumns, maxCells)
	}
	for i, row := range n.content {
		if len(row.content) != width {
			return fmt.Errorf("row %d has %d cells and the first has %d", i+1, len(row.content), width)
		}
	}
	return nil
}

func spanSaysSomething(m mark) error {
	if m.attrs[0] == "" && m.attrs[1] == "" {
		return fmt.Errorf("a span needs lang or dir")
	}
	return nil
}
