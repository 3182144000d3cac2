package api

import (
	"context"
	"net/http"
	"time"

	"dateline/internal/news"
)

// Alerting are the decisions about alerts, and what came of them.
type Alerting interface {
	ComposeAlert(ctx context.Context, who news.Actor, a news.Alert) (*news.Alert, error)
	PreviewAlert(ctx context.Context, who news.Actor, a news.Alert) (news.AlertPreview, error)
	ApproveAlert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, error)
	StopAlert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, error)
	CorrectAlert(ctx context.Context, who news.Actor, id news.AlertID, c news.Alert) (*news.Alert, error)
	WithdrawAlert(ctx context.Context, who news.Actor, id news.AlertID, w news.Alert) (*news.Alert, error)
	Alert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, news.AlertProgress, error)
	Alerts(ctx context.Context, who news.Actor, l news.AlertList) ([]news.Alert, string, error)
}

// errNoAlerts is the answer where alerts are not set up.
var errNoAlerts = news.Refuse(news.Busy, "Alerts are not set up on this server.")

// alerting lets a handler work only where there are alerts.
func (a *API) alerting(h handler) handler {
	return func(ctx context.Context, q *request) (answer, error) {
		if a.o.Alerting == nil {
			return answer{}, errNoAlerts
		}
		return h(ctx, q)
	}
}

func (a *API) alertRoutes() []Route {
	step := func(name, summary string, serve handler) Route {
		return Route{Pattern: "POST /api/v1/alerts/{id}/" + name, Summary: summary, Out: alertReply{}, Status: http.StatusOK, serve: serve, within: decisionTime}
	}
	withdraw := step("withdraw", "Tell everybody who got an alert that there is nothing to it, and stop the rest. Answers with the withdrawal, or with the alert itself, stopped, if nothing of it had left.", a.withdrawAlert)
	withdraw.In = withdrawInput{}
	routes := []Route{
		{Pattern: "POST /api/v1/alerts", Summary: "Send an alert about a story that readers see, or correct one. After its countdown it is on its way; to everyone, it first waits for a second person's yes once there are two editors.",
			In: alertInput{}, Out: alertReply{}, Status: http.StatusAccepted, serve: a.sendAlert, within: decisionTime},
		{Pattern: "POST /api/v1/alerts/preview", Summary: "What would be sent, to how many, and what an editor should know before.",
			In: alertDraftInput{}, Out: alertPreviewReply{}, Status: http.StatusOK, serve: a.previewAlert, within: decisionTime},
		{Pattern: "GET /api/v1/alerts", Summary: "List alerts, newest first.",
			Query: []Param{{Name: "story", Doc: "Only about this story."}, cursorParam, limitParam}, Out: list[alertReply]{}, Status: http.StatusOK, serve: a.listAlerts},
		{Pattern: "GET /api/v1/alerts/{id}", Summary: "Read an alert and how it stands.", Out: alertReply{}, Status: http.StatusOK, serve: a.readAlert},
		{Pattern: "GET /api/v1/alerts/{id}/delivery", Summary: "What became of an alert, by push service.", Out: list[serviceReply]{}, Status: http.StatusOK, serve: a.readDelivery},
		step("approve", "The second person's yes. A token is a person of its own, and may not approve what it sent.", a.approveAlert),
		step("send-alone", "Always refused: only a person who has just signed in at the desk may send an alert without a second person.", a.sendAlone),
		step("stop", "Stop what has not gone out. Answers within a second with how many did: accepted.", a.stopAlert),
		withdraw,
	}
	for i := range routes {
		routes[i].Who, routes[i].serve = Deciders, a.alerting(routes[i].serve)
	}
	return routes
}

// An alertDraftInput is what an alert is made of.
type alertDraftInput struct {
	Story      string    `json:"story" doc:"Its id. Readers must be able to see it."`
	Title      string    `json:"title" need:"yes" doc:"Sent as given; at most 120 characters."`
	Body       string    `json:"body" doc:"Sent as given; at most 300 characters."`
	Audience   string    `json:"audience" enum:"all" doc:"Everyone who takes alerts. Of audience, topics and followers give one."`
	Topics     []string  `json:"topics" doc:"Slugs or names: whoever chose one of them."`
	Followers  bool      `json:"followers" doc:"Whoever follows the story."`
	Importance string    `json:"importance" enum:"ordinary,breaking" doc:"If not given: breaking to everyone, else ordinary."`
	Urgency    string    `json:"urgency" enum:"very-low,low,normal,high" doc:"Whether a sleeping phone is woken. If not given: high if it is breaking, else normal."`
	TTL        *int      `json:"ttl" doc:"For how many seconds it is kept for a browser that is away; 60 to 2419200. If not given: four hours if it is breaking, else twelve."`
	Pace       int       `json:"pace" doc:"Over how many seconds it is spread, at most 7200; 0 is as fast as push services take it."`
	Picture    string    `json:"picture" doc:"The id of one of the story's pictures."`
	SendAt     time.Time `json:"send_at" doc:"If not given: at once."`
}

// An alertInput is an alert, or the correction of one.
type alertInput struct {
	alertDraftInput
	Replaces string `json:"replaces" doc:"The id of an alert that this one corrects: it takes its place with everybody who got it, at once. Audience, importance, urgency and ttl are the original's then, whatever is given."`
}

// alertOf reads what an alert is made of. All mistakes that can be told without the
// story are told at once.
func (a *API) alertOf(ctx context.Context, q *request, in *alertDraftInput, f *news.Faults) (news.Alert, error) {
	x := news.Alert{
		Story: news.StoryID(in.Story), Title: in.Title, Body: in.Body, Picture: news.MediaID(in.Picture),
		Audience:   news.Audience{All: in.Audience == "all", Followers: in.Followers},
		Importance: news.Importance(in.Importance), Urgency: news.Urgency(in.Urgency),
		Pace: seconds(f, "pace", in.Pace),
	}
	if in.Audience != "" && !x.Audience.All {
		f.Add("audience", `Use "all", or leave it out and give topics or followers.`)
	}
	if in.TTL != nil {
		if x.TTL = seconds(f, "ttl", *in.TTL); x.TTL == 0 {
			f.Add("ttl", "Between one minute and 28 days.") // 0 is not "as usual"
		}
	}
	if m, ok := q.members()["send_at"]; ok && !isNull(m) {
		x.SendAt = instant(f, "send_at", in.SendAt)
	}
	if len(in.Topics) > news.MaxAlertTopics {
		f.Add("topics", "At most %d topics.", news.MaxAlertTopics)
		return x, nil
	}
	for _, called := range in.Topics {
		slug, err := a.findTopic(ctx, f, "topics", called)
		if err != nil {
			return x, err
		}
		if slug == "" && called == "" {
			f.Add("topics", "There is a topic without a name.")
		}
		x.Audience.Topics = append(x.Audience.Topics, slug)
	}
	return x, nil
}

// seconds reads a span of time. What is too long for the newsroom it says itself, what
// is too long for a clock is told here.
func seconds(f *news.Faults, field string, n int) time.Duration {
	const year = 366 * 24 * 60 * 60
	if n < -year || n > year {
		f.Add(field, "This is more than a year.")
		return 0
	}
	return time.Duration(n) * time.Second
}

func (a *API) sendAlert(ctx context.Context, q *request) (answer, error) {
	var in alertInput
	if err := q.decode(&in, false); err != nil {
		return answer{}, err
	}
	var f news.Faults
	x, err := a.alertOf(ctx, q, &in.alertDraftInput, &f)
	if err != nil {
		return answer{}, err
	}
	if in.Replaces != "" && (in.Pace != 0 || !x.SendAt.IsZero()) {
		f.Add("replaces", "A correction goes out at once. Leave pace and send_at out.")
	}
	if in.Replaces == "" && in.Story == "" {
		f.Add("story", "Which story is this about?")
	}
	if err := f.Err(); err != nil {
		return answer{}, err
	}
	if x.ID, err = a.alertID(ctx, q); err != nil {
		return answer{}, err
	}
	made, err := a.sent(ctx, q, x, news.AlertID(in.Replaces))
	if err != nil {
		return answer{}, err
	}
	return a.answerAlert(ctx, q, http.StatusAccepted, made)
}

// sent lets the newsroom decide about x.
func (a *API) sent(ctx context.Context, q *request, x news.Alert, replaces news.AlertID) (*news.Alert, error) {
	if replaces == "" {
		return a.o.Alerting.ComposeAlert(ctx, q.who, x)
	}
	old, _, err := a.o.Alerting.Alert(ctx, q.who, replaces)
	if err != nil {
		return nil, err
	}
	if x.Story != "" && x.Story != old.Story {
		return nil, news.Wrong("story", "The alert that this replaces is about another story.")
	}
	return a.o.Alerting.CorrectAlert(ctx, q.who, replaces, news.Alert{ID: x.ID, Title: x.Title, Body: x.Body, Picture: x.Picture})
}

// alertID is the identifier of an alert made by this request, the same when the request
// is repeated: should we crash between sending and answering, readers get it once all
// the same. A key is forgotten after a day; then the same request is another alert.
func (a *API) alertID(ctx context.Context, q *request) (news.AlertID, error) {
	id := news.AlertID(q.madeID())
	if id == "" {
		return "", nil
	}
	old, _, err := a.o.Alerting.Alert(ctx, q.who, id)
	switch {
	case news.KindOf(err) == news.NotFound:
		return id, nil
	case err != nil:
		return "", err
	case a.o.Now().Sub(old.Composed) >= keyLife:
		return "", nil
	}
	return id, nil
}

func (a *API) previewAlert(ctx context.Context, q *request) (answer, error) {
	var in alertDraftInput
	if err := q.decode(&in, false); err != nil {
		return answer{}, err
	}
	var f news.Faults
	x, err := a.alertOf(ctx, q, &in, &f)
	if err != nil {
		return answer{}, err
	}
	if in.Story == "" {
		f.Add("story", "Which story is this about?")
	}
	if err := f.Err(); err != nil {
		return answer{}, err
	}
	p, err := a.o.Alerting.PreviewAlert(ctx, q.who, x)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, a.preview(p))
}
