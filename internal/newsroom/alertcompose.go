package newsroom

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// A composePage is an alert before it is sent.
type composePage struct {
	frame
	Form    alertForm
	Story   *news.Story
	Topics  []news.Topic // that are not the story's
	Zone    string
	Preview alertPreview
	Devices int  // of this person
	CanTest bool // devices can be registered here
	MaxPace int  // minutes
}

// An alertPreview is the part of the page that changes while typing.
type alertPreview struct {
	Form    alertForm
	Phone   phone
	Told    news.AlertPreview // empty if the rules refuse the alert as it is
	Refused *frame            // what they refuse
	Ago     time.Duration     // since the last alert about the story
	Second  []news.Person     // who may say yes
	SendAt  time.Time
}

// A choosePage asks which story an alert is about.
type choosePage struct {
	frame
	Query   string
	Stories []news.Story
}

// newAlert begins an alert about the story that the address names, or asks which.
func (n *Newsroom) newAlert(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	q := r.URL.Query()
	if q.Get("story") == "" {
		view := choosePage{frame: n.frame(r, who, "alerts", "Which story?"), Query: q.Get("q")}
		var err error
		view.Stories, _, err = n.o.Stories.Stories(r.Context(), news.StoryList{Status: news.Published, Text: view.Query, Limit: listLength})
		if err != nil {
			return err
		}
		view.Stories = slices.DeleteFunc(view.Stories, func(s news.Story) bool { return s.Kind == news.Page })
		return n.render(w, http.StatusOK, "alertchoose", view)
	}
	s, err := n.seenOn(r.Context(), news.StoryID(q.Get("story")))
	if err != nil {
		return err
	}
	return n.showCompose(w, r, http.StatusOK, composePage{frame: n.frame(r, who, "alerts", "Send an alert"), Form: alertFormOf(s), Story: s})
}

// composed reads the form that was sent, and finds its story.
func (n *Newsroom) composed(w http.ResponseWriter, r *http.Request, who news.Actor) (composePage, error) {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return composePage{}, err
	}
	page := composePage{frame: n.frame(r, who, "alerts", "Send an alert"), Form: typedAlert(in)}
	page.Story, err = n.seenOn(r.Context(), page.Form.Story)
	return page, err
}

// previewAlert shows the alert as it is typed: as a part of the page for the script, as
// the whole page for the button.
func (n *Newsroom) previewAlert(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	page, err := n.composed(w, r, who)
	if err != nil {
		return err
	}
	if r.Header.Get("Desk-Part") != "preview" {
		return n.showCompose(w, r, http.StatusOK, page)
	}
	if err := n.fillPreview(r.Context(), &page); err != nil {
		return err
	}
	return n.write(w, http.StatusOK, "alertcompose", "alert-preview", page)
}

// showCompose completes the page with its preview and everything to choose from.
func (n *Newsroom) showCompose(w http.ResponseWriter, r *http.Request, status int, page composePage) error {
	ctx := r.Context()
	all, _, err := n.o.Shelf.AllTopics(ctx, "", topicsOffered)
	if err != nil {
		return err
	}
	own := page.Story.Live.Content.Topics
	page.Topics = slices.DeleteFunc(all, func(t news.Topic) bool {
		return slices.ContainsFunc(own, func(r news.Ref) bool { return r.Slug == t.Slug })
	})
	page.MaxPace = int(news.MaxPace / time.Minute)
	page.Zone = n.o.Zone.String()
	if err := n.fillPreview(ctx, &page); err != nil {
		return err
	}
	return n.render(w, status, "alertcompose", page)
}

// fillPreview asks what would be shown, and to how many.
func (n *Newsroom) fillPreview(ctx context.Context, page *composePage) error {
	part := &page.Preview
	*part = alertPreview{Form: page.Form}
	var err error
	if page.CanTest = n.devicesOn(); page.CanTest {
		mine, err := n.o.Devices.StaffDevices(ctx, news.PersonID(page.Me.ID))
		if err != nil {
			return err
		}
		page.Devices = len(mine)
	}
	a, err := page.Form.alert(page.Story, n.o.Zone)
	if err == nil {
		part.Told, err = n.o.Alerting.PreviewAlert(ctx, page.Me, a)
	}
	if err != nil {
		x := web.Explain(err)
		if x.Internal() || x.Status == http.StatusServiceUnavailable {
			return err
		}
		part.Refused = &frame{}
		part.Refused.failed(err)
	}
	if e := part.Told.Earlier; e != nil {
		part.Ago = n.o.Now().Sub(latest(e))
	}
	if part.Told.Needs {
		if part.Second, err = n.others(ctx, page.Me.ID); err != nil {
			return err
		}
	}
	part.SendAt = a.SendAt
	part.Phone, err = n.phoneOf(ctx, a, cmp.Or(page.Story.Live.Content.Language, n.o.House.Language))
	return err
}

// latest is when an alert went out, or, of one that has not, when it was composed.
func latest(a *news.Alert) time.Time {
	if !a.Started.IsZero() {
		return a.Started
	}
	return a.Composed
}

// others are the people who may decide what readers see, but for one.
func (n *Newsroom) others(ctx context.Context, but string) ([]news.Person, error) {
	people, err := n.o.Staff.People(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(people, func(p news.Person) bool {
		return p.Disabled || !p.Role.Publishes() || string(p.ID) == but
	}), nil
}

// testAlert sends what is typed to the person's own devices.
func (n *Newsroom) testAlert(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	page, err := n.composed(w, r, who)
	if err != nil {
		return err
	}
	devices := 0
	a, err := page.Form.alert(page.Story, n.o.Zone)
	if err == nil {
		devices, err = n.o.Alerting.TestAlert(r.Context(), who, a)
	}
	if err != nil {
		return n.composeAgain(w, r, page, err)
	}
	page.Done = "The test went to your " + plural(devices, "device", "devices") + ". No reader gets it."
	if devices == 0 {
		page.Done, page.Problem = "", "The test reached none of your devices. Register this browser under Devices, then try again."
	}
	return n.showCompose(w, r, http.StatusOK, page)
}

// composeAgain shows the form with what was typed and what is wrong with it.
func (n *Newsroom) composeAgain(w http.ResponseWriter, r *http.Request, page composePage, err error) error {
	x := web.Explain(err)
	if x.Internal() || x.Status == http.StatusServiceUnavailable || x.Status == http.StatusNotFound {
		return err
	}
	return n.showCompose(w, r, page.failed(err), page)
}

// sendAlert lets an alert go: as far as who may alone. What is sent is what the preview
// on the screen counted; if it counted somebody else, the form comes back.
func (n *Newsroom) sendAlert(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	page, err := n.composed(w, r, who)
	if err != nil {
		return err
	}
	if page.Form.Seen != page.Form.Whom() {
		err := news.Refuse(news.Conflict, "Nothing was sent: you chose other readers since the number on the button was counted. Look at the new number, then send.")
		return n.composeAgain(w, r, page, err)
	}
	a, err := page.Form.alert(page.Story, n.o.Zone)
	if err != nil {
		return n.composeAgain(w, r, page, err)
	}
	sent, err := n.o.Alerting.ComposeAlert(r.Context(), who, a)
	if kept := n.keptAnyway(r, who, a.ID, err); kept != nil {
		sent, err = kept, nil
	}
	if err != nil {
		return n.composeAgain(w, r, page, err)
	}
	done := ""
	if sent.Title != a.Title || sent.Body != a.Body || sent.Audience.All != a.Audience.All {
		done = "alert-before" // the form was sent before, with other words: those went out
	}
	return seeOther(w, r, alertPath(sent.ID), done)
}

// keptAnyway gives the alert that is there although err was answered: made by the same form
// at the same moment, which two clicks without script are, or kept but not yet known to
// be everywhere. It is nil if there is none, or nothing of the kind happened.
func (n *Newsroom) keptAnyway(r *http.Request, who news.Actor, id news.AlertID, err error) *news.Alert {
	if err == nil || (!web.Explain(err).Internal() && web.Explain(err).Status != http.StatusServiceUnavailable) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), pageTime)
	defer cancel()
	a, _, look := n.o.Alerting.Alert(ctx, who, id)
	if look != nil || a.Composer.ID != who.ID {
		return nil
	}
	n.o.Log.Warn("an alert is kept, though its form was answered with an error", "alert", id, "err", err)
	return a
}

func alertPath(id news.AlertID) string { return "/desk/alerts/" + string(id) }
