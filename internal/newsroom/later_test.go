package newsroom

import (
	"context"
	"net/http"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
)

// A laterDesk is the desk some time later: what was signed in and composed is longer
// ago by that. The store's own clock cannot be moved.
type laterDesk struct {
	*desk.Desk
	late *time.Duration
	h    *house
}

func (d *laterDesk) SendAlertAlone(ctx context.Context, who news.Actor, signedIn time.Time, id news.AlertID) (*news.Alert, error) {
	a, _, _, err := d.h.store.UpdateAlert(ctx, who, id, func(a *news.Alert, s *news.Story, editors int, now time.Time) (news.AlertOutcome, error) {
		h := d.h.post.house
		h.Editors = editors
		return news.AlertOutcome{Step: news.SendAlone}, a.SendAlone(who, signedIn, s, h, now.Add(*d.late))
	})
	return a, err
}

func cookie(name, value string) *http.Cookie { return &http.Cookie{Name: name, Value: value} }
