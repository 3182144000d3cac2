package markup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Document is a story's body. The zero value is the empty document. A
// Document never changes: methods that alter one return another. It marshals
// as canonical ProseMirror JSON: equal documents give equal bytes.
type Document struct {
	content []node
	kept    *kept // instead of content; see Kept
}

// kept is a document as we wrote it, read when somebody looks inside.
type kept struct{ read func() []node }

// Kept gives a document that was written by [Document.MarshalJSON] and kept since
// where nobody else writes. It is not read until something of it is asked for: a
// reader's page shows what was rendered of it long ago and asks for nothing. What
// turns out not to be a document panics then, each time, lest it be taken for an empty
// one and saved; strangers' bytes go through [Parse].
func Kept(raw []byte) Document {
	return Document{kept: &kept{sync.OnceValue(func() []node {
		parsed, err := Parse(raw)
		if err != nil {
			panic(fmt.Errorf("markup: a kept document cannot be read: %w", err))
		}
		return parsed.content
	})}}
}

func (d Document) nodes() []node {
	if d.kept == nil {
		return d.content
	}
	return d.kept.read()
}

// Equal says whether two documents hold the same.
func (d Document) Equal(o Document) bool { return slices.EqualFunc(d.nodes(), o.nodes(), node.equal) }

// IsEmpty says whether the document shows a reader nothing at all.
func (d Document) IsEmpty() bool { return !slices.ContainsFunc(d.nodes(), visible) }

// visible says whether a node shows anything: text or a thing that stands
// for itself. A rule alone shows nothing.
func visible(n node) bool {
	switch n.kind {
	case kindText:
		return strings.TrimSpace(n.text) != ""
	case kindPicture, kindRelated, kindLinkCard:
		return true
	case kindTable:
		if n.attr("caption") != "" {
			return true
		}
	}
	return slices.ContainsFunc(n.content, visible)
}

// MarshalJSON writes the canonical form. It never fails.
func (d Document) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"type":"doc","content":[`)
	for i, n := range d.nodes() {
		if i > 0 {
			b.WriteByte(',')
		}
		n.writeJSON(&b)
	}
	b.WriteString(`]}`)
	return b.Bytes(), nil
}

// UnmarshalJSON is [Parse]; null leaves the document as it is, as
// encoding/json wants it.
func (d *Document) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	parsed, err := Parse(data)
	if err == nil {
		*d = parsed
	}
	return err
}

// writeJSON keeps the order that ProseMirror's own toJSON has.
func (n node) writeJSON(b *bytes.Buffer) {
	b.WriteString(`{"type":`)
	writeString(b, string(n.kind))
	if len(n.attrs) > 0 {
		writeAttrs(b, schema.node(n.kind).attrs, n.attrs)
	}
	if len(n.content) > 0 {
		b.WriteString(`,"content":[`)
		for i, c := range n.content {
			if i > 0 {
				b.WriteByte(',')
			}
			c.writeJSON(b)
		}
		b.WriteByte(']')
	}
	if len(n.marks) > 0 {
		b.WriteString(`,"marks":[`)
		for i, m := range n.marks {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`{"type":`)
			writeString(b, string(m.kind))
			if len(m.attrs) > 0 {
				writeAttrs(b, schema.mark(m.kind).attrs, m.attrs)
			}
			b.WriteByte('}')
		}
		b.WriteByte(']')
	}
	if n.kind == kindText {
		b.WriteString(`,"text":`)
		writeString(b, n.text)
	}
	b.WriteByte('}')
}

func writeAttrs(b *bytes.Buffer, rows []attrRow, values []string) {
	b.WriteString(`,"attrs":{`)
	for i, row := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		writeString(b, row.name)
		b.WriteByte(':')
		if row.number {
			b.WriteString(values[i])
		} else {
			writeString(b, values[i])
		}
	}
	b.WriteByte('}')
}

func writeString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false) // as the editor writes it; stored, never put into a page
	_ = enc.Encode(s)        // a string into a buffer cannot fail
	b.Truncate(b.Len() - 1)  // Encode ends with a newline
}
