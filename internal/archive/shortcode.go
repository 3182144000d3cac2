package archive

import (
	"regexp"
	"strings"
)

// Shortcodes are WordPress's macros: [name key="value"]inner[/name]. Which names
// are macros depends on the plug-ins a site had, and newsrooms write brackets too:
// "[sic]", "[Reuters]". One is taken for a macro when WordPress itself or a common
// page builder has the name, or it has attributes, or is closed, or its name is no
// word ("recent_posts").

// A shortcode is one macro with what stands in it.
type shortcode struct {
	name  string
	attrs map[string]string
	plain []string // attributes without a name
	inner string
	whole string // the opening tag as it stands in the text
}

const (
	maxNesting    = 20
	maxShortcode  = 4000   // bytes of the opening tag
	maxShortcodes = 20_000 // brackets looked at in one body
)

var (
	closing = regexp.MustCompile(`\[/([A-Za-z][A-Za-z0-9_-]{0,60})\]`)
	keyed   = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))|"([^"]*)"|'([^']*)'|(\S+)`)
)

// An expander replaces each macro in HTML with what do returns for it.
type expander struct {
	do   func(shortcode) string
	left int // brackets still to be looked at
}

func expandShortcodes(s string, do func(shortcode) string) string {
	e := &expander{do: do, left: maxShortcodes}
	return e.expand(s, 0)
}

func (e *expander) expand(s string, depth int) string {
	if strings.IndexByte(s, '[') < 0 {
		return s
	}
	// Where each name is closed for the last time: else a text full of macros that
	// are never closed would be searched to its end for each.
	last := map[string]int{}
	for _, m := range closing.FindAllStringSubmatchIndex(s, -1) {
		last[s[m[2]:m[3]]] = m[0]
	}
	var b strings.Builder
	var tags tagSkipper
	seen := map[string]bool{}
	for i := 0; i < len(s); {
		next := strings.IndexAny(s[i:], "[<")
		if next < 0 || e.left <= 0 {
			b.WriteString(s[i:])
			break
		}
		b.WriteString(s[i : i+next])
		i += next
		if s[i] == '<' {
			n := tags.length(s, i)
			b.WriteString(s[i : i+n])
			i += n
			continue
		}
		e.left--
		n, code, kind := shortcodeAt(s[i:], i, last)
		switch kind {
		case literal:
			b.WriteString(s[i : i+n])
		case unescaped: // [[name]] is how one writes about macros
			b.WriteString(s[i+1 : i+n-1])
		case macro:
			seen[code.name] = true
			if depth < maxNesting {
				code.inner = e.expand(code.inner, depth+1)
			}
			b.WriteString(e.do(code))
		case closer:
			if !seen[code.name] && !isMacroName(code.name) {
				b.WriteString(s[i : i+n])
			}
		}
		i += n
	}
	return b.String()
}

type bracket uint8

const (
	literal bracket = iota
	unescaped
	macro
	closer
)

// shortcodeAt reads the macro that s begins with; at is where s stands in the whole.
func shortcodeAt(s string, at int, last map[string]int) (n int, code shortcode, kind bracket) {
	window := s[:min(len(s), maxShortcode)]
	if strings.HasPrefix(window, "[[") {
		if name, _, n := openingTag(window[1:]); name != "" && strings.HasPrefix(window[1+n:], "]") {
			return n + 2, code, unescaped
		}
		return 1, code, literal
	}
	if strings.HasPrefix(window, "[/") {
		if m := closing.FindStringSubmatchIndex(window); m != nil && m[0] == 0 {
			return m[1], shortcode{name: window[m[2]:m[3]]}, closer
		}
		return 1, code, literal
	}
	code.name, code.whole, n = openingTag(window)
	if code.name == "" {
		return 1, code, literal
	}
	given := strings.TrimSpace(code.whole[1+len(code.name) : n-1])
	selfClosed := strings.HasSuffix(given, "/") && !strings.Contains(given, "://")
	code.parse(strings.TrimSuffix(given, "/"))
	closedAt, closed := last[code.name]
	closed = closed && !selfClosed && closedAt >= at+n
	if !closed && !selfClosed && len(code.attrs) == 0 && !strings.HasPrefix(given, "=") && !isMacroName(code.name) {
		return 1, code, literal
	}
	if closed && !neverCloses[code.name] {
		end := "[/" + code.name + "]"
		if i := strings.Index(s[n:], end); i >= 0 {
			code.inner = s[n : n+i]
			n += i + len(end)
		}
	}
	return n, code, macro
}

// neverCloses: of these, what follows is not inside even when a closing tag comes.
var neverCloses = map[string]bool{"gallery": true}

func (c *shortcode) parse(given string) {
	c.attrs = map[string]string{}
	if rest, ok := strings.CutPrefix(given, "="); ok { // [youtube=https://…]
		c.plain = append(c.plain, strings.Trim(rest, `"' `))
		return
	}
	for _, m := range keyed.FindAllStringSubmatch(unquote.Replace(given), maxAttrs) {
		if m[1] != "" {
			c.attrs[strings.ToLower(m[1])] = m[2] + m[3] + m[4]
		} else if v := m[5] + m[6] + m[7]; v != "" {
			c.plain = append(c.plain, v)
		}
	}
}

// unquote undoes what WordPress's typography makes of quotes in macros.
var unquote = strings.NewReplacer("&quot;", `"`, "&#34;", `"`, "“", `"`, "”", `"`, "″", `"`, "&#8220;", `"`, "&#8221;", `"`, "&#8243;", `"`, "&amp;", "&", "&#038;", "&")

// isMacroName says whether a bracketed word alone is a macro.
func isMacroName(name string) bool {
	switch name {
	case "gallery", "caption", "wp_caption", "embed", "audio", "video", "playlist", "caption_text",
		"contact-form-7", "contact-form", "youtube", "vimeo", "tweet", "instagram", "soundcloud",
		"archives", "sitemap", "polldaddy", "blip", "dailymotion", "googlemaps", "slideshow", "slideshare",
		"scribd", "wpvideo", "presentation", "recipe", "subscribe", "toc", "pullquote", "row", "column", "button", "dropcap":
		return true
	}
	return strings.Contains(name, "_") || strings.ContainsAny(name, "0123456789") && strings.Contains(name, "-")
}

// openingTag reads "[name …]"; a bracket inside quotes does not end it.
func openingTag(s string) (name, whole string, n int) {
	i := 1
	for i < len(s) && i <= 61 && (isNameStart(s[i]) && s[i] < 0x80 && s[i] != ':' || i > 1 && (s[i] == '-' || s[i] >= '0' && s[i] <= '9')) {
		i++
	}
	if i == 1 || i >= len(s) || !strings.ContainsRune(" \t\n\r=/]", rune(s[i])) && !strings.HasPrefix(s[i:], "\u00A0") {
		return "", "", 0
	}
	name = s[1:i]
	var quote byte
	plainEnd := 0
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == ']' && plainEnd == 0 {
				plainEnd = i + 1
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ']':
			return name, s[:i+1], i + 1
		case c == '[' || c == '<' && i+1 < len(s) && (isNameStart(s[i+1]) || s[i+1] == '/'):
			i = len(s)
		}
	}
	if plainEnd > 0 && quote != 0 { // an apostrophe, not a quote
		return name, s[:plainEnd], plainEnd
	}
	return "", "", 0
}

// A tagSkipper steps over tags, comments, and elements whose text is no prose.
type tagSkipper struct{ none map[string]bool }

// length is how long what begins with the '<' at s[i] is; 1 for a bare '<'.
func (t *tagSkipper) length(s string, i int) int {
	in := s[i:]
	if len(in) < 2 || !isNameStart(in[1]) && in[1] != '/' && in[1] != '!' {
		return 1
	}
	for _, element := range [][2]string{{"<!--", "-->"}, {"<script", "</script"}, {"<style", "</style"}, {"<pre", "</pre"}, {"<code", "</code"}} {
		if !strings.HasPrefix(in, element[0]) || t.none[element[0]] {
			continue
		}
		if n := strings.Index(in, element[1]); n >= 0 {
			return n + len(element[1])
		}
		// Not searched for again: each time would be to the end of the text.
		if t.none == nil {
			t.none = map[string]bool{}
		}
		t.none[element[0]] = true
	}
	var quote byte
	for n := 1; n < len(in) && n < 8<<10; n++ {
		switch c := in[n]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return n + 1
		case c == '<':
			return n
		}
	}
	return 1
}
