package site

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"dateline/internal/markup"
	"dateline/internal/moderation"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Commenting is what readers do with comments; package moderation decides.
type Commenting interface {
	Post(ctx context.Context, p moderation.Post) (news.Comment, error)
	Edit(ctx context.Context, who news.Reader, id news.CommentID, text string) (news.Comment, error)
	Delete(ctx context.Context, who news.Reader, id news.CommentID) (news.Comment, error)
	Like(ctx context.Context, who news.Reader, id news.CommentID, on bool) (news.Comment, error)
	Flag(ctx context.Context, who news.Reader, id news.CommentID, why string) (news.Comment, error)
}

// OwnComments are a reader's own, in any status.
type OwnComments interface {
	// Comment gives one in any status, whoever wrote it.
	Comment(ctx context.Context, id news.CommentID) (news.Comment, error)
	RecentLikes(ctx context.Context, id news.ReaderID, limit int) ([]news.CommentID, error)
	ReaderComments(ctx context.Context, id news.ReaderID, cursor string, limit int) (list []news.Comment, next string, err error)
}

const (
	maxCommentForm = 64 << 10 // bytes: 5,000 characters of any script, percent-encoded, with room
	ownInPage      = 20
)

// postComment takes a new comment. Who is not signed in yet keeps what they wrote: the
// page that asks for their address holds it.
func (s *Site) postComment(w http.ResponseWriter, r *http.Request) error {
	if s.c.Comments == nil || !dated(r) {
		return news.Missing("page")
	}
	st, err := s.c.Stories.ShownAt(r.Context(), storyAddress(r))
	if err != nil {
		return err
	}
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	text, parent := form.Text("text"), news.CommentID(form.Get("parent"))
	reader, err := s.reader(r)
	if news.KindOf(err) == news.Unauthenticated || err == nil && reader.Name == "" {
		return s.askToSignIn(w, r, reader, Draft{Text: text, Parent: parent, URL: talkHref(st.Address)}, href(st.Address)+"#comments")
	}
	if err != nil {
		return err
	}
	c, err := s.c.Commenting.Post(r.Context(), moderation.Post{Story: st.ID, Parent: parent, Reader: reader, Text: text, Block: web.Block(s.client(r))})
	if says, again := s.sayable(err); again {
		p, err := s.writing(r.Context(), st, parent)
		if err != nil {
			return err
		}
		p.Problem, p.Text, p.Name = says, text, reader.Name
		return s.own(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, commentHref(c.ID)+"?posted", http.StatusSeeOther)
	return nil
}

// readComment reads a comment's form, which is small.
func readComment(w http.ResponseWriter, r *http.Request) (web.Form, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxCommentForm)
	return web.ReadForm(w, r, "", 0)
}

// sayable tells whether a refusal is one that its writer can mend on the same page, and
// in which words.
func (s *Site) sayable(err error) (string, bool) {
	words := s.c.Renderer.Words()
	var e *news.Error
	if !errors.As(err, &e) {
		return "", false
	}
	switch e.Kind {
	case news.Invalid, news.TooMany, news.Conflict, news.Denied, news.TooLarge:
		if len(e.Fields) > 0 {
			var says []string
			for _, f := range e.Fields {
				says = append(says, words.Say(f.Detail))
			}
			return strings.Join(says, " "), true
		}
		return words.Say(e.Message), true
	}
	return "", false
}

// writing is the page with the form, answering a comment or none.
func (s *Site) writing(ctx context.Context, st *news.Story, parent news.CommentID) (*CommentPage, error) {
	p, err := s.commentPage(ctx, st, CommentWrite)
	if err != nil || parent == "" {
		return p, err
	}
	c, err := s.c.Comments.ShownComment(ctx, parent)
	if err != nil || c.Story != st.ID || !c.Shown() {
		return p, nil // gone meanwhile; what they wrote is kept all the same
	}
	v := wholeView(&c)
	p.Parent, p.ParentView = parent, &v
	return p, nil
}

// commentPage is one reader's own page about the comments of a story.
func (s *Site) commentPage(ctx context.Context, st *news.Story, step CommentStep) (*CommentPage, error) {
	c := &st.Live.Content
	chrome, err := s.chrome(ctx, "", c.Section.Slug)
	if err != nil {
		return nil, err
	}
	card := news.CardOf(st)
	t, _, err := s.talk(ctx, &card, news.ThreadList{Page: 1, Threads: 1})
	if err != nil {
		return nil, err
	}
	t.List = nil
	return &CommentPage{Chrome: chrome, Step: step, Headline: c.Headline, Lang: s.langOf(c.Language, c.Headline), StoryURL: href(st.Address), Talk: t}, nil
}

// serveComment is a comment's own address: its writer sees what became of it, everybody
// else is led to where it stands.
func (s *Site) serveComment(w http.ResponseWriter, r *http.Request) error {
	c, reader, err := s.asked(r)
	if err != nil {
		return err
	}
	if reader.ID == "" || reader.ID != c.Reader {
		return s.toPlace(w, r)
	}
	p, err := s.ownPage(r.Context(), c, CommentShow)
	if err != nil {
		return err
	}
	return s.own(w, r, http.StatusOK, p)
}

// asked gives the comment that an address names, in any status, and who asks: nobody
// when they are not signed in.
func (s *Site) asked(r *http.Request) (news.Comment, news.Reader, error) {
	id := r.PathValue("id")
	if s.c.Comments == nil || !news.IsID(id) {
		return news.Comment{}, news.Reader{}, news.Missing("page")
	}
	reader, err := s.reader(r)
	if err != nil && news.KindOf(err) != news.Unauthenticated {
		return news.Comment{}, news.Reader{}, err
	}
	c, err := s.c.OwnComments.Comment(r.Context(), news.CommentID(id))
	return c, reader, err
}

// mine is asked, for what only a comment's writer may do. To others it is missing.
func (s *Site) mine(r *http.Request) (news.Comment, news.Reader, error) {
	c, reader, err := s.asked(r)
	if err == nil && (reader.ID == "" || reader.ID != c.Reader || c.Status == news.CommentDeleted) {
		err = news.Missing("page")
	}
	return c, reader, err
}

// toPlace leads to where a comment stands among the others.
func (s *Site) toPlace(w http.ResponseWriter, r *http.Request) error {
	if s.c.Comments == nil || !news.IsID(r.PathValue("id")) {
		return news.Missing("page")
	}
	ctx := r.Context()
	c, err := s.c.Comments.ShownComment(ctx, news.CommentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	st, err := s.c.Stories.Shown(ctx, c.Story)
	if err != nil {
		return err
	}
	place, err := s.place(ctx, st, &c)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, place+"#c-"+string(c.ID), http.StatusSeeOther)
	return nil
}

// place is the page that shows a comment: the article if it stands there, else a page of
// the comments, or of its thread when it is far down in that.
func (s *Site) place(ctx context.Context, st *news.Story, c *news.Comment) (string, error) {
	holds := func(p news.ThreadPage) bool {
		for i := range p.Comments {
			if p.Comments[i].ID == c.ID {
				return true
			}
		}
		return false
	}
	l := news.ThreadList{Story: st.ID, Order: news.BestComments, Page: 1, Threads: threadsInPage, Answers: answersInPage}
	first, err := s.c.Comments.Threads(ctx, l)
	if err != nil {
		return "", err
	}
	if holds(first) {
		return href(st.Address), nil
	}
	l.Answers, l.At = answersInList, c.Thread
	page, err := s.c.Comments.Threads(ctx, l)
	if err != nil {
		return "", err
	}
	if holds(page) {
		return talkURL(talkHref(st.Address), l.Order, page.Page), nil
	}
	return commentHref(c.Thread) + "/thread", nil
}

// ownPage is a page about a reader's own comment. Its story may have been taken down
// meanwhile; then only the comment is shown.
func (s *Site) ownPage(ctx context.Context, c news.Comment, step CommentStep) (*CommentPage, error) {
	st, err := s.c.Stories.Shown(ctx, c.Story)
	if err != nil {
		return nil, err
	}
	p, err := s.commentPage(ctx, st, step)
	if err != nil {
		return nil, err
	}
	own := s.ownComment(&c)
	p.Own, p.Text = &own, c.Text
	return p, nil
}

func (s *Site) ownComment(c *news.Comment) OwnComment {
	own := OwnComment{CommentView: wholeView(c), Status: c.Status}
	own.HTML = template.HTML(markup.CommentHTML(c.Text))
	for _, reason := range c.Reasons {
		if reason.Told != "" && (c.Status == news.CommentHeld || c.Status == news.CommentRejected) {
			own.Reasons = append(own.Reasons, s.c.Renderer.Words().Say(reason.Told))
		}
	}
	if till := c.Created.Add(news.CommentEditing); s.c.Now().Before(till) && (c.Status == news.CommentHeld || c.Status == news.CommentPublished) {
		own.EditTill = till
	}
	return own
}

// serveAnswer is the page to answer a comment on.
func (s *Site) serveAnswer(w http.ResponseWriter, r *http.Request) error {
	c, reader, err := s.asked(r)
	if err != nil {
		return err
	}
	if !c.Shown() {
		return news.Missing("page")
	}
	st, err := s.c.Stories.Shown(r.Context(), c.Story)
	if err != nil {
		return err
	}
	p, err := s.writing(r.Context(), st, c.ID)
	if err != nil {
		return err
	}
	p.Name = reader.Name
	return s.own(w, r, http.StatusOK, p)
}

func (s *Site) serveEdit(step CommentStep) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, _, err := s.mine(r)
		if err != nil {
			return err
		}
		p, err := s.ownPage(r.Context(), c, step)
		if err != nil {
			return err
		}
		if step == CommentEdit && p.Own.EditTill.IsZero() {
			p.Step = CommentShow
		}
		return s.own(w, r, http.StatusOK, p)
	}
}

func (s *Site) editComment(w http.ResponseWriter, r *http.Request) error {
	c, reader, err := s.mine(r)
	if err != nil {
		return err
	}
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	_, err = s.c.Commenting.Edit(r.Context(), reader, c.ID, form.Text("text"))
	if says, again := s.sayable(err); again {
		p, err := s.ownPage(r.Context(), c, CommentEdit)
		if err != nil {
			return err
		}
		p.Problem, p.Text = says, form.Text("text")
		return s.own(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, commentHref(c.ID), http.StatusSeeOther)
	return nil
}

func (s *Site) deleteComment(w http.ResponseWriter, r *http.Request) error {
	c, reader, err := s.mine(r)
	if err != nil {
		return err
	}
	if _, err := readComment(w, r); err != nil {
		return err
	}
	if _, err := s.c.Commenting.Delete(r.Context(), reader, c.ID); err != nil {
		return err
	}
	http.Redirect(w, r, "/account/comments", http.StatusSeeOther)
	return nil
}

// likeComment notes that the reader likes a comment, or with "off" that they do no longer,
// and goes back to where it stands.
func (s *Site) likeComment(w http.ResponseWriter, r *http.Request) error {
	if s.c.Comments == nil {
		return news.Missing("page")
	}
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	id := news.CommentID(form.Get("id"))
	if !news.IsID(string(id)) {
		return news.Missing("comment")
	}
	reader, err := s.reader(r)
	if news.KindOf(err) == news.Unauthenticated {
		http.Redirect(w, r, signInURL(commentHref(id)+"/shown"), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := s.c.Commenting.Like(r.Context(), reader, id, form.Get("off") == ""); err != nil {
		return err
	}
	http.Redirect(w, r, commentHref(id)+"/shown", http.StatusSeeOther)
	return nil
}

// serveReport asks what is wrong with a comment.
func (s *Site) serveReport(w http.ResponseWriter, r *http.Request) error {
	p, reader, err := s.reporting(r, CommentFlag)
	if err != nil {
		return err
	}
	if reader.ID == "" {
		http.Redirect(w, r, signInURL(r.URL.Path), http.StatusSeeOther)
		return nil
	}
	return s.own(w, r, http.StatusOK, p)
}

func (s *Site) reporting(r *http.Request, step CommentStep) (*CommentPage, news.Reader, error) {
	c, reader, err := s.asked(r)
	if err != nil {
		return nil, reader, err
	}
	if !c.Shown() {
		return nil, reader, news.Missing("page")
	}
	st, err := s.c.Stories.Shown(r.Context(), c.Story)
	if err != nil {
		return nil, reader, err
	}
	p, err := s.commentPage(r.Context(), st, step)
	if err != nil {
		return nil, reader, err
	}
	v := wholeView(&c)
	p.ParentView = &v
	return p, reader, nil
}

func (s *Site) reportComment(w http.ResponseWriter, r *http.Request) error {
	p, reader, err := s.reporting(r, CommentThanks)
	if err != nil {
		return err
	}
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	if reader.ID == "" {
		http.Redirect(w, r, signInURL(r.URL.Path), http.StatusSeeOther)
		return nil
	}
	why := strings.TrimSpace(form.Get("reason") + ": " + form.Text("text"))
	_, err = s.c.Commenting.Flag(r.Context(), reader, p.ParentView.ID, strings.TrimSuffix(why, ":"))
	if says, again := s.sayable(err); again {
		p.Step, p.Problem = CommentFlag, says
		return s.own(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.own(w, r, http.StatusOK, p)
}

// serveMine lists a reader's own comments.
func (s *Site) serveMine(w http.ResponseWriter, r *http.Request) error {
	if s.c.Comments == nil {
		return news.Missing("page")
	}
	reader, err := s.reader(r)
	if news.KindOf(err) == news.Unauthenticated {
		http.Redirect(w, r, signInURL(r.URL.Path), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	ctx := r.Context()
	list, next, err := s.c.OwnComments.ReaderComments(ctx, reader.ID, r.URL.Query().Get("cursor"), ownInPage)
	if err != nil {
		return err
	}
	ids := make([]news.StoryID, len(list))
	for i := range list {
		ids[i] = list[i].Story
	}
	cards, err := s.c.Stories.CardsByID(ctx, ids)
	if err != nil {
		return err
	}
	stories := cardMap(cards)
	chrome, err := s.chrome(ctx, "", "")
	if err != nil {
		return err
	}
	p := &MinePage{Chrome: chrome, Name: reader.Name}
	for i := range list {
		own := s.ownComment(&list[i])
		if c, ok := stories[list[i].Story]; ok {
			own.Headline, own.Lang, own.StoryURL = c.Headline, s.langOf(c.Language, c.Headline), href(c.Address)
		}
		p.Comments = append(p.Comments, own)
	}
	if next != "" {
		p.Older = r.URL.Path + "?cursor=" + template.URLQueryEscaper(next)
	}
	return s.own(w, r, http.StatusOK, p)
}

// likesTold is how many likes a reader's own browser is told of.
const likesTold = 500

// serveLikes tells a reader's browser which comments they like, since the pages are everybody's.
// Who is not signed in is told nothing.
func (s *Site) serveLikes(w http.ResponseWriter, r *http.Request) error {
	if s.c.Comments == nil {
		return news.Missing("page")
	}
	w.Header().Set("Cache-Control", "no-store")
	reader, err := s.reader(r)
	if news.KindOf(err) == news.Unauthenticated {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	ids, err := s.c.OwnComments.RecentLikes(r.Context(), reader.ID, likesTold)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(append([]news.CommentID{}, ids...))
}
