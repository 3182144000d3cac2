package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"dateline/internal/moderation"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Commenting are the decisions about comments; *moderation.Desk is it.
type Commenting interface {
	Post(ctx context.Context, p moderation.Post) (news.Comment, error)
	Flag(ctx context.Context, who news.Reader, id news.CommentID, why string) (news.Comment, error)
	Decide(ctx context.Context, who news.Actor, what moderation.Decision, why string, ids ...news.CommentID) ([]news.Comment, error)
}

// Comments is what was said.
type Comments interface {
	Threads(ctx context.Context, l news.ThreadList) (news.ThreadPage, error)
	Answers(ctx context.Context, thread, after news.CommentID, limit int) ([]news.Comment, error)
	Comment(ctx context.Context, id news.CommentID) (news.Comment, error)
	ShownComment(ctx context.Context, id news.CommentID) (news.Comment, error)
	CommentQueue(ctx context.Context, l news.CommentQueue) (list []news.Queued, next string, err error)
}

// Readers know which reader asks; *auth.Readers is one.
type Readers interface {
	FromRequest(r *http.Request) (news.Reader, error)
}

var errNoComments = news.Refuse(news.Busy, "Comments are not set up on this server.")

func (a *API) commentRoutes() []Route {
	decide := func(name string, what moderation.Decision, summary string) Route {
		return Route{Pattern: "POST /api/v1/comments/{id}/" + name, Who: Moderators, Summary: summary, In: decisionInput{}, Out: commentReply{}, Status: http.StatusOK, serve: a.decideComment(what), within: decisionTime}
	}
	routes := []Route{
		{Pattern: "POST /api/v1/stories/{id}/comments", Who: Speakers, Summary: "Comment on a story, as a reader: with a reader's token, or signed in. Answers when readers see it, or with the reasons why it is held.",
			In: commentInput{}, Out: commentReply{}, Status: http.StatusAccepted, serve: a.postComment, within: decisionTime},
		{Pattern: "GET /api/v1/stories/{id}/comments", Who: Anyone, Summary: "List what readers see under a story: threads, each followed by its first answers.",
			Query: []Param{{Name: "order", Doc: "How threads are sorted; best if not given.", Enum: []string{"best", "newest", "oldest"}}, cursorParam, {Name: "limit", Doc: "How many threads, 1 to 100; 20 if not given."}},
			Out:   list[commentReply]{}, Status: http.StatusOK, serve: a.listComments},
		{Pattern: "GET /api/v1/comments", Who: Moderators, Summary: "List comments to decide on, with the reasons why they are held.",
			Query: []Param{{Name: "status", Doc: "Which list; held if not given.", Enum: []string{"held", "flagged", "new-people", "all", "rejected"}}, {Name: "story", Doc: "Only under this story."}, {Name: "q", Doc: "Part of the text, in any case."}, cursorParam, limitParam},
			Out:   list[commentReply]{}, Status: http.StatusOK, serve: a.listQueue},
		{Pattern: "GET /api/v1/comments/{id}", Who: Talkers, Summary: "Read a comment: as its writer or a moderator in any status, else as readers see it.", Out: commentReply{}, Status: http.StatusOK, serve: a.readComment},
		{Pattern: "GET /api/v1/comments/{id}/answers", Who: Anyone, Summary: "List the answers of a thread, oldest first.", Query: []Param{cursorParam, limitParam}, Out: list[commentReply]{}, Status: http.StatusOK, serve: a.listAnswers},
		decide("pass", moderation.Pass, "Show a comment. Answers when readers see it."),
		decide("reject", moderation.Reject, "Do not show a comment. Answers when no node shows it."),
		decide("hold", moderation.Hold, "Take a comment back into the queue."),
		decide("feature", moderation.Feature, "Choose a comment: it stands first, and says so."),
		decide("unfeature", moderation.Unfeature, "Choose it no longer."),
		{Pattern: "POST /api/v1/comments/{id}/flag", Who: Talkers, Summary: "Report a comment. With enough reports it is held until a moderator looked.",
			In: flagInput{}, Out: commentReply{}, Status: http.StatusOK, serve: a.flagComment, within: decisionTime},
	}
	for i := range routes {
		h := routes[i].serve
		routes[i].serve = func(ctx context.Context, q *request) (answer, error) {
			if a.o.Commenting == nil {
				return answer{}, errNoComments
			}
			return h(ctx, q)
		}
	}
	return routes
}

type commentInput struct {
	Text   string `json:"text" need:"yes" doc:"Plain text, at most 5000 characters. Lines that begin with > are quotations, *words* between asterisks are stressed, addresses become links."`
	Parent string `json:"parent" doc:"The id of the comment that it answers."`
}

type decisionInput struct {
	Why string `json:"why" doc:"For the record, and told to the writer of a rejected comment."`
}

type flagInput struct {
	Reason string `json:"reason" doc:"What is wrong with it, in at most 500 characters."`
}

// A reasonReply is why a comment is held: a program of the newsroom sees the detail, the
// writer's what they are told.
type reasonReply struct {
	Rule   string   `json:"rule" doc:"The rule's id, or what held it without one."`
	Name   string   `json:"name"`
	Words  []string `json:"words" doc:"What of the text the rule met, as it stands there."`
	Detail string   `json:"detail"`
}

// A commentReply is a comment.
type commentReply struct {
	ID        string        `json:"id"`
	URL       string        `json:"url"`
	Story     string        `json:"story"`
	Thread    string        `json:"thread" doc:"The comment that began the thread."`
	Parent    *string       `json:"parent" doc:"What it answers."`
	Status    string        `json:"status" enum:"held,published,rejected,deleted"`
	Name      string        `json:"name"`
	Staff     bool          `json:"staff"`
	Author    bool          `json:"author" doc:"Its writer is in the story's byline."`
	Text      string        `json:"text"`
	CreatedAt *time.Time    `json:"created_at"`
	EditedAt  *time.Time    `json:"edited_at"`
	Featured  bool          `json:"featured"`
	Likes     int           `json:"likes"`
	Flags     int           `json:"flags" doc:"Open ones; only moderators are told."`
	Answers   int           `json:"answers" doc:"Shown ones in its thread, for the one that began it."`
	Reasons   []reasonReply `json:"reasons" doc:"Why it is held or was rejected."`
}

func (a *API) comment(c news.Comment, moderator bool) commentReply {
	out := commentReply{ID: string(c.ID), URL: a.absolute("/comments/" + string(c.ID)), Story: string(c.Story), Thread: string(c.Thread), Parent: text(string(c.Parent)),
		Status: string(c.Status), Name: c.Name, Staff: c.Staff, Author: c.Author, Text: c.Text, CreatedAt: when(c.Created), EditedAt: when(c.Edited), Featured: c.Featured, Likes: c.Likes, Answers: c.Replies, Reasons: []reasonReply{}}
	if moderator {
		out.Flags = c.Flags
	}
	if c.Status == news.CommentPublished && !moderator {
		return out
	}
	for _, r := range c.Reasons {
		detail := r.Told
		if moderator {
			detail = r.Detail
		}
		out.Reasons = append(out.Reasons, reasonReply{Rule: r.Rule, Name: r.Name, Words: append([]string{}, r.Words...), Detail: detail})
	}
	return out
}

func (q *request) comment() (news.CommentID, error) {
	id := q.PathValue("id")
	if !news.IsID(id) {
		return "", news.Missing("comment")
	}
	return news.CommentID(id), nil
}

func (a *API) postComment(ctx context.Context, q *request) (answer, error) {
	var in commentInput
	if err := q.decode(&in, false); err != nil {
		return answer{}, err
	}
	c, err := a.o.Commenting.Post(ctx, moderation.Post{Story: q.story(), Parent: news.CommentID(in.Parent), Reader: q.reader, Text: in.Text, Block: web.Block(a.o.Client(q.Request))})
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusAccepted, a.comment(c, false))
}

func (a *API) listComments(ctx context.Context, q *request) (answer, error) {
	n, err := q.limit(20, 100)
	if err != nil {
		return answer{}, err
	}
	page := 1
	if c := q.query["cursor"]; c != "" {
		if page, err = strconv.Atoi(c); err != nil || page < 2 || page > 100_000 {
			return answer{}, news.Wrong("cursor", "This cursor is not one that was given out.")
		}
	}
	got, err := a.o.Comments.Threads(ctx, news.ThreadList{Story: q.story(), Order: news.ParseCommentOrder(q.query["order"]), Page: page, Threads: n, Answers: 10})
	if err != nil {
		return answer{}, err
	}
	items := []commentReply{}
	for _, c := range got.Comments {
		items = append(items, a.comment(c, false))
	}
	next := ""
	if page*n < got.Threads {
		next = strconv.Itoa(page + 1)
	}
	return replyList(items, next)
}

func (a *API) listAnswers(ctx context.Context, q *request) (answer, error) {
	n, err := q.limit(20, 100)
	if err != nil {
		return answer{}, err
	}
	id, err := q.comment()
	if err != nil {
		return answer{}, err
	}
	after := q.query["cursor"]
	if after != "" && !news.IsID(after) {
		return answer{}, news.Wrong("cursor", "This cursor is not one that was given out.")
	}
	got, err := a.o.Comments.Answers(ctx, id, news.CommentID(after), n+1)
	if err != nil {
		return answer{}, err
	}
	next := ""
	if len(got) > n {
		got = got[:n]
		next = string(got[n-1].ID)
	}
	items := []commentReply{}
	for _, c := range got {
		items = append(items, a.comment(c, false))
	}
	return replyList(items, next)
}

func (a *API) listQueue(ctx context.Context, q *request) (answer, error) {
	n, err := q.limit(20, 100)
	if err != nil {
		return answer{}, err
	}
	ask := news.CommentQueue{Which: news.QueueName(q.query["status"]), Story: news.StoryID(q.query["story"]), Text: q.query["q"], Cursor: q.query["cursor"], Limit: n}
	if ask.Which == "" {
		ask.Which = news.HeldQueue
	}
	got, next, err := a.o.Comments.CommentQueue(ctx, ask)
	if err != nil {
		return answer{}, err
	}
	items := []commentReply{}
	for _, c := range got {
		items = append(items, a.comment(c.Comment, true))
	}
	return replyList(items, next)
}

// readComment gives a comment to its writer and to moderators in any status, to others
// as readers see it; what they may not see is missing.
func (a *API) readComment(ctx context.Context, q *request) (answer, error) {
	id, err := q.comment()
	if err != nil {
		return answer{}, err
	}
	c, err := a.o.Comments.Comment(ctx, id)
	if err != nil {
		return answer{}, err
	}
	moderator := q.reader.ID == "" && moderation.Moderates(q.who.Role)
	if !moderator && (q.reader.ID == "" || c.Reader != q.reader.ID) {
		if c, err = a.o.Comments.ShownComment(ctx, id); err != nil {
			return answer{}, err
		}
	}
	return reply(http.StatusOK, a.comment(c, moderator))
}

func (a *API) decideComment(what moderation.Decision) handler {
	return func(ctx context.Context, q *request) (answer, error) {
		id, err := q.comment()
		if err != nil {
			return answer{}, err
		}
		var in decisionInput
		if err := q.decode(&in, true); err != nil {
			return answer{}, err
		}
		list, err := a.o.Commenting.Decide(ctx, q.who, what, in.Why, id)
		if err != nil {
			return answer{}, err
		}
		return reply(http.StatusOK, a.comment(list[0], true))
	}
}

func (a *API) flagComment(ctx context.Context, q *request) (answer, error) {
	id, err := q.comment()
	if err != nil {
		return answer{}, err
	}
	var in flagInput
	if err := q.decode(&in, true); err != nil {
		return answer{}, err
	}
	reader := q.reader
	if reader.ID == "" { // a program of the newsroom reports like a reader, once
		reader = news.Reader{ID: news.ReaderID(q.who.ID), Name: q.who.Name}
	}
	c, err := a.o.Commenting.Flag(ctx, reader, id, in.Reason)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, a.comment(c, q.reader.ID == "" && moderation.Moderates(q.who.Role)))
}
