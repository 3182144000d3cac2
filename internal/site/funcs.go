package site

import (
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"dateline/internal/markup"
)

// longHeadline is how many characters a headline has that would fill a screen in the
// size of the others.
const longHeadline = 110

// funcs are what templates may call.
func (r *Renderer) funcs() template.FuncMap {
	w := r.words
	all := template.FuncMap{
		"w":        func() *Words { return w },
		"siteLang": func() string { return w.Lang },
		"siteDir":  func() string { return markup.Dir(w.Lang) },
		"dirOf":    func(lang string) string { return markup.Dir(r.langOr(lang)) },
		"langOr":   r.langOr,
		"lang":     r.langAttr,
		"ui":       r.uiAttr,
		"said":     r.saidAttr,

		"sub":            r.subLang,
		"locale":         r.locale,
		"isoDay":         func(t time.Time) string { return t.In(r.zone).Format(time.DateOnly) },
		"themeLight":     func() string { return themeLight },
		"themeDark":      func() string { return themeDark },
		"lastCorrection": lastCorrection,

		"fill":   fill,
		"plain":  fillPlain,
		"plural": func(p Plural, n int, pairs ...any) (template.HTML, error) { return r.plural(p, n, pairs...) },
		"words":  func(p Plural, n int) string { return plain(p.form(w.Lang, n), "n", w.number(n)) },
		"num":    w.number,

		"date":   func(t time.Time) string { return w.date(t.In(r.zone)) },
		"moment": func(t time.Time) string { return w.moment(t.In(r.zone)) },
		"clock":  func(t time.Time) string { return w.clock(t.In(r.zone)) },
		"iso":    func(t time.Time) string { return t.In(r.zone).Format(time.RFC3339) },
		"time":   r.timeTag,
		"days":   r.days,
		// A field for days takes nothing else, and complains to the reader's console.
		"calendar": func(s string) string {
			if _, err := time.Parse(time.DateOnly, s); err != nil {
				return ""
			}
			return s
		},

		"asset":    r.assets.Path,
		"joiner":   r.joiner,
		"named":    r.named,
		"long":     func(headline string) bool { return utf8.RuneCountInString(headline) > longHeadline },
		"slot":     slot,
		"titled":   r.titled,
		"arranged": arranged,
		"here":     here,
		"kind":     r.correctionKind,
		"listKind": r.listingKind,
		"part":     r.partName,
		"version":  r.versionName,
		"facet":    r.facetName,
		"problem":  r.problemText,
		"feedHelp": r.feedHelp,
		"mailStep": func(s MailStep) [2]string { a, b := r.mailStep(s); return [2]string{a, b} },
		"failure":  func(s int) [2]string { a, b := r.failure(s); return [2]string{a, b} },
		"host":     host,
		"lines":    lines,
	}
	maps.Copy(all, r.commentFuncs())
	return all
}

func (r *Renderer) langOr(lang string) string {
	if lang == "" {
		return r.words.Lang
	}
	return lang
}

// langAttr marks text that is not in the site's language.
func (r *Renderer) langAttr(lang string) template.HTMLAttr {
	if sameLanguage(lang, r.words.Lang) {
		return ""
	}
	return attrs(lang)
}

// saidAttr marks text that is most likely in a language, and lets the text itself say
// which way it runs: an agency's caption may be in another.
func (r *Renderer) saidAttr(lang string) template.HTMLAttr {
	if sameLanguage(lang, r.words.Lang) {
		return ` dir="auto"`
	}
	return template.HTMLAttr(fmt.Sprintf(` lang="%s" dir="auto"`, template.HTMLEscapeString(lang)))
}

// uiAttr marks the site's own words inside a story in another language.
func (r *Renderer) uiAttr(lang string) template.HTMLAttr {
	if sameLanguage(lang, r.words.Lang) {
		return ""
	}
	return attrs(r.words.Lang)
}

// subLang marks text in one language inside text in another; empty is the site's.
func (r *Renderer) subLang(inner, outer string) template.HTMLAttr {
	if sameLanguage(r.langOr(inner), r.langOr(outer)) {
		return ""
	}
	return attrs(r.langOr(inner))
}

// locale is a language as Open Graph wants it: "en_GB", "ar_AR".
func (r *Renderer) locale(lang string) string {
	tag, err := language.Parse(r.langOr(lang))
	if err != nil {
		return r.words.Lang
	}
	base, _ := tag.Base()
	region, _ := tag.Region()
	return base.String() + "_" + region.String()
}

func attrs(lang string) template.HTMLAttr {
	return template.HTMLAttr(fmt.Sprintf(` lang="%s" dir="%s"`, template.HTMLEscapeString(lang), markup.Dir(lang)))
}

// fill puts values into a message. Text is escaped and isolated in <bdi>, so
// that a name in another script does not turn the sentence round;
// template.HTML is taken as it is.
func fill(msg string, pairs ...any) (template.HTML, error) {
	out := template.HTMLEscapeString(msg)
	for i := 0; i+1 < len(pairs); i += 2 {
		key := "{" + pairs[i].(string) + "}"
		if !strings.Contains(out, key) {
			return "", fmt.Errorf("fill message %q: it has no %s", msg, key)
		}
		var value string
		switch v := pairs[i+1].(type) {
		case template.HTML:
			value = string(v)
		default:
			value = "<bdi>" + template.HTMLEscapeString(fmt.Sprint(v)) + "</bdi>"
		}
		out = strings.ReplaceAll(out, key, value)
	}
	return template.HTML(out), nil
}

// fillPlain is fill for places that hold text alone: attributes, the title.
func fillPlain(msg string, pairs ...string) string { return plain(msg, pairs...) }

func (r *Renderer) plural(p Plural, n int, pairs ...any) (template.HTML, error) {
	msg := p.form(r.words.Lang, n)
	if strings.Contains(msg, "{n}") {
		pairs = append(pairs, "n", r.words.number(n))
	}
	return fill(msg, pairs...)
}

// timeTag is a moment as people and machines read it.
func (r *Renderer) timeTag(t time.Time) template.HTML {
	t = t.In(r.zone)
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, t.Format(time.RFC3339), template.HTMLEscapeString(r.words.moment(t))))
}

// A storyDay is what was published on one day.
type storyDay struct {
	Day     time.Time
	Stories []StoryCard
}

// days puts a list, newest first, under the days of the site's zone.
func (r *Renderer) days(stories []StoryCard) []storyDay {
	var out []storyDay
	last := ""
	for _, s := range stories {
		if d := s.Published.In(r.zone).Format(time.DateOnly); d != last {
			out, last = append(out, storyDay{Day: s.Published}), d
		}
		out[len(out)-1].Stories = append(out[len(out)-1].Stories, s)
	}
	return out
}

// joiner is what stands before the i-th of n names.
func (r *Renderer) joiner(i, n int) string {
	switch {
	case i == 0:
		return ""
	case i == n-1:
		return r.words.ListAnd
	}
	return r.words.ListComma
}

// named lists names of any script.
func (r *Renderer) named(names []string) template.HTML {
	var b strings.Builder
	for i, n := range names {
		b.WriteString(template.HTMLEscapeString(r.joiner(i, len(names))))
		b.WriteString("<bdi>" + template.HTMLEscapeString(n) + "</bdi>")
	}
	return template.HTML(b.String())
}

// titled is the text of the title element.
func (r *Renderer) titled(c *Chrome) string {
	if c.Title == "" {
		return c.SiteName
	}
	return plain(r.words.TitleAndSite, "title", c.Title, "site", c.SiteName)
}

// here says where the reader is: "page" on a link to this very page, "true"
// on its section.
func here(c *Chrome, link string) string {
	path, _, _ := strings.Cut(c.Path, "?")
	switch link {
	case path:
		return "page"
	case c.SectionURL:
		return "true"
	}
	return ""
}

// host is the part of an address that tells a reader whose it is.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// lines splits plain text into its paragraphs.
func lines(text string) []string {
	var out []string
	for _, s := range strings.Split(text, "\n") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
