package api

import (
	"context"
	"net/http"
	"time"

	"dateline/internal/news"
)

// An alertReply is an alert and how it stands.
type alertReply struct {
	ID         string         `json:"id"`
	State      string         `json:"state" enum:"awaiting-approval,scheduled,counting,queued,sending,sent,stopped"`
	Kind       string         `json:"kind" enum:"news,correction,withdrawal"`
	Story      string         `json:"story"`
	Title      string         `json:"title"`
	Body       string         `json:"body"`
	Importance string         `json:"importance" enum:"ordinary,breaking"`
	Urgency    string         `json:"urgency" enum:"very-low,low,normal,high"`
	TTL        int            `json:"ttl" doc:"Seconds."`
	ComposedAt *time.Time     `json:"composed_at"`
	LeavesAt   *time.Time     `json:"leaves_at" doc:"The countdown's end: nothing leaves before it. null while nobody let it go."`
	EndedAt    *time.Time     `json:"ended_at" doc:"When it was sent to all, or stopped."`
	Replaces   *string        `json:"replaces" doc:"The alert whose place it takes."`
	Audience   int            `json:"audience" doc:"How many get it; before it begins, how many would now."`
	Accepted   int            `json:"accepted" doc:"Push services have it."`
	Gone       int            `json:"gone" doc:"The subscription was no more."`
	Failed     int            `json:"failed" doc:"Refused for good, or not taken in time."`
	Retrying   int            `json:"retrying" doc:"Tried, without an answer that says what became of it."`
	Waiting    int            `json:"waiting" doc:"Not tried; once all is over, it never went out. With the four above it sums up to audience."`
	Open       bool           `json:"open" doc:"Answers to what has left may still come in: of a stopped alert, at least accepted went out."`
	PerSecond  float64        `json:"per_second"`
	ETASeconds *float64       `json:"eta_seconds" doc:"Until all are done; null if nobody knows."`
	ByService  []serviceReply `json:"by_service"`
	Reason     *string        `json:"reason" doc:"Why it was stopped, when nobody asked for it."`
	Allowed    []string       `json:"allowed" doc:"The steps that this token may take now; a correction is another alert that replaces this one."`
}

// A serviceReply is one push service's part of an alert. Its numbers, with waiting, sum
// up to its audience.
type serviceReply struct {
	Service  *string    `json:"service" doc:"Its origin; null for subscriptions that are no more, other for many small ones."`
	State    string     `json:"state" doc:"sending, paused, stopped or done."`
	Audience int        `json:"audience"`
	Accepted int        `json:"accepted"`
	Gone     int        `json:"gone"`
	Failed   int        `json:"failed"`
	Retrying int        `json:"retrying"`
	Waiting  int        `json:"waiting"`
	Until    *time.Time `json:"until" doc:"The end of a pause."`
	Why      *string    `json:"why" doc:"It is paused or stopped."`
}

func (a *API) alert(x *news.Alert, p news.AlertProgress, who news.Actor) alertReply {
	r := alertReply{
		ID: string(x.ID), State: string(x.State), Kind: string(x.Kind), Story: string(x.Story), Title: x.Title, Body: x.Body,
		Importance: string(x.Importance), Urgency: string(x.Urgency), TTL: int(x.TTL / time.Second),
		ComposedAt: when(x.Composed), LeavesAt: when(x.Leaves), EndedAt: when(x.Ended), Replaces: text(string(x.Replaces)),
		Audience: p.Audience, Accepted: p.Accepted, Gone: p.Gone, Failed: p.Failed, Retrying: p.Retrying, Waiting: p.Waiting,
		Open: p.Open, PerSecond: p.PerSecond, ByService: services(p.Services), Reason: text(x.Reason), Allowed: []string{},
	}
	if left := p.ETA.Seconds(); x.State.Over() || left >= 0 && !x.Started.IsZero() {
		r.ETASeconds = &left
	}
	for _, step := range x.Steps(who) {
		if step != news.SendAlone { // takes a person who has just signed in
			r.Allowed = append(r.Allowed, string(step))
		}
	}
	return r
}

func services(in []news.ServiceProgress) []serviceReply {
	out := []serviceReply{}
	for _, s := range in {
		out = append(out, serviceReply{
			Service: text(s.Origin), State: s.State, Audience: s.Audience, Accepted: s.Accepted, Gone: s.Gone, Failed: s.Failed,
			Retrying: s.Retrying, Waiting: s.Waiting, Until: when(s.Until), Why: text(s.Why),
		})
	}
	return out
}

// answerAlert answers with x as it stands at this moment.
func (a *API) answerAlert(ctx context.Context, q *request, status int, x *news.Alert) (answer, error) {
	now, p, err := a.o.Alerting.Alert(ctx, q.who, x.ID)
	if err != nil {
		// It is done all the same, and what failed to be read is only how it stands.
		a.o.Log.Error("an alert's progress could not be read", "alert", x.ID, "err", err)
		now, p = x, news.AlertProgress{Tally: x.Tally, ETA: -1}
	}
	ans, err := reply(status, a.alert(now, p, q.who))
	ans.location = alertsPath + string(x.ID)
	return ans, err
}

const alertsPath = "/api/v1/alerts/"

func (q *request) alert() news.AlertID { return news.AlertID(q.PathValue("id")) }

func (a *API) readAlert(ctx context.Context, q *request) (answer, error) {
	x, p, err := a.o.Alerting.Alert(ctx, q.who, q.alert())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, a.alert(x, p, q.who))
}

func (a *API) readDelivery(ctx context.Context, q *request) (answer, error) {
	_, p, err := a.o.Alerting.Alert(ctx, q.who, q.alert())
	if err != nil {
		return answer{}, err
	}
	return replyList(services(p.Services), "")
}

func (a *API) listAlerts(ctx context.Context, q *request) (answer, error) {
	l := news.AlertList{Story: news.StoryID(q.query["story"]), Cursor: q.query["cursor"]}
	var err error
	if l.Limit, err = q.limit(20, 100); err != nil {
		return answer{}, err
	}
	alerts, next, err := a.o.Alerting.Alerts(ctx, q.who, l)
	if err != nil {
		return answer{}, err
	}
	items := make([]alertReply, len(alerts))
	for i := range alerts {
		x, p := &alerts[i], news.AlertProgress{Tally: alerts[i].Tally}
		if !x.State.Over() { // few are, at a time
			if x, p, err = a.o.Alerting.Alert(ctx, q.who, x.ID); err != nil {
				return answer{}, err
			}
		}
		items[i] = a.alert(x, p, q.who)
	}
	return replyList(items, next)
}

// An alertPreviewReply is an alert as it would be sent.
type alertPreviewReply struct {
	Title         string        `json:"title"`
	Body          string        `json:"body"`
	Language      string        `json:"language"`
	Dir           string        `json:"dir" enum:"ltr,rtl"`
	URL           string        `json:"url" doc:"What a click opens."`
	Importance    string        `json:"importance" enum:"ordinary,breaking"`
	Urgency       string        `json:"urgency" enum:"very-low,low,normal,high"`
	TTL           int           `json:"ttl" doc:"Seconds."`
	Audience      int           `json:"audience" doc:"How many would get it now."`
	Size          int           `json:"size" doc:"Bytes of the message, before encryption."`
	MaxSize       int           `json:"max_size"`
	NeedsApproval bool          `json:"needs_approval" doc:"A second person has to say yes."`
	Today         int           `json:"today" doc:"Alerts to everyone today."`
	Budget        int           `json:"budget" doc:"How many of them a day readers bear."`
	Earlier       *earlierReply `json:"earlier" doc:"The last alert about the same story."`
	Warnings      []string      `json:"warnings" doc:"For people; none of them keeps it from being sent."`
}

// An earlierReply is an earlier alert about a story.
type earlierReply struct {
	ID         string     `json:"id"`
	State      string     `json:"state"`
	Title      string     `json:"title"`
	ComposedAt *time.Time `json:"composed_at"`
}

// soonAgain is how soon after an alert about a story another is worth a question. The
// desk's page says it in its own way, with the minutes and a link.
const soonAgain = time.Hour

// begun is when an alert went out, or was composed if it has not.
func begun(a *news.Alert) time.Time {
	if a.Started.IsZero() {
		return a.Composed
	}
	return a.Started
}

func (a *API) preview(p news.AlertPreview) alertPreviewReply {
	x := p.Alert
	r := alertPreviewReply{
		Title: x.Title, Body: x.Body, Language: x.Language, Dir: x.Dir(), URL: a.absolute(x.Address),
		Importance: string(x.Importance), Urgency: string(x.Urgency), TTL: int(x.TTL / time.Second),
		Audience: p.Reach, Size: p.Size, MaxSize: p.MaxSize, NeedsApproval: p.Needs, Today: p.Today, Budget: p.Budget,
		Warnings: append([]string{}, p.Warnings...),
	}
	if e := p.Earlier; e != nil {
		r.Earlier = &earlierReply{string(e.ID), string(e.State), e.Title, when(e.Composed)}
		if a.o.Now().Sub(begun(e)) < soonAgain {
			r.Warnings = append(r.Warnings, "There was an alert about this story within the last hour.")
		}
	}
	return r
}
