package fanout

import (
	"fmt"
	"strings"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// Payload is what every browser gets of an alert: declarative JSON, at most
// webpush.MaxPayload bytes. site is the site's own address, such as
// https://example.org; icon and picture are absolute addresses or empty. The error for
// too many bytes is a *webpush.TooLongError.
func Payload(a *news.Alert, site, icon, picture string) ([]byte, error) {
	n := webpush.Notification{
		Title:    a.Title,
		Body:     a.Body,
		Navigate: strings.TrimSuffix(site, "/") + a.Address,
		Lang:     a.Language,
		Dir:      a.Dir(),
		Tag:      a.Tag(),
		Icon:     icon,
		Image:    picture,
		Renotify: a.Kind != news.NewsAlert, // who saw the mistake has to notice its end
	}
	p, err := n.Payload()
	if err != nil {
		return nil, fmt.Errorf("alert %s: %w", a.ID, err)
	}
	return p, nil
}
