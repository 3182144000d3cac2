package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"time"

	"dateline/internal/archive"
	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/store"
)

// importReport counts what arrived, and names what did not and why.
type importReport struct {
	Source string `json:"source"`
	Site   string `json:"site,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`

	Stories     int            `json:"stories"` // found, without standing pages
	Pages       int            `json:"pages"`
	Statuses    map[string]int `json:"statuses"` // as they were there
	Authors     int            `json:"authors"`
	Categories  int            `json:"categories"`
	Tags        int            `json:"tags"`
	Terms       int            `json:"other_terms"`
	Attachments int            `json:"attachments"`
	Comments    int            `json:"comments"` // found

	CommentsBrought int `json:"comments_brought"`
	CommentsLeft    int `json:"comments_left"` // spam, binned, pings, and what cannot be shown

	Outcomes        map[string]int `json:"outcomes"` // brought, unchanged, kept, renewed, refused
	Kept            map[string]int `json:"kept_as"`  // status here of what was brought or renewed
	PicturesBrought int            `json:"pictures_brought"`
	PicturesMissing int            `json:"pictures_missing"`

	Refused []reportLine   `json:"refused"`
	Skipped []reportLine   `json:"skipped"`
	Changed []reportLine   `json:"changed"` // stories that arrived otherwise than they were
	Notices []reportNotice `json:"notices"`
	Seconds float64        `json:"seconds"`
}

type reportLine struct {
	Kind  string `json:"kind,omitempty"`
	OldID string `json:"old_id"`
	Title string `json:"title"`
	Why   string `json:"why"`
}

type reportNotice struct {
	What    string `json:"what"`
	Count   int    `json:"count"`
	Example string `json:"example,omitempty"`
}

func (r *importReport) found(s *archive.Story) {
	if r.Statuses == nil {
		r.Statuses = map[string]int{}
	}
	r.Statuses[string(s.Status)]++
	if s.Kind == archive.Page {
		r.Pages++
	} else {
		r.Stories++
	}
}

func (r *importReport) term(t *archive.Term) {
	switch t.Kind {
	case archive.Category:
		r.Categories++
	case archive.Tag:
		r.Tags++
	default:
		r.Terms++
	}
}

func (r *importReport) outcome(in *news.Imported, what store.ImportOutcome) {
	if r.Outcomes == nil {
		r.Outcomes, r.Kept = map[string]int{}, map[string]int{}
	}
	r.Outcomes[string(what)]++
	if what == store.Brought || what == store.Renewed {
		r.Kept[string(in.Status)]++
	}
}

func (r *importReport) refuse(oldID, title string, err error) {
	r.outcome(&news.Imported{}, store.Refused)
	r.Refused = append(r.Refused, reportLine{OldID: oldID, Title: title, Why: oneLine(err)})
}

func (r *importReport) skip(kind, oldID, title, why string) {
	r.Skipped = append(r.Skipped, reportLine{kind, oldID, title, why})
}

func (r *importReport) note(oldID, title, why string) {
	r.Changed = append(r.Changed, reportLine{OldID: oldID, Title: title, Why: why})
}

func (r *importReport) changes(oldID, title string, rep markup.Report) {
	for _, c := range rep {
		why := c.What
		if c.Count > 1 {
			why = fmt.Sprintf("%s (%d times)", c.What, c.Count)
		}
		if c.Example != "" {
			why += ": " + c.Example
		}
		r.note(oldID, title, why)
	}
}

func (r *importReport) notice(what string, n int, example string) {
	for i := range r.Notices {
		if r.Notices[i].What == what {
			r.Notices[i].Count += n
			return
		}
	}
	r.Notices = append(r.Notices, reportNotice{what, n, example})
}

func (r *importReport) finish(took time.Duration) { r.Seconds = took.Seconds() }

// shownLines is how many of a long list the screen shows; the JSON has all.
const shownLines = 20

func (r *importReport) print(w io.Writer) {
	if r.DryRun {
		fmt.Fprintln(w, "Nothing was kept: this was a dry run.")
	}
	rate := ""
	if n := r.Stories + r.Pages; r.Seconds > 0.5 {
		rate = fmt.Sprintf(" in %.1f s (%.0f a second)", r.Seconds, float64(n)/r.Seconds)
	}
	fmt.Fprintf(w, "Found %d stories and %d standing pages%s, %d authors, %d categories, %d tags, %d attachments, %d comments.\n",
		r.Stories, r.Pages, rate, r.Authors, r.Categories, r.Tags, r.Attachments, r.Comments)
	for _, k := range sorted(r.Outcomes) {
		fmt.Fprintf(w, "  %-10s %d\n", k, r.Outcomes[k])
	}
	for _, k := range sorted(r.Kept) {
		fmt.Fprintf(w, "  now %s: %d\n", k, r.Kept[k])
	}
	if n := r.Outcomes[string(store.Kept)]; n > 0 {
		fmt.Fprintf(w, "%d stories changed there since; --again takes their text.\n", n)
	}
	if r.PicturesBrought > 0 {
		fmt.Fprintf(w, "%d pictures were brought in.\n", r.PicturesBrought)
	}
	if r.PicturesMissing > 0 {
		fmt.Fprintf(w, "%d pictures are not here; with their folder, run again: --again --media DIR\n", r.PicturesMissing)
	}
	if r.Comments > 0 {
		fmt.Fprintf(w, "%d comments were brought, with their names, dates and threads, without mail addresses; %d were left there: spam, binned, pings, of stories that were not brought, or empty.\n", r.CommentsBrought, r.CommentsLeft)
	}
	printLines(w, "Refused", r.Refused)
	printLines(w, "Not a story", r.Skipped)
	printLines(w, "Arrived otherwise than it was", r.Changed)
	for _, n := range r.Notices {
		fmt.Fprintf(w, "In the file: %s (%d) %s\n", n.What, n.Count, n.Example)
	}
}

func printLines(w io.Writer, heading string, lines []reportLine) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "%s: %d\n", heading, len(lines))
	for i, l := range lines {
		if i == shownLines {
			fmt.Fprintf(w, "  … and %d more; --report FILE has them all\n", len(lines)-i)
			break
		}
		fmt.Fprintf(w, "  %s %s %q: %s\n", l.Kind, l.OldID, cut(l.Title, 60), l.Why)
	}
}

func sorted(m map[string]int) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (r *importReport) write(path string) error {
	for _, l := range []*[]reportLine{&r.Refused, &r.Skipped, &r.Changed} {
		*l = append([]reportLine{}, *l...) // an empty list, not null
	}
	r.Notices = append([]reportNotice{}, r.Notices...)
	b, err := json.MarshalIndent(r, "", " ")
	if err == nil {
		err = os.WriteFile(path, append(b, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
