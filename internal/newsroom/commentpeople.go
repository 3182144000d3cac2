package newsroom

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// personPage is what moderators know of a reader.
type personPage struct {
	frame
	Record  news.ReaderRecord
	May     bool
	Comment string // that the ban is about, whose address it can take in
	Back    string
	Mail    bool // may see the address
	Lengths [][2]string
	Last    []news.Queued
}

var banLengths = [][2]string{{"24h", "for a day"}, {"168h", "for a week"}, {"720h", "for a month"}, {"0s", "for good"}}

func (n *Newsroom) commenter(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showCommenter(w, r, who, nil)
}

func (n *Newsroom) showCommenter(w http.ResponseWriter, r *http.Request, who news.Actor, refused error) error {
	id := r.PathValue("id")
	if !news.IsID(id) {
		return news.Missing("person")
	}
	record, err := n.o.Comments.ReaderRecord(r.Context(), news.ReaderID(id))
	if err != nil {
		return err
	}
	view := personPage{frame: n.frame(r, who, "comments", first(record.Reader.Name, "A reader")), Record: record, May: record.Reader.May(n.o.Now()),
		Comment: r.URL.Query().Get("comment"), Mail: who.Role == news.Admin, Lengths: banLengths,
		Back: "/desk/comments?" + url.Values{"list": {string(news.AllQueue)}, "person": {id}}.Encode()}
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	if view.Last, _, err = n.o.Comments.CommentQueue(r.Context(), news.CommentQueue{Which: news.AllQueue, Reader: news.ReaderID(id), Limit: 10}); err != nil {
		return err
	}
	return n.render(w, status, "commentperson", view)
}

func (n *Newsroom) setCommenter(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	id, ctx := news.ReaderID(r.PathValue("id")), r.Context()
	if !news.IsID(string(id)) {
		return news.Missing("person")
	}
	done := ""
	switch in.Get("do") {
	case "ban":
		var length time.Duration
		if length, err = time.ParseDuration(in.Get("length")); err != nil {
			err = news.Wrong("length", "Choose for how long.")
			break
		}
		comment := news.CommentID(in.Get("comment"))
		if comment != "" && !news.IsID(string(comment)) {
			return news.Missing("comment")
		}
		done, err = "ban", n.o.Moderating.Ban(ctx, who, id, comment, length, in.Get("address") == "on", strings.TrimSpace(in.Text("message")))
	case "lift":
		done, err = "lift", n.o.Moderating.Lift(ctx, who, id)
	case "note":
		done, err = "note", n.o.Moderating.Note(ctx, who, id, in.Text("text"))
	default:
		err = news.Wrong("do", "Choose one of the buttons.")
	}
	if news.KindOf(err) == news.Invalid {
		return n.showCommenter(w, r, who, err)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/desk/comments/people/"+url.PathEscape(string(id)), done)
}
