package newsroom

import (
	"fmt"
	"net/http"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// A flashedPage says what of a flash is live, and has the next press ready: the alert.
type flashedPage struct {
	frame
	Story *news.Story
	Seen  bool // by readers
	Took  *liveTimes
	Leads bool      // the front page
	Until time.Time // while the bar stands for it; else zero
	Alert *composePage
}

// flashed shows where a flash stands.
func (n *Newsroom) flashed(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	ctx := r.Context()
	s, err := n.storyOf(r)
	if err != nil {
		return err
	}
	view := flashedPage{frame: n.frame(r, who, "flash", "Flash: "+s.Content.Headline), Story: s, Seen: s.Visible(n.o.Now())}
	if q := r.URL.Query(); q.Has("page") && view.Seen {
		view.Took = n.liveTimes(s, who, q)
	}
	front, err := n.o.Shelf.Front(ctx)
	if err != nil {
		return err
	}
	view.Leads = front.Lead == s.ID && view.Seen
	bar, card, err := n.o.Flashing.Breaking(ctx)
	if err != nil {
		return err
	}
	if card != nil && bar.Story == s.ID {
		view.Until = bar.Until
	}
	if n.alertsOn() && view.Seen && s.Kind == news.Article {
		view.Alert = &composePage{frame: view.frame, Form: alertFormOf(s), Story: s}
		if err := n.fillPreview(ctx, view.Alert); err != nil {
			// The page is what counts; of the alert it says what is the matter.
			n.o.Log.Error("the alert of a flash could not be prepared", "story", s.ID, "err", err)
			view.Alert.Preview.Refused = &frame{Problem: web.Explain(err).Detail}
		}
	}
	return n.render(w, http.StatusOK, "flashed", view)
}

// Found is when search and feeds had it.
func (l liveTimes) Found() int64 { return max(l.Search, l.Feeds) }

// seconds writes milliseconds as people say them of a flash: to the tenth of a second.
func seconds(ms int64) string {
	if ms < 100 {
		return "less than 0.1 s"
	}
	return fmt.Sprintf("%.1f s", float64(ms)/1000)
}
