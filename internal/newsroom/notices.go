package newsroom

import (
	"context"
	"net/http"

	"dateline/internal/news"
	"dateline/internal/web"
)

// Notices is what the operator was told and nobody has seen to yet.
type Notices interface {
	Notices(ctx context.Context) ([]news.Notice, error)
	DismissNotice(ctx context.Context, who news.Actor, key string) error
}

// shownNotices is how many are listed; the rest is counted.
const shownNotices = 10

// noticeRoutes are there where somebody keeps notices.
func (n *Newsroom) noticeRoutes() []Route {
	if n.o.Notices == nil {
		return nil
	}
	return []Route{{Pattern: "POST /desk/notices/dismiss", Who: Admins, serve: n.dismissNotice}}
}

// openNotices are those that who sees: admins, since the others cannot mend anything.
func (n *Newsroom) openNotices(ctx context.Context, who news.Actor) (shown []news.Notice, more int, err error) {
	if n.o.Notices == nil || who.Role != news.Admin {
		return nil, 0, nil
	}
	open, err := n.o.Notices.Notices(ctx)
	k := min(len(open), shownNotices)
	return open[:k], len(open) - k, err
}

// dismissNotice takes a notice off the desk. What is still broken comes back when it is
// told again.
func (n *Newsroom) dismissNotice(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	if err := n.o.Notices.DismissNotice(r.Context(), who, in.Get("notice")); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/", "dismiss")
}
