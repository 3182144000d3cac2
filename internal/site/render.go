package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"dateline/internal/web"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// A Renderer turns views into pages, in the language and time zone of the
// site. It is safe for concurrent use.
type Renderer struct {
	words    *Words
	zone     *time.Location
	assets   *web.Assets
	manifest []byte
	worker   []byte // the service worker
	pages    map[string]*template.Template
	bufs     sync.Pool
}

// Options say whose pages a Renderer makes.
type Options struct {
	SiteName string
	// Lang decides the words and the direction of everything that is not a
	// story's own: "en" or "ar", with or without a region.
	Lang string
	// Zone is that of all times shown.
	Zone *time.Location
	// Assets take the stylesheet, the script and the icons.
	Assets *web.Assets
	// Colours are the style rules of the placeholder classes c0 to c63
	// (imaging.ColourCSS).
	Colours string
}

// NewRenderer parses every template; after it has returned, a page fails only
// by what is in its view.
func NewRenderer(o Options) (*Renderer, error) {
	words, err := WordsFor(o.Lang)
	if err != nil {
		return nil, err
	}
	if err := addFace(o.Assets, o.Colours); err != nil {
		return nil, err
	}
	r := &Renderer{words: words, zone: o.Zone, assets: o.Assets, pages: map[string]*template.Template{}}
	if r.manifest, err = manifest(o.SiteName, words.Lang, o.Assets); err != nil {
		return nil, err
	}
	if r.worker, err = scripts(o.SiteName, words, o.Assets); err != nil {
		return nil, err
	}
	r.bufs.New = func() any { return new(bytes.Buffer) }
	shared, err := template.New("layout").Option("missingkey=error").Funcs(r.funcs()).
		ParseFS(templateFiles, "templates/layout.tmpl", "templates/part_*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("parse shared templates: %w", err)
	}
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".tmpl")
		if name == "layout" || strings.HasPrefix(name, "part_") {
			continue
		}
		// Cloned, since every page defines a "main" of its own.
		t, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone templates for %s: %w", name, err)
		}
		if r.pages[name], err = t.ParseFS(templateFiles, path.Join("templates", f.Name())); err != nil {
			return nil, fmt.Errorf("parse template %s: %w", name, err)
		}
	}
	return r, nil
}

// Render makes the page. The bytes are the caller's.
func (r *Renderer) Render(p Page) ([]byte, error) {
	t := r.pages[p.template()]
	if t == nil {
		return nil, fmt.Errorf("render %T: no template %s", p, p.template())
	}
	c := p.chrome()
	if ld := strings.ToLower(string(c.JSONLD)); strings.Contains(ld, "</") || strings.Contains(ld, "<!--") {
		return nil, fmt.Errorf("render %s: JSON-LD holds markup that would end its script", c.Path)
	}
	buf := r.bufs.Get().(*bytes.Buffer)
	defer r.bufs.Put(buf)
	buf.Reset()
	if err := t.ExecuteTemplate(buf, "layout", p); err != nil {
		return nil, fmt.Errorf("render %T %s: %w", p, c.Path, err)
	}
	return bytes.Clone(buf.Bytes()), nil
}

// Words gives the words of the site's language, for titles that handlers make.
func (r *Renderer) Words() *Words { return r.words }

// Describe fills in what every page of a kind says of itself where the handler
// has not: title and description.
func (r *Renderer) Describe(p Page) {
	c, w := p.chrome(), r.words
	title, about := "", ""
	switch p := p.(type) {
	case *FrontPage:
		about = plain(w.SiteDescription, "site", c.SiteName)
		c.Social.Modified = p.Updated
	case *ArticlePage:
		title, about = p.Headline, p.Standfirst
	case *ListingPage:
		title, about = p.Name, p.Intro
		if about == "" {
			about = plain(w.ListingAbout, "name", p.Name, "site", c.SiteName)
		}
		if p.Pager.Number > 1 {
			title += " – " + plain(w.PageOf, "n", w.number(p.Pager.Number), "total", w.number(p.Pager.Total))
		}
	case *HistoryPage:
		title, about = w.HistoryTitle, plain(w.HistoryOf, "headline", p.Headline)
	case *SearchPage:
		title, about = w.SearchTitle, w.SearchStart
		if p.Form.Query != "" {
			title = plain(w.SearchFor, "query", p.Form.Query)
		}
	case *StandingPage:
		title = p.Headline
	case *AlertsPage:
		title, about = w.AlertsTitle, w.AlertsOffer
		if !p.Possible() {
			about = w.AlertsNone
		}
	case *MailPage:
		title, about = r.mailStep(p.Step)
	case *TalkPage:
		title, about = w.Comments+": "+p.Headline, p.Headline
	case *CommentPage:
		title = r.commentStep(p)
	case *MinePage:
		title = w.MyComments
	case *SignInPage:
		title, about = r.signInTitle(p.Step), w.SignInWhy
	case *AccountPage:
		title = r.accountTitle(p.Step)
	case *GonePage:
		title, about = w.GoneTitle, w.GoneText
	case *FailurePage:
		title, about = r.failure(p.Status)
	}
	if c.Title == "" {
		c.Title = title
	}
	if c.Description == "" {
		c.Description = about
	}
}

// failure gives the heading and the text for a status.
func (r *Renderer) failure(status int) (title, text string) {
	w := r.words
	switch {
	case status == http.StatusNotFound:
		return w.NotFoundTitle, w.NotFoundText
	case status == http.StatusMethodNotAllowed:
		return w.MethodTitle, w.MethodText
	case status == http.StatusTooManyRequests:
		return w.BusyTitle, w.BusyText
	case status == http.StatusServiceUnavailable:
		return w.DownTitle, w.DownText
	case status >= 400 && status < 500:
		return w.BadTitle, w.BadText
	}
	return w.BrokenTitle, w.BrokenText
}

// plain fills a message with text: "{name}" takes the value after "name".
func plain(msg string, pairs ...string) string {
	old := make([]string, len(pairs))
	for i, s := range pairs {
		if old[i] = s; i%2 == 0 {
			old[i] = "{" + s + "}"
		}
	}
	return strings.NewReplacer(old...).Replace(msg)
}
