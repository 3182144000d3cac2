package archive

import "strings"

const maxField = 64 << 10 // bytes of any text other than a body

// leaf reads the text of the element that t opened, at most limit bytes of it, to
// its end. Tags of HTML that was exported without CDATA are kept as text.
func (p *wxr) leaf(t token, limit int) string {
	if t.empty {
		return ""
	}
	name := t.name
	line := p.line
	var b []byte
	over := false
	keep := func(text []byte) {
		if room := limit - len(b); len(text) > room {
			text, over = text[:max(0, room)], true
		}
		b = append(b, text...)
	}
loop:
	for {
		t := p.token()
		switch t.kind {
		case tokenText:
			keep(t.text)
		case tokenEnd:
			if t.name == name {
				break loop
			}
			if isStructure(t.name) {
				p.back()
				p.noteAt("an element that is not closed", "<"+name+">", line)
				break loop
			}
			keep(t.text)
			p.note("tags outside CDATA kept", string(t.text))
		case tokenStart:
			if isStructure(t.name) || t.name == name || !isBody(name) && isItemField(t.name) {
				p.back()
				p.noteAt("an element that is not closed", "<"+name+">", line)
				break loop
			}
			keep(t.text)
			p.note("tags outside CDATA kept", string(t.text))
		case tokenEOF:
			p.cut = true
			break loop
		}
	}
	if over && limit > 0 && limit != p.budget {
		p.note("a field longer than 64 kB cut", "<"+name+">")
	}
	return strings.ToValidUTF8(string(b), "")
}

func (p *wxr) noteAt(what, example string, line int) {
	now := p.line
	p.line = line
	p.note(what, example)
	p.line = now
}

// skip drops the element that t opened.
func (p *wxr) skip(t token) {
	if t.empty {
		return
	}
	name, depth := t.name, 1
	for {
		switch t := p.token(); t.kind {
		case tokenEOF:
			p.cut = true
			return
		case tokenStart:
			if t.name == "item" || t.name == "channel" {
				p.back()
				return
			}
			if t.name == name && !t.empty {
				depth++
			}
		case tokenEnd:
			if t.name == "item" || t.name == "channel" || t.name == "rss" {
				p.back()
				return
			}
			if t.name == name {
				if depth--; depth == 0 {
					return
				}
			}
		}
	}
}

// children calls field for each element inside the one that t opened, until it is
// closed or something begins or ends that cannot be inside it. It says whether
// the element was closed. field must consume the element it is given.
func (p *wxr) children(t token, field func(token)) (closed bool) {
	if t.empty {
		return true
	}
	name := t.name
	for {
		switch t := p.token(); t.kind {
		case tokenEOF:
			p.cut = true
			return false
		case tokenEnd:
			if t.name == name {
				return true
			}
			if isFrame(t.name) || t.name == "wp:comment" {
				p.back()
				return false
			}
			p.note("a closing tag without its opening one", string(t.text))
		case tokenStart:
			if isFrame(t.name) {
				p.back()
				return false
			}
			field(t)
		}
	}
}

// isFrame: elements that nothing but the file itself holds.
func isFrame(name string) bool { return name == "item" || name == "channel" || name == "rss" }

// isStructure: names that no text can hold as HTML.
func isStructure(name string) bool {
	return isFrame(name) || strings.HasPrefix(name, "wp:") || strings.HasPrefix(name, "content:") ||
		strings.HasPrefix(name, "excerpt:") || strings.HasPrefix(name, "dc:")
}

// isBody: elements whose text may hold HTML of any kind.
func isBody(name string) bool {
	return name == "content:encoded" || name == "excerpt:encoded" || name == "description" || name == "wp:comment_content"
}

// isItemField: names without a prefix that an item has.
func isItemField(name string) bool {
	switch name {
	case "title", "link", "guid", "pubDate", "description", "category":
		return true
	}
	return false
}
