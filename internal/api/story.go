package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"dateline/internal/desk"
	"dateline/internal/news"
)

const storiesPath = "/api/v1/stories/"

func (a *API) createStory(ctx context.Context, q *request) (answer, error) {
	e, err := a.readEdit(ctx, q, true)
	if err != nil {
		return answer{}, err
	}
	d := desk.Draft{ID: news.StoryID(q.madeID()), Kind: news.StoryKind(e.Kind), Note: e.Note}
	if d.ID != "" {
		// A key is forgotten after a day; then the same request makes another story.
		old, err := a.o.Stories.Story(ctx, d.ID)
		if err == nil && a.o.Now().Sub(old.Created) >= keyLife {
			d.ID = ""
		} else if err != nil && news.KindOf(err) != news.NotFound {
			return answer{}, err
		}
	}
	e.apply(&d.Content, &d.Plan)
	s, err := a.o.Writing.Create(ctx, q.who, d)
	if err != nil {
		return answer{}, err
	}
	ans, err := a.answerStory(http.StatusCreated, s, q.who, e.dropped)
	ans.location = storiesPath + string(s.ID)
	return ans, err
}

// storyFor gives a story as who may read it: writers its latest revision, others of
// the staff what readers see.
func (a *API) storyFor(ctx context.Context, who news.Actor, id news.StoryID) (*news.Story, error) {
	if who.Role.Writes() {
		return a.o.Stories.Story(ctx, id)
	}
	s, err := a.o.Stories.Shown(ctx, id)
	if err != nil {
		return nil, err
	}
	s.Content = s.Live.Content
	return s, nil
}

func (a *API) readStory(ctx context.Context, q *request) (answer, error) {
	s, err := a.storyFor(ctx, q.who, q.story())
	if err != nil {
		return answer{}, err
	}
	return a.answerStory(http.StatusOK, s, q.who, nil)
}

func (q *request) story() news.StoryID { return news.StoryID(q.PathValue("id")) }

func (a *API) listStories(ctx context.Context, q *request) (answer, error) {
	l := news.StoryList{Status: news.Status(q.query["status"]), Text: q.query["q"], Cursor: q.query["cursor"]}
	if !q.who.Role.Writes() {
		if l.Status != "" && l.Status != news.Published {
			return answer{}, news.Refuse(news.Denied, "Stories that are not published need a reporter's or an editor's token.")
		}
		l.Status = news.Published
	}
	var err error
	if l.Limit, err = q.limit(20, 100); err != nil {
		return answer{}, err
	}
	var f news.Faults
	var section news.Ref
	if err := a.findSection(ctx, &f, "section", q.query["section"], &section); err != nil {
		return answer{}, err
	}
	l.Section = section.Slug
	if l.Topic, err = a.findTopic(ctx, &f, "topic", q.query["topic"]); err != nil {
		return answer{}, err
	}
	if err := f.Err(); err != nil {
		return answer{}, err
	}
	stories, next, err := a.o.Stories.Stories(ctx, l)
	if err != nil {
		return answer{}, err
	}
	items := make([]storyReply, 0, len(stories))
	for i := range stories {
		s := &stories[i]
		if !q.who.Role.Writes() {
			s, err = a.storyFor(ctx, q.who, s.ID)
			if news.KindOf(err) == news.NotFound {
				continue
			}
			if err != nil {
				return answer{}, err
			}
		}
		r, err := a.story(s, q.who, false)
		if err != nil {
			return answer{}, err
		}
		items = append(items, r)
	}
	return replyList(items, next)
}

// findTopic gives the slug of what a topic was called, by slug or by name.
func (a *API) findTopic(ctx context.Context, f *news.Faults, field, called string) (string, error) {
	if called == "" {
		return "", nil
	}
	for _, slug := range []string{called, news.Slug(called)} {
		t, err := a.o.Shelf.Topic(ctx, slug)
		if err == nil || news.KindOf(err) != news.NotFound {
			return t.Slug, err
		}
	}
	f.Add(field, "There is no topic %q.", clip(called))
	return "", nil
}

func (a *API) patchStory(ctx context.Context, q *request) (answer, error) {
	base, err := a.base(ctx, q)
	if err != nil {
		return answer{}, err
	}
	e, err := a.readEdit(ctx, q, false)
	if err != nil {
		return answer{}, err
	}
	if len(e.given) == 0 {
		return answer{}, news.Wrong("(all)", "Give at least one field that should change.")
	}
	s, err := a.o.Writing.Revise(ctx, q.who, q.story(), base, func(c *news.Content, p *news.Plan) error {
		e.apply(c, p)
		return nil
	}, e.Note)
	if err != nil {
		return answer{}, err
	}
	return a.answerStory(http.StatusOK, s, q.who, e.dropped)
}

// base is the revision that a change starts from, as If-Match says.
func (a *API) base(ctx context.Context, q *request) (int, error) {
	header := strings.Join(q.Header.Values("If-Match"), ",")
	if strings.TrimSpace(header) == "" {
		return 0, news.Refuse(news.Unconditional, "Send If-Match with the ETag of the revision that you start from.")
	}
	if n, ok := parseTag(header); ok {
		return n, nil
	}
	// Several tags, any (*), or one that was never ours: the story decides.
	s, err := a.o.Stories.Story(ctx, q.story())
	if err != nil {
		return 0, err
	}
	for tag := range strings.SplitSeq(header, ",") {
		if n, ok := parseTag(tag); strings.TrimSpace(tag) == "*" || ok && n == s.Revision {
			return s.Revision, nil
		}
	}
	return 0, &news.Error{Kind: news.Stale, Current: s.Revision, Message: "Somebody saved this story meanwhile. Read it again, then decide."}
}

// parseTag reads one entity tag of ours. Proxies that compress make tags weak, and
// people leave the quotes out; both still name one revision.
func parseTag(s string) (int, bool) {
	s = strings.Trim(strings.TrimPrefix(strings.TrimSpace(s), "W/"), `"`)
	n, err := strconv.Atoi(strings.TrimPrefix(s, "r"))
	return n, err == nil && n > 0
}

// decides reads an If-Match where none is needed: then the step is taken on that
// revision or not at all.
func (a *API) decides(ctx context.Context, q *request) (err error) {
	header := q.Header.Values("If-Match")
	if len(header) == 0 || strings.TrimSpace(strings.Join(header, ",")) == "*" {
		return nil
	}
	q.who.Seen, err = a.base(ctx, q)
	return err
}
