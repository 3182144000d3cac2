package newsroom

import (
	"net/http"
	"slices"

	"dateline/internal/news"
	"dateline/internal/web"
)

// A stepPage asks before something that readers notice or that is hard to take back.
type stepPage struct {
	frame
	Story  *news.Story
	Step   news.Step
	Notice string
	Kind   string
	Text   string
	Note   string
}

var stepTitles = map[news.Step]string{
	news.Correct: "Note to readers", news.TakeDown: "Take down", news.Kill: "Kill", news.Spike: "Spike",
}

// usualNotice is offered to start from.
const usualNotice = "This article has been taken down."

// ask shows a step's own page.
func (n *Newsroom) ask(step news.Step) page {
	return func(w http.ResponseWriter, r *http.Request, who news.Actor) error {
		s, err := n.storyOf(r)
		if err != nil {
			return err
		}
		view := n.stepPage(r, who, s, step)
		if !slices.Contains(s.Steps(who), step) {
			e := news.Refuse(news.Conflict, "A story that is %s cannot take this step.", s.Status)
			return n.render(w, view.failed(e), "step", view)
		}
		return n.render(w, http.StatusOK, "step", view)
	}
}

func (n *Newsroom) stepPage(r *http.Request, who news.Actor, s *news.Story, step news.Step) stepPage {
	return stepPage{
		frame: n.frame(r, who, "", stepTitles[step]+": "+s.Content.Headline),
		Story: s, Step: step, Notice: usualNotice, Kind: string(news.CorrectionNote),
	}
}

// take takes the step after it was asked about.
func (n *Newsroom) take(step news.Step) page {
	return func(w http.ResponseWriter, r *http.Request, who news.Actor) error {
		in, err := web.ReadForm(w, r, "", 0)
		if err != nil {
			return err
		}
		s, err := n.storyOf(r)
		if err != nil {
			return err
		}
		ctx, note := r.Context(), in.Text("note")
		switch step {
		case news.Correct:
			_, err = n.o.Publishing.Correct(ctx, who, s.ID, news.CorrectionKind(in.Get("kind")), in.Text("text"))
		case news.TakeDown:
			_, err = n.o.Publishing.TakeDown(ctx, who, s.ID, in.Text("notice"), note)
		case news.Kill:
			if in.Get("sure") != "yes" {
				err = news.Wrong("sure", "Tick the box to say that you mean it.")
				break
			}
			_, err = n.o.Publishing.Kill(ctx, who, s.ID, note)
		case news.Spike:
			_, err = n.o.Writing.Spike(ctx, who, s.ID, note)
		}
		if err == nil {
			return seeOther(w, r, storyPath(s.ID), string(step))
		}
		if x := web.Explain(err); x.Internal() || x.Status == http.StatusServiceUnavailable {
			return err
		}
		view := n.stepPage(r, who, s, step)
		view.Notice, view.Kind, view.Text, view.Note = in.Text("notice"), in.Get("kind"), in.Text("text"), note
		return n.render(w, view.failed(err), "step", view)
	}
}
