package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/internal/moderation"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Moderating is where comments are decided on. It is *moderation.Desk.
type Moderating interface {
	Decide(ctx context.Context, who news.Actor, what moderation.Decision, why string, ids ...news.CommentID) ([]news.Comment, error)
	Alike(ctx context.Context, who news.Actor, what moderation.Decision, why string, id news.CommentID) ([]news.Comment, error)
	Undo(ctx context.Context, who news.Actor, logID string) (news.Comment, error)
	Rerun(ctx context.Context, who news.Actor) (passed, all int, err error)
	Ban(ctx context.Context, who news.Actor, id news.ReaderID, comment news.CommentID, length time.Duration, address bool, message string) error
	Lift(ctx context.Context, who news.Actor, id news.ReaderID) error
	Note(ctx context.Context, who news.Actor, id news.ReaderID, text string) error
	SetTalk(ctx context.Context, who news.Actor, id news.StoryID, set func(*news.Talk) error) (news.Talk, error)
	SetPolicy(ctx context.Context, who news.Actor, p news.CommentPolicy) error
	SaveRule(ctx context.Context, who news.Actor, r news.Rule) (news.Rule, error)
}

// Comments is what moderators look at.
type Comments interface {
	CommentQueue(ctx context.Context, l news.CommentQueue) (list []news.Queued, next string, err error)
	QueueCounts(ctx context.Context) (map[news.QueueName]int, error)
	CommentLog(ctx context.Context, id news.CommentID, before string, limit int) ([]news.CommentLog, error)
	ReaderRecord(ctx context.Context, id news.ReaderID) (news.ReaderRecord, error)
	Comment(ctx context.Context, id news.CommentID) (news.Comment, error)
	CommentPolicy(ctx context.Context) (news.CommentPolicy, error)
	Talk(ctx context.Context, id news.StoryID) (news.Talk, error)
	Rules(ctx context.Context) ([]news.Rule, error)
	CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error)
}

// commentRoutes are there where readers can comment.
func (n *Newsroom) commentRoutes() []Route {
	if n.o.Moderating == nil {
		return nil
	}
	return []Route{
		{Pattern: "GET /desk/comments", Who: Moderators, serve: n.queue},
		{Pattern: "POST /desk/comments", Who: Moderators, serve: n.moderate, within: decisionTime},
		{Pattern: "POST /desk/comments/undo", Who: Moderators, serve: n.undo, within: decisionTime},
		{Pattern: "POST /desk/comments/story", Who: Moderators, serve: n.setTalk, within: decisionTime},
		{Pattern: "GET /desk/comments/log", Who: Moderators, serve: n.commentLog},
		{Pattern: "GET /desk/comments/rules", Who: Moderators, serve: n.rules},
		{Pattern: "POST /desk/comments/rules", Who: Moderators, serve: n.saveRule, within: decisionTime},
		{Pattern: "POST /desk/comments/rerun", Who: Moderators, serve: n.rerun, within: decisionTime},
		{Pattern: "POST /desk/comments/settings", Who: Deciders, serve: n.savePolicy, within: decisionTime},
		{Pattern: "GET /desk/comments/people/{id}", Who: Moderators, serve: n.commenter},
		{Pattern: "POST /desk/comments/people/{id}", Who: Moderators, serve: n.setCommenter, within: decisionTime},
	}
}

const queueLength = 30

// queuePage is one of the moderators' lists.
type queuePage struct {
	frame
	Ask    news.CommentQueue
	Lists  []queueTab
	Items  []queueItem
	Next   string
	Back   string // where a decision comes back to
	Undo   string // the decision just made
	Card   news.Card
	Talk   *news.Talk // of the story that the list is about
	Person news.Reader
}

type queueTab struct {
	Name  news.QueueName
	Word  string
	URL   string
	Count int
	Here  bool
}

type queueItem struct {
	news.Queued
	Runs []textRun
	New  bool // the person is new here
}

// A textRun is a piece of a comment; Met are words that a rule held it for.
type textRun struct {
	Text string
	Met  bool
}

var queueWords = []queueTab{
	{Name: news.HeldQueue, Word: "Held"}, {Name: news.FlaggedQueue, Word: "Flagged"}, {Name: news.NewPeopleQueue, Word: "New people"},
	{Name: news.AllQueue, Word: "All"}, {Name: news.RejectedQueue, Word: "Rejected"},
}

func queueAsk(q url.Values) news.CommentQueue {
	a := news.CommentQueue{Which: news.QueueName(q.Get("list")), Story: news.StoryID(q.Get("story")), Reader: news.ReaderID(q.Get("person")),
		Text: strings.TrimSpace(q.Get("q")), Cursor: q.Get("cursor"), Limit: queueLength}
	if a.Which == "" {
		a.Which = news.HeldQueue
	}
	return a
}

func queueURL(a news.CommentQueue) string {
	q := url.Values{}
	for name, v := range map[string]string{"list": string(a.Which), "story": string(a.Story), "person": string(a.Reader), "q": a.Text, "cursor": a.Cursor} {
		if v != "" && !(name == "list" && v == string(news.HeldQueue)) {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return "/desk/comments"
	}
	return "/desk/comments?" + q.Encode()
}

func (n *Newsroom) queue(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showQueue(w, r, who, queueAsk(r.URL.Query()), nil)
}

func (n *Newsroom) showQueue(w http.ResponseWriter, r *http.Request, who news.Actor, ask news.CommentQueue, refused error) error {
	ctx := r.Context()
	view := queuePage{frame: n.frame(r, who, "comments", "Comments"), Ask: ask, Back: queueURL(ask), Undo: r.URL.Query().Get("undo")}
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	list, next, err := n.o.Comments.CommentQueue(ctx, ask)
	if err != nil {
		return err
	}
	counts, err := n.o.Comments.QueueCounts(ctx)
	if err != nil {
		return err
	}
	for _, t := range queueWords {
		other := ask
		other.Which, other.Cursor = t.Name, ""
		t.URL, t.Count, t.Here = queueURL(other), counts[t.Name], t.Name == ask.Which
		view.Lists = append(view.Lists, t)
	}
	for _, q := range list {
		view.Items = append(view.Items, queueItem{Queued: q, Runs: marked(q.Comment.Text, q.Comment.Reasons), New: q.Record.Passed == 0 && q.Comment.Reader != ""})
	}
	if next != "" {
		ask.Cursor = next
		view.Next = queueURL(ask)
	}
	if ask.Story != "" {
		talk, err := n.o.Comments.Talk(ctx, ask.Story)
		if err != nil {
			return err
		}
		cards, err := n.o.Comments.CardsByID(ctx, []news.StoryID{ask.Story})
		if err != nil {
			return err
		}
		if view.Talk = &talk; len(cards) > 0 {
			view.Card = cards[0]
		}
	}
	if ask.Reader != "" {
		record, err := n.o.Comments.ReaderRecord(ctx, ask.Reader)
		if err != nil {
			return err
		}
		view.Person = record.Reader
	}
	return n.render(w, status, "comments", view)
}

// marked parts a text at the words that rules held it for.
func marked(text string, reasons []news.Reason) []textRun {
	type place struct{ from, to int }
	var places []place
	for _, reason := range reasons {
		for _, word := range reason.Words {
			if word == "" {
				continue
			}
			for at := 0; len(places) < 100; {
				i := strings.Index(text[at:], word)
				if i < 0 {
					break
				}
				places = append(places, place{at + i, at + i + len(word)})
				at += i + len(word)
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int { return a.from - b.from })
	var out []textRun
	at := 0
	for _, p := range places {
		if p.to <= at {
			continue
		}
		if p.from > at {
			out = append(out, textRun{text[at:p.from], false})
		}
		out = append(out, textRun{text[max(at, p.from):p.to], true})
		at = p.to
	}
	if at < len(text) {
		out = append(out, textRun{text[at:], false})
	}
	return out
}

// moderate takes one decision ("pass:ID"), one about all that are alike ("alike-reject:ID"),
// or one about those that were ticked ("pass").
func (n *Newsroom) moderate(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	back := backTo(in.Get("back"))
	what, one, single := strings.Cut(in.Get("do"), ":")
	why := strings.TrimSpace(in.Get("why"))
	var done []news.Comment
	if alike, all := strings.CutPrefix(what, "alike-"); all && single {
		done, err = n.o.Moderating.Alike(r.Context(), who, moderation.Decision(alike), why, news.CommentID(one))
		what = alike
	} else {
		var ids []news.CommentID
		if single {
			ids = append(ids, news.CommentID(one))
		} else {
			for _, id := range in.Values["id"] {
				ids = append(ids, news.CommentID(id))
			}
		}
		if len(ids) == 0 {
			err = news.Wrong("id", "Tick the comments first that you decide on.")
		} else {
			done, err = n.o.Moderating.Decide(r.Context(), who, moderation.Decision(what), why, ids...)
		}
	}
	if k := news.KindOf(err); k == news.Invalid || k == news.Conflict {
		u, _ := url.Parse(back)
		return n.showQueue(w, r, who, queueAsk(u.Query()), err)
	}
	if err != nil {
		return err
	}
	q := url.Values{"done": {"comment-" + what}}
	if len(done) == 1 {
		log, err := n.o.Comments.CommentLog(r.Context(), done[0].ID, "", 1)
		if err != nil {
			return err
		}
		if len(log) > 0 {
			q.Set("undo", log[0].ID)
		}
	} else {
		q.Set("done", "comments-"+what)
	}
	return seeAlso(w, r, back, q)
}

// backTo is a page of the comments' desk to go back to.
func backTo(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || u.Path != "/desk/comments" && !strings.HasPrefix(u.Path, "/desk/comments/") {
		return "/desk/comments"
	}
	q := u.Query()
	q.Del("done")
	q.Del("undo")
	u.RawQuery = q.Encode()
	return u.String()
}

// seeAlso sends the browser on to a page that has a query already.
func seeAlso(w http.ResponseWriter, r *http.Request, path string, q url.Values) error {
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	http.Redirect(w, r, path+sign+q.Encode(), http.StatusSeeOther)
	return nil
}

func (n *Newsroom) undo(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	back := backTo(in.Get("back"))
	if _, err := n.o.Moderating.Undo(r.Context(), who, in.Get("log")); err != nil {
		if k := news.KindOf(err); k == news.Conflict || k == news.NotFound {
			u, _ := url.Parse(back)
			return n.showQueue(w, r, who, queueAsk(u.Query()), err)
		}
		return err
	}
	return seeAlso(w, r, back, url.Values{"done": {"comment-undo"}})
}

// setTalk sets what counts for the comments of one story: each button one thing.
func (n *Newsroom) setTalk(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	_, err = n.o.Moderating.SetTalk(r.Context(), who, news.StoryID(in.Get("story")), func(t *news.Talk) error {
		switch in.Get("set") {
		case "hold":
			t.HoldAll = true
		case "unhold":
			t.HoldAll = false
		case "close":
			t.Closed = true
		case "open":
			t.Closed = false
		case "slow":
			t.Slow = 2 * time.Minute
		case "unslow":
			t.Slow = 0
		case "pre", "post":
			t.Mode = news.CommentMode(in.Get("set"))
		case "usual":
			t.Mode = ""
		default:
			return news.Wrong("set", "Choose one of the buttons.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return seeAlso(w, r, backTo(in.Get("back")), url.Values{"done": {"talk"}})
}

type logPage struct {
	frame
	Log   []news.CommentLog
	Older string
}

func (n *Newsroom) commentLog(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	const length = 100
	id := news.CommentID(r.URL.Query().Get("comment"))
	log, err := n.o.Comments.CommentLog(r.Context(), id, r.URL.Query().Get("before"), length)
	if err != nil {
		return err
	}
	view := logPage{frame: n.frame(r, who, "comments", "What was decided"), Log: log}
	if len(log) == length && id == "" {
		view.Older = "/desk/comments/log?" + url.Values{"before": {log[length-1].ID}}.Encode()
	}
	return n.render(w, http.StatusOK, "commentlog", view)
}
