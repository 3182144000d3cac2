package newsroom

import (
	"context"
	"net/http"
	"strings"

	"dateline/internal/news"
	"dateline/internal/web"
)

// A mendPage asks for the words that take an alert's place.
type mendPage struct {
	frame
	Alert *news.Alert
	Step  news.Step    // correct or withdraw
	ID    news.AlertID // of what takes its place, made with the form
	Words [2]string    // title and text, as typed
	Reach int          // who accepted the original
	Going bool         // the original is still on its way
}

func (n *Newsroom) askMend(step news.Step) page {
	return func(w http.ResponseWriter, r *http.Request, who news.Actor) error {
		view, err := n.mendPage(r, who, step)
		if err != nil {
			return err
		}
		view.ID = news.NewID[news.AlertID]()
		if step == news.Correct {
			view.Words = [2]string{view.Alert.Title, view.Alert.Body}
		}
		if !view.Going && view.Alert.Started.IsZero() {
			return seeOther(w, r, alertPath(view.Alert.ID), "") // nothing can have been shown: stopping is all
		}
		return n.render(w, http.StatusOK, "alertmend", view)
	}
}

func (n *Newsroom) mendPage(r *http.Request, who news.Actor, step news.Step) (mendPage, error) {
	live, err := n.liveOf(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return mendPage{}, err
	}
	title := "Correct this alert"
	if step == news.Withdraw {
		title = "Withdraw this alert"
	}
	view := mendPage{frame: n.frame(r, who, "alerts", title), Alert: live.Alert, Step: step, Going: live.Alert.State == news.AlertSending}
	view.Reach, err = n.accepted(r.Context(), who, live)
	return view, err
}

// accepted counts who accepted the original of a chain: to them and nobody else goes
// what takes its place.
func (n *Newsroom) accepted(ctx context.Context, who news.Actor, l alertLive) (int, error) {
	if l.Alert.Original != l.Alert.ID {
		var err error
		if l, err = n.liveOf(ctx, who, string(l.Alert.Original)); err != nil {
			return 0, err
		}
	}
	return l.Progress.Accepted, nil
}

// mend replaces an alert. The same form sent twice is one replacement, by its ID.
func (n *Newsroom) mend(step news.Step) page {
	return func(w http.ResponseWriter, r *http.Request, who news.Actor) error {
		in, err := web.ReadForm(w, r, "", 0)
		if err != nil {
			return err
		}
		view, err := n.mendPage(r, who, step)
		if err != nil {
			return err
		}
		view.ID, view.Words = news.AlertID(in.Get("id")), [2]string{in.Text("title"), in.Text("body")}
		if !news.IsID(string(view.ID)) {
			view.ID = news.NewID[news.AlertID]()
		}
		ctx := r.Context()
		words := news.Alert{ID: view.ID, Title: strings.TrimSpace(view.Words[0]), Body: strings.TrimSpace(view.Words[1])}
		var next *news.Alert
		switch {
		case step == news.Withdraw:
			next, err = n.o.Alerting.WithdrawAlert(ctx, who, view.Alert.ID, words)
		case words.Title == view.Alert.Title && words.Body == view.Alert.Body:
			err = news.Wrong("title", "These are the words that went out. Change what is wrong in them.")
		default:
			next, err = n.o.Alerting.CorrectAlert(ctx, who, view.Alert.ID, words)
		}
		if kept := n.keptAnyway(r, who, view.ID, err); kept != nil {
			next, err = kept, nil
		}
		if err == nil {
			return seeOther(w, r, alertPath(next.ID), "")
		}
		if x := web.Explain(err); x.Internal() || x.Status == http.StatusServiceUnavailable || x.Status == http.StatusNotFound {
			return err
		}
		return n.render(w, view.failed(err), "alertmend", view)
	}
}
