package newsroom

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"dateline/internal/desk"
	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/web"
)

// createStory begins a draft, and goes on with the step whose button was pressed.
func (n *Newsroom) createStory(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, leave, err := n.readStoryForm(w, r)
	if err != nil {
		return err
	}
	defer leave()
	page := editorPage{frame: n.frame(r, who, "new", "New story"), Form: typed(in)}
	page.Form.Base = 0
	if page.Form.Kind != string(news.Page) {
		page.Form.Kind = string(news.Article)
	}
	if err := n.attach(r, who, in, &page); err != nil {
		return n.again(w, r, page, err)
	}
	if in.Get("do") == "upload" {
		return n.showEditor(w, r, http.StatusOK, page)
	}
	sections, err := n.o.Shelf.Sections(r.Context())
	if err != nil {
		return err
	}
	c, plan, report, err := n.content(page.Form, &news.Story{}, sections)
	if err != nil {
		return n.again(w, r, page, err)
	}
	s, err := n.o.Writing.Create(r.Context(), who, desk.Draft{
		Kind: news.StoryKind(page.Form.Kind), Content: c, Plan: plan, Note: page.Form.Note,
	})
	if err != nil {
		return n.again(w, r, page, err)
	}
	return n.step(w, r, who, in.Get("do"), "create", s, page.Form, plan, report)
}

// saveStory saves a story when something was changed, and then takes the step whose
// button was pressed: what is published is what stood on the screen.
func (n *Newsroom) saveStory(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, leave, err := n.readStoryForm(w, r)
	if err != nil {
		return err
	}
	defer leave()
	s, err := n.storyOf(r)
	if err != nil {
		return err
	}
	form := typed(in)
	if !in.Has("headline") { // the form could not be edited: only a step
		seen := form.Base
		form = n.formOf(s)
		form.Change, form.Note = in.Get("change"), in.Text("note")
		if seen != s.Revision {
			return n.unread(w, r, who, s, seen, form, lookedAway)
		}
		plan := news.Plan{PublishAt: s.PublishAt, TimeZone: s.TimeZone}
		return n.step(w, r, who, in.Get("do"), "nothing", s, form, plan, nil)
	}
	page := n.editorOf(r, who, s)
	page.Form, page.Form.Kind = form, string(s.Kind)
	if err := n.attach(r, who, in, &page); err != nil {
		return n.again(w, r, page, err)
	}
	if in.Get("do") == "upload" {
		return n.showEditor(w, r, http.StatusOK, page)
	}
	sections, err := n.o.Shelf.Sections(r.Context())
	if err != nil {
		return err
	}
	c, plan, report, err := n.content(page.Form, s, sections)
	if err != nil {
		return n.again(w, r, page, err)
	}
	if page.Form.Base != s.Revision {
		return n.overtaken(w, r, page, c, in.Get("do"))
	}
	kept, done := plan, "nothing"
	if s.Status == news.Scheduled { // a plan in force is moved by the step alone
		kept = news.Plan{PublishAt: s.PublishAt, TimeZone: s.TimeZone}
	}
	if !same(c, s.Content) || !kept.PublishAt.Equal(s.PublishAt) {
		s, err = n.o.Writing.Revise(r.Context(), who, s.ID, page.Form.Base, func(latest *news.Content, p *news.Plan) error {
			*latest, *p = c, kept
			return nil
		}, page.Form.Note)
		if news.KindOf(err) == news.Stale {
			if page.Story, err = n.storyOf(r); err != nil {
				return err
			}
			return n.overtaken(w, r, page, c, in.Get("do"))
		}
		if err != nil {
			return n.again(w, r, page, err)
		}
		done = "save"
	}
	return n.step(w, r, who, in.Get("do"), done, s, page.Form, plan, report)
}

const lookedAway = "Somebody saved this story while you looked at it. Here is how it is now: read it, then decide again."

// overtaken shows what somebody else saved meanwhile, and keeps what was typed in the
// form, now on top of theirs: saving again is a decision. Nothing is lost either way.
func (n *Newsroom) overtaken(w http.ResponseWriter, r *http.Request, page editorPage, mine news.Content, do string) error {
	page.Steps = page.Story.Steps(page.Me)
	untouched, err := n.untouched(r.Context(), page)
	if err != nil {
		return err
	}
	if untouched || len(n.compare(&page.Story.Content, &mine)) == 0 {
		if do == "" || do == string(news.Save) {
			return seeOther(w, r, storyPath(page.Story.ID), "nothing")
		}
		// What is about to be passed or published is not what stood on the screen.
		return n.unread(w, r, page.Me, page.Story, page.Form.Base, page.Form, lookedAway)
	}
	if page.Conflict, err = n.theirs(r.Context(), page.Story, mine); err != nil {
		return err
	}
	page.Form.Base = page.Story.Revision
	page.Problem = "Somebody saved this story while you were writing. Nothing is lost: your text is in the form, and theirs is kept."
	return n.showEditor(w, r, http.StatusConflict, page)
}

// untouched tells whether the form holds just what the revision it was filled from does.
func (n *Newsroom) untouched(ctx context.Context, page editorPage) (bool, error) {
	rev, err := n.o.Stories.Revision(ctx, page.Story.ID, page.Form.Base)
	if news.KindOf(err) == news.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	then := *page.Story
	then.Content, then.Revision = rev.Content, rev.N
	sections, err := n.o.Shelf.Sections(ctx)
	if err != nil {
		return false, err
	}
	c, _, _, err := n.content(page.Form, &then, sections)
	return err == nil && same(c, rev.Content), nil
}

// again shows the form with what was typed and what is wrong with it.
func (n *Newsroom) again(w http.ResponseWriter, r *http.Request, page editorPage, err error) error {
	x := web.Explain(err)
	if x.Internal() || x.Status == http.StatusServiceUnavailable || x.Status == http.StatusNotFound {
		return err
	}
	return n.showEditor(w, r, page.failed(err), page)
}

// step takes the step of the button pressed on s as it is, then shows the story. done
// says what was done already.
func (n *Newsroom) step(w http.ResponseWriter, r *http.Request, who news.Actor, do, done string, s *news.Story, form storyForm, plan news.Plan, report markup.Report) error {
	ctx, id, note := r.Context(), s.ID, form.Note
	who.Seen = s.Revision
	var err error
	after := s
	query := url.Values{}
	switch news.Step(do) {
	case "", news.Save:
	case news.Submit:
		after, err = n.o.Writing.Submit(ctx, who, id, note)
	case news.Return:
		after, err = n.o.Writing.Return(ctx, who, id, note)
	case news.Approve:
		after, err = n.o.Writing.Approve(ctx, who, id, note)
	case news.Schedule:
		after, err = n.o.Publishing.Schedule(ctx, who, id, plan, note)
	case news.Publish:
		var p desk.Published
		before := s.Version
		p, err = n.o.Publishing.Publish(ctx, who, id, news.ChangeSize(form.Change), note)
		after = p.Story
		if err == nil && p.Story.Version == before {
			do = "same"
		} else if err == nil {
			query.Set("page", millis(p.Live.Page))
			query.Set("search", millis(p.Live.Search))
			query.Set("feeds", millis(p.Live.Feeds))
		}
	default:
		err = news.Wrong("do", "There is no step %q here.", do)
	}
	if err != nil {
		return n.refused(w, r, who, id, done, form, err)
	}
	if do != "" && do != string(news.Save) {
		done = do
	}
	query.Set("done", done)
	if len(report) > 0 { // the report is of this text only, and stands on no address
		page := n.editorOf(r, who, after)
		page.Done, page.Report, page.Saved = doneWords[done], report, true
		if done == "publish" {
			page.Live = n.liveTimes(after, who, query)
		}
		return n.showEditor(w, r, http.StatusOK, page)
	}
	http.Redirect(w, r, storyPath(id)+"?"+query.Encode(), http.StatusSeeOther)
	return nil
}

// refused shows why a step was not taken. What was saved before it stays saved.
func (n *Newsroom) refused(w http.ResponseWriter, r *http.Request, who news.Actor, id news.StoryID, done string, form storyForm, err error) error {
	if x := web.Explain(err); x.Internal() || x.Status == http.StatusServiceUnavailable {
		return fmt.Errorf("take step with story %s: %w", id, err)
	}
	s, lookErr := n.o.Stories.Story(r.Context(), id)
	if lookErr != nil {
		return lookErr
	}
	if news.KindOf(err) == news.Stale {
		problem := lookedAway
		if done == "save" || done == "create" {
			problem = "Your text is saved, but somebody saved theirs after it. Here is how the story is now: read it, then decide again."
		}
		return n.unread(w, r, who, s, who.Seen, form, problem)
	}
	page := n.editorOf(r, who, s)
	kept := page.Form
	page.Form = form // with the plan and note as typed
	page.Form.Base, page.Form.Kind = kept.Base, kept.Kind
	status := page.failed(err)
	if done == "save" || done == "create" {
		page.Problem = "Your text is saved, but: " + page.Problem
		page.Saved = true
	}
	return n.showEditor(w, r, status, page)
}

func storyPath(id news.StoryID) string { return "/desk/stories/" + string(id) }

func millis(d interface{ Milliseconds() int64 }) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}
