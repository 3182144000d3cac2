package archive

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// wxr reads a WordPress export. It follows the elements it knows wherever they
// stand and never needs the tags around them to match, so that a file with one
// wrong tag still gives everything.
type wxr struct {
	*scanner
	o         Options
	known     *tables
	yield     func(Record) bool
	stopped   bool // the consumer has had enough
	surveying bool

	t     token
	again bool // t was put back

	site     Site
	siteSent bool
	sawRSS   bool
	open     []string // elements around items, for the report of mismatches only
	aliases  map[string]string
	keys     map[string][8]byte // of the stories so far, with a hash of the address of each
	notes    tally              // of the file
	item     *tally             // of the item at hand, or nil
	reusing  bool               // a reusable block is being put into a body
	room     int                // bytes that blocks and galleries may still add to the body at hand
	budget   int                // bytes that the item at hand may still keep
}

func newWXR(r io.Reader, o Options, known *tables) *wxr {
	p := &wxr{o: o, known: known, aliases: map[string]string{}, keys: map[string][8]byte{}}
	p.scanner = newScanner(r, func(what string, example []byte) { p.note(what, string(example)) })
	return p
}

// note counts something mended, with the item at hand or else with the file.
func (p *wxr) note(what, example string) {
	if p.surveying {
		return
	}
	if p.item != nil {
		p.item.add(what, example, p.line)
		return
	}
	p.notes.add(what, example, p.line)
}

func (p *wxr) send(r Record) {
	if !p.stopped && !p.surveying {
		p.stopped = !p.yield(r)
	}
}

func (p *wxr) sendSite() {
	if !p.siteSent {
		p.siteSent = true
		if p.site.Version == "" {
			p.note("no wp:wxr_version; this may not be a WordPress export", "")
		}
		p.known.setSite(p.site)
		site := p.site
		site.Title, site.Description = plainLine(site.Title), plainLine(site.Description)
		site.Source = p.known.source(site.Title)
		p.send(&site)
	}
}

// read reads the whole file.
func (p *wxr) read() error {
	for !p.stopped {
		switch t := p.token(); t.kind {
		case tokenEOF:
			return p.finish()
		case tokenStart:
			p.start(t)
		case tokenEnd:
			p.closeTag(t.name)
		}
	}
	return nil
}

func (p *wxr) finish() error {
	if !p.sawRSS && !p.siteSent {
		if p.err != nil {
			return fmt.Errorf("read WordPress export: %w", p.err)
		}
		return ErrNotAnExport
	}
	p.sendSite()
	for _, n := range p.notes.notes {
		p.send(&n)
	}
	switch {
	case p.err != nil && !errors.Is(p.err, io.ErrUnexpectedEOF):
		return fmt.Errorf("read WordPress export, line %d: %w", p.line, p.err)
	case p.cut, p.err != nil, len(p.open) > 0:
		return fmt.Errorf("read WordPress export, line %d: %w", p.line, ErrCutOff)
	}
	return nil
}

// start handles an element outside items.
func (p *wxr) start(t token) {
	name := t.name
	switch name {
	case "rss", "channel":
		p.sawRSS = true
	case "item":
		p.sendSite()
		p.readItem(t)
		return
	case "wp:author":
		p.readAuthor(t)
		return
	case "wp:category", "wp:tag", "wp:term":
		p.readTerm(t)
		return
	case "image", "textInput", "cloud":
		p.skip(t)
		return
	}
	if field := p.siteField(name); field != nil {
		if text := strings.TrimSpace(p.leaf(t, maxField)); *field == "" {
			*field = text
		}
		return
	}
	if !t.empty && len(p.open) < 64 {
		p.open = append(p.open, name)
	}
}

func (p *wxr) siteField(name string) *string {
	switch name {
	case "title":
		return &p.site.Title
	case "description":
		return &p.site.Description
	case "link", "wp:base_blog_url":
		return &p.site.URL
	case "language":
		return &p.site.Language
	case "wp:wxr_version":
		return &p.site.Version
	case "generator":
		return &p.site.Generator
	}
	return nil
}

func (p *wxr) closeTag(name string) {
	for i, open := range slices.Backward(p.open) {
		if open != name {
			continue
		}
		for _, unclosed := range p.open[i+1:] {
			p.note("an element that is not closed", "<"+unclosed+">")
		}
		p.open = p.open[:i]
		return
	}
	p.note("a closing tag without its opening one", "</"+name+">")
}

// token gives the next token, with namespace prefixes as WordPress writes them.
func (p *wxr) token() token {
	if p.again {
		p.again = false
		return p.t
	}
	p.t = p.scanner.next()
	if len(p.t.attrs) > 0 {
		p.learnPrefixes(p.t.attrs)
	}
	if len(p.aliases) > 0 && p.t.name != "" {
		if prefix, rest, ok := strings.Cut(p.t.name, ":"); ok && p.aliases[prefix] != "" {
			p.t.name = p.aliases[prefix] + ":" + rest
		}
	}
	return p.t
}

// back puts the last token back. It stays valid.
func (p *wxr) back() { p.again = true }

// learnPrefixes remembers prefixes other than the usual ones for the namespaces
// of an export. A prefix that is not declared at all means what it usually does.
func (p *wxr) learnPrefixes(attrs []attr) {
	for _, a := range attrs {
		prefix, ok := strings.CutPrefix(a.name, "xmlns:")
		if !ok || len(p.aliases) >= 16 {
			continue
		}
		usual := ""
		switch {
		case strings.Contains(a.value, "wordpress.org/export/") && strings.HasSuffix(strings.TrimSuffix(a.value, "/"), "/excerpt"):
			usual = "excerpt"
		case strings.Contains(a.value, "wordpress.org/export/"):
			usual = "wp"
		case strings.Contains(a.value, "purl.org/rss/1.0/modules/content"):
			usual = "content"
		case strings.Contains(a.value, "purl.org/dc/elements/"):
			usual = "dc"
		}
		if usual != "" && prefix != usual {
			p.aliases[prefix] = usual
		}
	}
}
