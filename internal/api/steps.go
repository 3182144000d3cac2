package api

import (
	"context"
	"net/http"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

type stepInput struct {
	Note string `json:"note" doc:"For colleagues, on the record."`
}

type takeDownInput struct {
	Notice string `json:"notice" doc:"What readers are told in the story's place."`
	Note   string `json:"note" doc:"For colleagues, on the record."`
}

type scheduleInput struct {
	PublishAt time.Time `json:"publish_at" doc:"If not given: as planned with the story, else when its embargo ends."`
	TimeZone  string    `json:"time_zone" doc:"The zone it was planned in, like Europe/Berlin."`
	Note      string    `json:"note" doc:"For colleagues, on the record."`
}

type publishInput struct {
	Change string `json:"change" enum:"minor,substance" doc:"minor: readers are not told. If not given: substance."`
	Note   string `json:"note" doc:"What changed, for colleagues and the story's history."`
}

type publishReply struct {
	ID          string     `json:"id"`
	Status      string     `json:"status"`
	Revision    int        `json:"revision"`
	URL         *string    `json:"url"`
	PublishedAt *time.Time `json:"published_at" doc:"The first publication."`
	UpdatedAt   *time.Time `json:"updated_at"`
	Version     int        `json:"version"`
	Live        liveReply  `json:"live"`
}

// A liveReply says how long after the commit each part showed the story here.
type liveReply struct {
	PageMS   float64 `json:"page_ms"`
	SearchMS float64 `json:"search_ms"`
	FeedsMS  float64 `json:"feeds_ms"`
}

// step makes the handler of a step that answers with the story.
func (a *API) step(name news.Step) handler {
	return func(ctx context.Context, q *request) (answer, error) {
		if err := a.decides(ctx, q); err != nil {
			return answer{}, err
		}
		s, err := a.take(ctx, q, name)
		if err != nil {
			return answer{}, err
		}
		return a.answerStory(http.StatusOK, s, q.who, nil)
	}
}

func (a *API) take(ctx context.Context, q *request, name news.Step) (*news.Story, error) {
	id := q.story()
	switch name {
	case news.TakeDown:
		var in takeDownInput
		if err := q.decode(&in, true); err != nil {
			return nil, err
		}
		return a.o.Publishing.TakeDown(ctx, q.who, id, in.Notice, in.Note)
	case news.Schedule:
		var in scheduleInput
		if err := q.decode(&in, true); err != nil {
			return nil, err
		}
		var f news.Faults
		if m, ok := q.members()["publish_at"]; ok && !isNull(m) {
			in.PublishAt = instant(&f, "publish_at", in.PublishAt)
		}
		if err := f.Err(); err != nil {
			return nil, err
		}
		return a.o.Publishing.Schedule(ctx, q.who, id, news.Plan{PublishAt: in.PublishAt, TimeZone: in.TimeZone}, in.Note)
	}
	var in stepInput
	if err := q.decode(&in, true); err != nil {
		return nil, err
	}
	switch name {
	case news.Submit:
		return a.o.Writing.Submit(ctx, q.who, id, in.Note)
	case news.Return:
		return a.o.Writing.Return(ctx, q.who, id, in.Note)
	case news.Approve:
		return a.o.Writing.Approve(ctx, q.who, id, in.Note)
	case news.Spike:
		return a.o.Writing.Spike(ctx, q.who, id, in.Note)
	default: // Kill, the last in the table
		return a.o.Publishing.Kill(ctx, q.who, id, in.Note)
	}
}

func (a *API) publish(ctx context.Context, q *request) (answer, error) {
	var in publishInput
	if err := q.decode(&in, true); err != nil {
		return answer{}, err
	}
	if err := a.decides(ctx, q); err != nil {
		return answer{}, err
	}
	p, err := a.o.Publishing.Publish(ctx, q.who, q.story(), news.ChangeSize(in.Change), in.Note)
	if err != nil {
		return answer{}, err
	}
	s := p.Story
	ans, err := reply(http.StatusOK, publishReply{
		ID: string(s.ID), Status: string(s.Status), Revision: s.Revision, URL: a.link(s),
		PublishedAt: when(s.FirstPublished), UpdatedAt: when(s.Updated), Version: s.Version,
		Live: liveReply{millis(p.Live.Page), millis(p.Live.Search), millis(p.Live.Feeds)},
	})
	ans.etag = etag(s.Revision)
	return ans, err
}

// millis is d in milliseconds, to the microsecond.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type correctionInput struct {
	Kind string `json:"kind" need:"yes" enum:"correction,clarification,update"`
	Text string `json:"text" need:"yes" doc:"What was wrong and what is right."`
}

type correctionReply struct {
	note
	Story       string  `json:"story"`
	URL         *string `json:"url"`
	Corrections []note  `json:"corrections" doc:"All of the story, oldest first."`
}

func (a *API) correct(ctx context.Context, q *request) (answer, error) {
	var in correctionInput
	if err := q.decode(&in, false); err != nil {
		return answer{}, err
	}
	if err := a.decides(ctx, q); err != nil {
		return answer{}, err
	}
	s, err := a.corrected(ctx, q, in)
	if err == nil && s == nil {
		s, err = a.o.Publishing.Correct(ctx, q.who, q.story(), news.CorrectionKind(in.Kind), in.Text)
	}
	if err != nil {
		return answer{}, err
	}
	all := corrections(s)
	ans, err := reply(http.StatusCreated, correctionReply{all[len(all)-1], string(s.ID), a.link(s), all})
	ans.etag = etag(s.Revision)
	return ans, err
}

// corrected gives the story when an earlier try of this very request, whose answer
// was lost with its key's, has added the note already: readers must not get it twice.
func (a *API) corrected(ctx context.Context, q *request, in correctionInput) (*news.Story, error) {
	if q.key() == "" {
		return nil, nil
	}
	s, err := a.o.Stories.Story(ctx, q.story())
	if err != nil || len(s.Corrections) == 0 {
		return nil, err
	}
	last := s.Corrections[len(s.Corrections)-1]
	words, err := markup.CleanText(in.Text)
	if err != nil || last.Text != words || string(last.Kind) != in.Kind || last.By != q.who.Name || a.o.Now().Sub(last.At) > keyLife {
		return nil, nil // what is wrong with the words the newsroom says itself
	}
	return s, nil
}
