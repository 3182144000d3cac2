package site

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/pagecache"
)

// Comments is what readers said under stories; every method holds back what is not for
// readers: comments not shown, and those of stories that they may not see.
type Comments interface {
	Threads(ctx context.Context, l news.ThreadList) (news.ThreadPage, error)
	// Answers gives at most limit answers of a thread after one of them, oldest first.
	Answers(ctx context.Context, thread, after news.CommentID, limit int) ([]news.Comment, error)
	ShownComment(ctx context.Context, id news.CommentID) (news.Comment, error)
	CommentCounts(ctx context.Context, ids []news.StoryID) (map[news.StoryID]int, error)
	CommentPolicy(ctx context.Context) (news.CommentPolicy, error)
	Talk(ctx context.Context, id news.StoryID) (news.Talk, error)
}

// Bounds of the comments' pages.
const (
	threadsInPage = 20
	answersInPage = 3
	answersInList = 10
	answersInRest = 100
	talkPages     = 5000 // of a list
	commentCut    = 1200 // characters of one comment in a list; the rest stands on its own page
)

func talkHref(address string) string { return href(address) + "/comments" }

func commentHref(id news.CommentID) string { return "/comments/" + url.PathEscape(string(id)) }

func talkURL(talk string, o news.CommentOrder, page int) string {
	q := url.Values{}
	if o != news.BestComments {
		q.Set("order", string(o))
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return talk
	}
	return talk + "?" + q.Encode()
}

// talk is the comment area of a story, with the tags of what it shows.
func (s *Site) talk(ctx context.Context, card *news.Card, l news.ThreadList) (Talk, []string, error) {
	if s.c.Comments == nil {
		return Talk{Off: true}, nil, nil
	}
	t := Talk{URL: talkHref(card.Address), Story: card.ID, Order: l.Order}
	tags := []string{news.CommentsTag(card.ID), news.TalkTag}
	policy, err := s.c.Comments.CommentPolicy(ctx)
	if err != nil {
		return t, nil, err
	}
	set, err := s.c.Comments.Talk(ctx, card.ID)
	if err != nil {
		return t, nil, err
	}
	t.Shut, t.Slow = policy.CommentsOf(card, set, s.c.Now()), set.Slow
	l.Story = card.ID
	page, err := s.c.Comments.Threads(ctx, l)
	if err != nil {
		return t, nil, err
	}
	t.Total, t.Threads = page.Total, page.Threads
	t.List = threads(page.Comments)
	return t, tags, nil
}

// threads puts answers under the comment that began their thread.
func threads(list []news.Comment) []CommentThread {
	var out []CommentThread
	for i := range list {
		c := &list[i]
		if c.ID == c.Thread {
			out = append(out, CommentThread{CommentView: commentView(c), Rest: c.Replies, RestURL: commentHref(c.ID) + "/thread"})
			continue
		}
		if len(out) == 0 {
			continue
		}
		t := &out[len(out)-1]
		t.Answers = append(t.Answers, answerView(c))
		t.Rest--
	}
	for i := range out {
		out[i].Rest = max(0, out[i].Rest)
	}
	return out
}

func answerView(c *news.Comment) CommentView {
	v := commentView(c)
	if c.Parent != c.Thread {
		v.AnswerTo, v.AnswerURL = c.AnswerTo, "#c-"+string(c.Parent)
	}
	return v
}

// commentView is a comment in a list, where a very long one is cut.
func commentView(c *news.Comment) CommentView {
	v := wholeView(c)
	if utf8.RuneCountInString(c.Text) > commentCut+commentCut/4 && c.Shown() {
		v.HTML, v.Cut = template.HTML(markup.CommentHTML(markup.Summary(c.Text, commentCut))), true
	}
	return v
}

// wholeView is a comment with all its words; the gap where one was deleted has none.
func wholeView(c *news.Comment) CommentView {
	v := CommentView{ID: c.ID, Name: c.Name, Staff: c.Staff, Author: c.Author, Featured: c.Featured, At: c.Created, Edited: c.Edited, Likes: c.Likes}
	if c.Status != news.CommentDeleted {
		v.HTML = template.HTML(markup.CommentHTML(c.Text))
	}
	return v
}

// serveTalk shows the comments of a story on pages of their own.
func (s *Site) serveTalk(w http.ResponseWriter, r *http.Request) error {
	if s.c.Comments == nil || !dated(r) {
		return news.Missing("page")
	}
	address := storyAddress(r)
	q := s.c.Cache.Query(r)
	order, n := q.Get("order"), 1
	if p := q.Get("page"); p != "" {
		var err error
		if n, err = strconv.Atoi(p); err != nil || n < 1 || n > talkPages || strconv.Itoa(n) != p {
			n = 0
		}
	}
	if order != "" && string(news.ParseCommentOrder(order)) != order {
		n = 0
	}
	return s.page(w, r, func(ctx context.Context) (Page, []string, error) {
		if n == 0 {
			return nil, nil, news.Missing("page")
		}
		st, err := s.c.Stories.ShownAt(ctx, address)
		if err != nil {
			return nil, []string{news.PathTag(address)}, under(err, "/comments")
		}
		return s.talkPage(ctx, st, news.ThreadList{Order: news.ParseCommentOrder(order), Page: n, Threads: threadsInPage, Answers: answersInList})
	})
}

// storyAddress is the path of the story that a page of its comments belongs to.
func storyAddress(r *http.Request) string {
	return "/" + r.PathValue("yyyy") + "/" + r.PathValue("mm") + "/" + r.PathValue("dd") + "/" + r.PathValue("slug")
}

// under leads a page below an article that moved to the same below its new address.
func under(err error, below string) error {
	if to := movedTo(err); to != "" {
		e := news.Missing("page")
		e.Moved = to + below
		return e
	}
	return err
}

func (s *Site) talkPage(ctx context.Context, st *news.Story, l news.ThreadList) (Page, []string, error) {
	p, err := s.talkHead(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	card := news.CardOf(st)
	var tags []string
	if p.Talk, tags, err = s.talk(ctx, &card, l); err != nil {
		return nil, nil, err
	}
	if l.Page > 1 && len(p.Talk.List) == 0 {
		return nil, tags, news.Missing("page")
	}
	pages := (p.Talk.Threads + l.Threads - 1) / l.Threads
	p.Talk.Pager = Pager{Number: l.Page, Total: pages}
	if l.Page > 1 {
		p.Talk.Pager.NewerURL = talkURL(p.Talk.URL, l.Order, l.Page-1)
	}
	if l.Page < min(pages, talkPages) {
		p.Talk.Pager.OlderURL = talkURL(p.Talk.URL, l.Order, l.Page+1)
	}
	p.Path = talkURL(p.Talk.URL, l.Order, l.Page)
	p.NoIndex = l.Order != news.BestComments || l.Page > 1 // the same comments, sorted otherwise
	return p, append(tags, news.StoryTag(st.ID), news.PathTag(st.Address)), nil
}

func (s *Site) talkHead(ctx context.Context, st *news.Story) (*TalkPage, error) {
	c := &st.Live.Content
	chrome, err := s.chrome(ctx, talkHref(st.Address), c.Section.Slug)
	if err != nil {
		return nil, err
	}
	return &TalkPage{Chrome: chrome, Headline: c.Headline, Lang: s.langOf(c.Language, c.Headline), StoryURL: href(st.Address)}, nil
}

// serveThread shows one thread with all its answers.
func (s *Site) serveThread(w http.ResponseWriter, r *http.Request) error {
	id, after := news.CommentID(r.PathValue("id")), news.CommentID(s.c.Cache.Query(r).Get("after"))
	if s.c.Comments == nil || !news.IsID(string(id)) || after != "" && !news.IsID(string(after)) {
		return news.Missing("page")
	}
	return s.page(w, r, func(ctx context.Context) (Page, []string, error) { return s.thread(ctx, id, after) })
}

func (s *Site) thread(ctx context.Context, id, after news.CommentID) (Page, []string, error) {
	c, err := s.c.Comments.ShownComment(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	st, err := s.c.Stories.Shown(ctx, c.Story)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.talkHead(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	card := news.CardOf(st)
	t, tags, err := s.talk(ctx, &card, news.ThreadList{Page: 1, Threads: 1})
	if err != nil {
		return nil, nil, err
	}
	if c.ID != c.Thread {
		e := news.Missing("page")
		e.Moved = commentHref(c.Thread) + "/thread"
		return nil, tags, e
	}
	answers, err := s.c.Comments.Answers(ctx, id, after, answersInRest+1)
	if err != nil {
		return nil, nil, err
	}
	whole := CommentThread{CommentView: wholeView(&c)}
	if len(answers) > answersInRest {
		answers = answers[:answersInRest]
		p.Next = commentHref(id) + "/thread?after=" + url.QueryEscape(string(answers[answersInRest-1].ID))
	}
	for i := range answers {
		v := answerView(&answers[i])
		v.HTML, v.Cut = wholeView(&answers[i]).HTML, false
		whole.Answers = append(whole.Answers, v)
	}
	t.List = nil
	p.Talk, p.Whole, p.NoIndex = t, &whole, true
	p.Path = commentHref(id) + "/thread"
	return p, append(tags, news.StoryTag(st.ID), news.PathTag(st.Address)), nil
}

// serveCommentCount says to the script of an open page how many comments there are by
// now. It is a page like any other: kept, and dropped with the comments.
func (s *Site) serveCommentCount(w http.ResponseWriter, r *http.Request) error {
	if s.c.Comments == nil || !dated(r) {
		return news.Missing("page")
	}
	address := storyAddress(r)
	return s.c.Cache.Serve(w, r, "", func(ctx context.Context) (pagecache.Response, error) {
		st, err := s.c.Stories.ShownAt(ctx, address)
		if err != nil {
			return pagecache.Response{}, err
		}
		counts, err := s.c.Comments.CommentCounts(ctx, []news.StoryID{st.ID})
		if err != nil {
			return pagecache.Response{}, err
		}
		return pagecache.Response{
			ContentType: "text/plain; charset=utf-8", Body: strconv.AppendInt(nil, int64(counts[st.ID]), 10),
			Tags: []string{news.CommentsTag(st.ID), news.StoryTag(st.ID), news.PathTag(address)},
		}, nil
	})
}
