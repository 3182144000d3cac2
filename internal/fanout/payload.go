package fanout

import (
	"encoding/json"
	"fmt"
	"strings"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A Dress is what messages of a site have in common, and what only the site knows of
// an alert.
type Dress struct {
	Site    string // the site's own address, such as https://example.org
	Icon    string // absolute address, or empty
	Picture string // the alert's picture: absolute address, or empty
	// Language is the site's, for alerts about a story that names none.
	Language string
	Stop     string // what the button says that ends alerts like this one; empty for no button
}

// Data is what a message tells the service worker besides what it shows.
type Data struct {
	// Alert tells a repeat from another alert.
	Alert news.AlertID `json:"alert"`
	// Made is when the alert was composed, in milliseconds since 1970: of two with one tag
	// it tells the service worker which is the later. Identifiers cannot: a program's are
	// hashes, and the desk's are as old as the form.
	Made int64 `json:"made,omitempty"`
	Stop *Stop `json:"stop,omitempty"`
}

// A Stop says what the button ends: one topic, or one followed story.
type Stop struct {
	Topic string       `json:"topic,omitempty"`
	Story news.StoryID `json:"story,omitempty"`
}

// Payload is what every browser gets of an alert: declarative JSON, at most
// webpush.MaxPayload bytes. The error for too many bytes is a *webpush.TooLongError.
func Payload(a *news.Alert, d Dress) ([]byte, error) {
	site := strings.TrimSuffix(d.Site, "/")
	if a.Language == "" {
		b := *a
		b.Language = d.Language
		a = &b
	}
	n := webpush.Notification{
		Title:    a.Title,
		Body:     a.Body,
		Navigate: site + a.Address,
		Lang:     a.Language,
		Dir:      a.Dir(),
		Tag:      a.Tag(),
		Icon:     d.Icon,
		Image:    d.Picture,
		Renotify: a.Kind != news.NewsAlert, // who saw the mistake has to notice its end
	}
	data := Data{Alert: a.ID}
	if !a.Composed.IsZero() {
		data.Made = a.Composed.UnixMilli()
	}
	page := ""
	switch {
	case a.Audience.Followers:
		data.Stop, page = &Stop{Story: a.Story}, "story:"+string(a.Story)
	case len(a.Audience.Topics) == 1:
		data.Stop, page = &Stop{Topic: a.Audience.Topics[0]}, "topic:"+a.Audience.Topics[0]
	}
	if data.Stop != nil && d.Stop != "" {
		n.Actions = []webpush.Action{{Action: "stop", Title: d.Stop, Navigate: site + news.AlertsAddress + "?stop=" + page}}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("alert %s: %w", a.ID, err)
	}
	n.Data = raw
	p, err := n.Payload()
	if err != nil {
		return nil, fmt.Errorf("alert %s: %w", a.ID, err)
	}
	return p, nil
}
