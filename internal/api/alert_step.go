package api

import (
	"context"
	"net/http"

	"dateline/internal/news"
)

// A withdrawInput has the words of a withdrawal, which may be left out.
type withdrawInput struct {
	Title string `json:"title" doc:"If not given: \"This alert was withdrawn\"."`
	Body  string `json:"body"`
}

func (a *API) approveAlert(ctx context.Context, q *request) (answer, error) {
	x, err := a.o.Alerting.ApproveAlert(ctx, q.who, q.alert())
	if err != nil {
		return answer{}, err
	}
	return a.answerAlert(ctx, q, http.StatusOK, x)
}

// stopAlert answers with what the stop itself counted: reading more would only keep
// somebody waiting who wants to hear that it is stopped.
func (a *API) stopAlert(ctx context.Context, q *request) (answer, error) {
	x, err := a.o.Alerting.StopAlert(ctx, q.who, q.alert())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, a.alert(x, news.AlertProgress{Tally: x.Tally}, q.who))
}

// withdrawAlert answers with the withdrawal, or with the alert itself if nothing of it
// had left.
func (a *API) withdrawAlert(ctx context.Context, q *request) (answer, error) {
	var in withdrawInput
	if err := q.decode(&in, true); err != nil {
		return answer{}, err
	}
	id, err := a.alertID(ctx, q)
	if err != nil {
		return answer{}, err
	}
	x, err := a.o.Alerting.WithdrawAlert(ctx, q.who, q.alert(), news.Alert{ID: id, Title: in.Title, Body: in.Body})
	if err != nil {
		return answer{}, err
	}
	return a.answerAlert(ctx, q, http.StatusOK, x)
}

// sendAlone is refused: it takes a person who has just signed in, and a token is none.
// The address stands here so that a program which tries hears why.
func (a *API) sendAlone(ctx context.Context, q *request) (answer, error) {
	if _, _, err := a.o.Alerting.Alert(ctx, q.who, q.alert()); err != nil {
		return answer{}, err
	}
	return answer{}, news.Refuse(news.Denied, "Only a person can send this without a second one, at the desk, after signing in anew.")
}
