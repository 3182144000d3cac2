package newsroom

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/markup"
	"dateline/internal/moderation"
	"dateline/internal/news"
	"dateline/internal/web"
)

//go:embed templates
var templates embed.FS

//go:embed assets
var assets embed.FS

// A frame is what stands round every page of the desk.
type frame struct {
	Title    string
	At       string // which part of the desk the navigation marks
	SiteName string
	Me       news.Actor // empty when nobody is signed in
	Alerts   bool       // this newsroom sends alerts
	Comments bool       // readers can comment, and this person decides on it
	Held     int        // comments that wait
	Done     string     // a sentence on what just happened
	Live     *liveTimes // after a publication
	Problem  string     // a sentence on what did not happen
	Faults   []news.FieldError
}

// FaultOf is what is wrong with a field, or empty.
func (f frame) FaultOf(field string) string {
	for _, x := range f.Faults {
		if x.Field == field {
			return x.Detail
		}
	}
	return ""
}

// liveTimes say how long after the commit readers could see a publication.
type liveTimes struct {
	Page, Search, Feeds int64 // ms
	URL                 string
	Alert               string // where an alert about it is composed; may be empty
}

// Longest is when all of it was live.
func (l liveTimes) Longest() int64 { return max(l.Page, l.Search, l.Feeds) }

func (n *Newsroom) frame(r *http.Request, who news.Actor, at, title string) frame {
	f := frame{Title: title, At: at, SiteName: n.o.SiteName, Me: who, Alerts: n.alertsOn(), Done: doneWords[r.URL.Query().Get("done")]}
	if n.o.Moderating != nil && moderation.Moderates(who.Role) {
		f.Comments = true
		// A number beside a link: without it the page is as good.
		counts, err := n.o.Comments.QueueCounts(r.Context())
		if err != nil {
			n.o.Log.Warn("held comments could not be counted", "error", err)
		}
		f.Held = counts[news.HeldQueue]
	}
	return f
}

// failed puts a refusal into the frame, for showing it on the form it came from.
func (f *frame) failed(err error) (status int) {
	x := web.Explain(err)
	f.Done = ""
	f.Problem = x.Detail
	f.Faults = x.Fields
	if x.Status == http.StatusPreconditionFailed {
		return http.StatusConflict // the form carried its condition, not a header
	}
	return x.Status
}

func parsePages(n *Newsroom) (map[string]*template.Template, error) {
	base, err := template.New("").Funcs(template.FuncMap{
		"asset":    n.o.Assets.Path,
		"when":     n.when,
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"status":   func(s news.Status) string { return statusWords[s] },
		"word":     fieldWord,
		"fieldID":  func(field string) string { return "f-" + strings.ReplaceAll(field, ".", "_") },
		"dir":      markup.Dir,
		"action":   entryWord,
		"has":      func(steps []news.Step, s string) bool { return slices.Contains(steps, news.Step(s)) },
		"inc":      func(i int) int { return i + 1 },
		"second":   func(t time.Time) string { return t.In(n.o.Zone).Format("15:04:05") },
		"truncate": truncate,
		"count":    count,
		"plural":   plural,
		"took":     took,
		"seconds":  seconds,
		"clock":    clock,
		"service":  service,
		"unsent":   func(t news.Tally) int { return t.Retrying + t.Waiting },
		"whom":     whom,
		"did":      alertWord,
		"kindWord": func(k news.AlertKind) string { return alertKinds[k] },
		"stand":    func(s news.AlertState) string { return alertStates[s] },
		"thumb":    thumb,
		"large":    large,

		// In a list of choices nothing but a character keeps a headline to itself.
		"isolate": func(s string) string { return "\u2068" + s + "\u2069" },
	}).ParseFS(templates, "templates/layout.html", "templates/parts.html", "templates/alertparts.html")
	if err != nil {
		return nil, fmt.Errorf("parse the desk's layout: %w", err)
	}
	files, err := templates.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("list the desk's templates: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".html")
		if name == "layout" || name == "parts" || name == "alertparts" {
			continue
		}
		t, err := base.Clone() // every page fills the same "main"
		if err != nil {
			return nil, fmt.Errorf("copy the desk's layout: %w", err)
		}
		if pages[name], err = t.ParseFS(templates, "templates/"+f.Name()); err != nil {
			return nil, fmt.Errorf("parse the desk's page %s: %w", name, err)
		}
	}
	return pages, nil
}

// render writes a whole page, or nothing when its template fails.
func (n *Newsroom) render(w http.ResponseWriter, status int, name string, view any) error {
	return n.write(w, status, name, "layout", view)
}

// write executes one template of a page into a buffer, then sends it.
func (n *Newsroom) write(w http.ResponseWriter, status int, name, part string, view any) error {
	var b bytes.Buffer
	if err := n.pages[name].ExecuteTemplate(&b, part, view); err != nil {
		return fmt.Errorf("make desk page %s: %w", name, err)
	}
	h := w.Header()
	web.SetPolicy(h)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// seeOther sends the browser on after a form, saying what was done.
func seeOther(w http.ResponseWriter, r *http.Request, path, done string) error {
	if done != "" {
		path += "?done=" + done
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

func truncate(n int, s string) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

type failurePage struct {
	frame
	Failure   web.Failure
	SignedOut bool
}

// fail shows a failure in the desk's own face.
func (n *Newsroom) fail(w http.ResponseWriter, r *http.Request, f web.Failure) {
	view := failurePage{frame: frame{Title: f.Title, SiteName: n.o.SiteName}, Failure: f, SignedOut: f.Status == http.StatusUnauthorized}
	for _, name := range []string{"ETag", "Location"} {
		w.Header().Del(name)
	}
	if f.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.Retry.Seconds())))
	}
	if err := n.render(w, f.Status, "failure", view); err != nil {
		n.o.Log.Error("error page failed", "err", err)
		web.PlainPage(w, r, f)
	}
}
