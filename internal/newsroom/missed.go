package newsroom

import (
	"context"
	"net/http"

	"dateline/internal/news"
	"dateline/internal/web"
)

// Missed is what readers looked for and did not find.
type Missed interface {
	MissedSearches(ctx context.Context, limit int) ([]news.MissedSearch, error)
	ForgetMissed(ctx context.Context, query string) error
}

const missedShown = 200

type missedPage struct {
	frame
	Missed []news.MissedSearch
}

// missedRoutes are there where somebody counts.
func (n *Newsroom) missedRoutes() []Route {
	if n.o.Missed == nil {
		return nil
	}
	return []Route{
		{Pattern: "GET /desk/searches", Who: Deciders, serve: n.missed},
		{Pattern: "POST /desk/searches", Who: Deciders, serve: n.forgetMissed},
	}
}

func (n *Newsroom) missed(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	view := missedPage{frame: n.frame(r, who, "topics", "Looked for and not found")}
	var err error
	if view.Missed, err = n.o.Missed.MissedSearches(r.Context(), missedShown); err != nil {
		return err
	}
	return n.render(w, http.StatusOK, "missed", view)
}

func (n *Newsroom) forgetMissed(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	if err := n.o.Missed.ForgetMissed(r.Context(), in.Get("query")); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/searches", "missed")
}
