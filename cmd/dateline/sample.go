package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"dateline/cmd/dateline/demodata"
	"dateline/internal/auth"
	"dateline/internal/desk"
	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/store"
)

// A pastClock is the store's clock while a sample newsroom is given its past.
type pastClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *pastClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// at sets the clock, back too: each story is told from its beginning to its end, and
// the next began before that.
func (c *pastClock) at(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// nobody shows what is loaded: no reader is there yet.
type nobody struct{}

func (nobody) Wait(context.Context, int64, []string) (news.Timing, error) {
	return news.Timing{}, nil
}

// loadSample fills an empty database with the sample newsroom, through the same desk
// that editors use, with the clock set to when each thing happened.
func loadSample(ctx context.Context, p *place, files desk.Files, now time.Time) (demodata.Newsroom, error) {
	zone, err := p.zone()
	if err != nil {
		return demodata.Newsroom{}, err
	}
	room, err := demodata.Load(now.In(zone))
	if err != nil {
		return room, err
	}
	clock := &pastClock{t: now.Add(-30 * 24 * time.Hour)}
	s, err := store.Open(ctx, p.database(), store.Options{Now: clock.now, Zone: zone})
	if err != nil {
		return room, err
	}
	empty, err := s.Empty(ctx)
	if err == nil && !empty {
		if made, merr := s.Setting(ctx, "sample"); merr != nil || made == "" {
			err = errors.Join(merr, inhabited(p))
		}
	}
	if err == nil && empty {
		l := &sampleLoader{
			desk:  desk.New(desk.Options{Stories: s, Pictures: s, Files: files, Live: nobody{}, Zone: zone}),
			store: s, clock: clock, now: now, room: &room,
			pictures: map[string]news.MediaID{}, stories: map[string]news.StoryID{},
			who: news.Actor{Name: "Sample newsroom", Role: news.Admin, Via: "command"},
		}
		if err = l.load(ctx); err == nil {
			err = addSampleAdmin(ctx, s)
		}
		if err == nil {
			_, err = s.SetSetting(ctx, l.who, "sample", "made")
		}
		if err == nil {
			err = fillIndex(ctx, p, s)
		}
	}
	return room, errors.Join(err, s.Close())
}

// sampleAdmin is who may sign in to a sample newsroom.
const sampleAdmin = "editor@example.org"

func addSampleAdmin(ctx context.Context, s *store.Store) error {
	p, err := auth.NewPerson(sampleAdmin, "Demo Editor", news.Admin, s.Now())
	if err != nil {
		return err
	}
	return s.AddPerson(ctx, news.Command("demo"), p)
}

type sampleLoader struct {
	desk     *desk.Desk
	store    *store.Store
	clock    *pastClock
	now      time.Time
	room     *demodata.Newsroom
	who      news.Actor
	pictures map[string]news.MediaID
	stories  map[string]news.StoryID
}

func (l *sampleLoader) load(ctx context.Context) error {
	for _, t := range l.room.Topics {
		if _, err := l.desk.SaveTopic(ctx, l.who, news.Topic{Slug: t.Slug, Name: t.Name, Kind: news.TopicKind(t.Kind), Aliases: t.Aliases, Dates: sampleDates(t.Dates)}); err != nil {
			return fmt.Errorf("sample topic %s: %w", t.Slug, err)
		}
	}
	for _, a := range l.room.Authors {
		if err := l.desk.SaveAuthor(ctx, l.who, news.Author{Slug: a.Slug, Name: a.Name, Bio: a.Bio}); err != nil {
			return fmt.Errorf("sample author %s: %w", a.Slug, err)
		}
	}
	if err := l.loadPictures(ctx); err != nil {
		return err
	}
	for i := range l.room.Stories {
		if err := l.loadStory(ctx, &l.room.Stories[i]); err != nil {
			return fmt.Errorf("sample story %s: %w", l.room.Stories[i].Key, err)
		}
	}
	for i := range l.room.Pages {
		if err := l.loadPage(ctx, &l.room.Pages[i]); err != nil {
			return fmt.Errorf("sample page %s: %w", l.room.Pages[i].Slug, err)
		}
	}
	if err := l.loadComments(ctx); err != nil {
		return err
	}
	l.clock.at(l.now)
	return l.loadFront(ctx)
}

func (l *sampleLoader) loadPictures(ctx context.Context) error {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, p := range l.room.Pictures {
		g.Go(func() error {
			up, err := l.desk.Upload(ctx, l.who, p.File, p.Data)
			if err != nil {
				return fmt.Errorf("sample picture %s: %w", p.Key, err)
			}
			mu.Lock()
			defer mu.Unlock()
			l.pictures[p.Key] = up.ID
			return nil
		})
	}
	return g.Wait()
}

func (l *sampleLoader) body(markdown string) (markup.Document, error) {
	resolved, err := demodata.Resolve(markdown,
		func(key string) (string, bool) { id, ok := l.stories[key]; return string(id), ok },
		func(key string) (string, bool) { id, ok := l.pictures[key]; return string(id), ok })
	if err != nil {
		return markup.Document{}, err
	}
	doc, dropped := markup.FromMarkdown(resolved)
	if len(dropped) > 0 {
		return doc, fmt.Errorf("its text holds what a story cannot: %v", dropped)
	}
	return doc, nil
}

func (l *sampleLoader) content(s *demodata.Story) (news.Content, error) {
	body, err := l.body(s.Body)
	if err != nil {
		return news.Content{}, err
	}
	c := news.Content{
		Headline: s.Headline, ShortHeadline: s.ShortHeadline, Standfirst: s.Standfirst, Kicker: s.Kicker,
		Dateline: s.Dateline, Language: s.Language, Slug: s.Slug, Body: body,
		Section: news.Ref{Name: s.Section}, CommentsShut: !s.Comments, EmbargoUntil: s.EmbargoUntil,
	}
	for _, n := range s.Byline {
		c.Byline = append(c.Byline, news.Ref{Name: n})
	}
	for _, t := range s.Topics {
		c.Topics = append(c.Topics, news.Ref{Name: t})
	}
	if s.Picture != "" {
		c.Picture = &news.PictureUse{Media: l.pictures[s.Picture], Caption: s.Caption, Credit: s.Credit, Alt: s.Alt}
	}
	return c, nil
}

func (l *sampleLoader) loadStory(ctx context.Context, s *demodata.Story) error {
	c, err := l.content(s)
	if err != nil {
		return err
	}
	l.clock.at(s.At)
	st, err := l.desk.Create(ctx, l.who, desk.Draft{Content: c})
	if err != nil {
		return err
	}
	l.stories[s.Key] = st.ID
	switch s.Status {
	case "draft":
		return nil
	case "submitted":
		_, err := l.desk.Submit(ctx, l.who, st.ID, "")
		return err
	case "scheduled":
		_, err := l.desk.Schedule(ctx, l.who, st.ID, news.Plan{PublishAt: s.PublishAt}, "")
		return err
	}
	if _, err := l.desk.Publish(ctx, l.who, st.ID, "", ""); err != nil {
		return err
	}
	if err := l.loadPast(ctx, s, st); err != nil {
		return err
	}
	switch s.Status {
	case "taken-down":
		l.clock.at(s.EndedAt)
		_, err = l.desk.TakeDown(ctx, l.who, st.ID, s.Notice, "")
	case "killed":
		l.clock.at(s.EndedAt)
		_, err = l.desk.Kill(ctx, l.who, st.ID, "")
	}
	return err
}

// loadPast plays a story's later versions and corrections in the order they came.
func (l *sampleLoader) loadPast(ctx context.Context, s *demodata.Story, st *news.Story) error {
	vs, cs := s.Versions, s.Corrections
	for len(vs) > 0 || len(cs) > 0 {
		if len(cs) == 0 || (len(vs) > 0 && !vs[0].At.After(cs[0].At)) {
			v := vs[0]
			vs = vs[1:]
			l.clock.at(v.At)
			body, err := l.body(v.Body)
			if err != nil {
				return err
			}
			if st, err = l.desk.Revise(ctx, l.who, st.ID, st.Revision, func(c *news.Content, _ *news.Plan) error {
				c.Body = body
				if v.Headline != "" {
					c.Headline = v.Headline
				}
				if v.Standfirst != "" {
					c.Standfirst = v.Standfirst
				}
				return nil
			}, v.Note); err != nil {
				return err
			}
			if _, err := l.desk.Publish(ctx, l.who, st.ID, news.ChangeSize(v.Change), v.Note); err != nil {
				return err
			}
			continue
		}
		c := cs[0]
		cs = cs[1:]
		l.clock.at(c.At)
		if _, err := l.desk.Correct(ctx, l.who, st.ID, news.CorrectionKind(c.Kind), c.Text); err != nil {
			return err
		}
	}
	return nil
}

func (l *sampleLoader) loadPage(ctx context.Context, p *demodata.Page) error {
	body, err := l.body(p.Body)
	if err != nil {
		return err
	}
	l.clock.at(l.now.Add(-20 * 24 * time.Hour))
	st, err := l.desk.Create(ctx, l.who, desk.Draft{Kind: news.Page, Content: news.Content{
		Headline: p.Title, Standfirst: p.Standfirst, Slug: p.Slug, Body: body, CommentsShut: true}})
	if err != nil {
		return err
	}
	_, err = l.desk.Publish(ctx, l.who, st.ID, "", "")
	return err
}

func (l *sampleLoader) loadFront(ctx context.Context) error {
	var f news.Front
	pins := map[int]news.StoryID{}
	for i := range l.room.Stories {
		s := &l.room.Stories[i]
		if s.Lead {
			f.Lead = l.stories[s.Key]
		}
		if s.Pin > 0 {
			pins[s.Pin] = l.stories[s.Key]
		}
	}
	for n := 1; n <= len(pins); n++ {
		if id, ok := pins[n]; ok {
			f.Pins = append(f.Pins, id)
		}
	}
	_, err := l.desk.SetFront(ctx, l.who, f)
	return err
}

// inhabited says that a sample would mix with somebody's newsroom. An address of
// PostgreSQL is not repeated: it may hold a password.
func inhabited(p *place) error {
	if !strings.HasPrefix(p.database(), "sqlite:") {
		return errors.New("this database holds a newsroom of its own, or a sample that was not finished; use another --database, or serve it with: dateline serve")
	}
	return fmt.Errorf("%s holds a newsroom of its own, or a sample that was not finished; use another --data, or serve it with: dateline serve --data %s", p.Data, p.Data)
}
