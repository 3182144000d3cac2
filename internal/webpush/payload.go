package webpush

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// A Notification is what a browser shows. Browsers that know declarative Web
// Push show it themselves; in others the service worker reads the same JSON.
type Notification struct {
	Title    string `json:"title"`    // needed
	Navigate string `json:"navigate"` // needed: the absolute address that a click opens
	Body     string `json:"body,omitempty"`
	Lang     string `json:"lang,omitempty"` // BCP 47
	Dir      string `json:"dir,omitempty"`  // auto, ltr or rtl
	// Tag makes a later notification with the same tag replace this one.
	Tag      string   `json:"tag,omitempty"`
	Icon     string   `json:"icon,omitempty"`
	Image    string   `json:"image,omitempty"`
	Silent   bool     `json:"silent,omitempty"`
	Renotify bool     `json:"renotify,omitempty"` // sound again when it replaces one
	Actions  []Action `json:"actions,omitempty"`
	// Data is handed to the service worker.
	Data json.RawMessage `json:"data,omitempty"`
}

// An Action is a button on a notification.
type Action struct {
	Action   string `json:"action"`
	Title    string `json:"title"`
	Navigate string `json:"navigate"`
}

// A TooLongError says by how much a payload is too long.
type TooLongError struct{ Size, Max int }

func (e *TooLongError) Error() string {
	return fmt.Sprintf("payload of %d bytes is %d too long: at most %d", e.Size, e.Size-e.Max, e.Max)
}

// Payload is the JSON to encrypt, the same for every browser. It is at most
// MaxPayload bytes; the error for a longer one is a *TooLongError.
func (n *Notification) Payload() ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, fmt.Errorf("make push payload: %w", err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // nothing here is HTML, and escapes take six bytes
	err := enc.Encode(struct {
		WebPush      int           `json:"web_push"`
		Notification *Notification `json:"notification"`
	}{8030, n})
	if err != nil {
		return nil, fmt.Errorf("make push payload: %w", err)
	}
	p := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(p) > MaxPayload {
		return nil, fmt.Errorf("make push payload: %w", &TooLongError{len(p), MaxPayload})
	}
	return p, nil
}

func (n *Notification) check() error {
	if strings.TrimSpace(n.Title) == "" {
		return errors.New("no title")
	}
	for _, s := range []string{n.Title, n.Body, n.Tag} {
		if !utf8.ValidString(s) {
			return errors.New("text is not UTF-8")
		}
	}
	switch n.Dir {
	case "", "auto", "ltr", "rtl":
	default:
		return fmt.Errorf("dir %q: want auto, ltr or rtl", n.Dir)
	}
	if err := absolute("navigate", n.Navigate); err != nil {
		return err
	}
	for name, s := range map[string]string{"icon": n.Icon, "image": n.Image} {
		if s == "" {
			continue
		}
		if err := absolute(name, s); err != nil {
			return err
		}
	}
	for _, a := range n.Actions {
		if a.Action == "" || a.Title == "" {
			return errors.New("action without a name or a title")
		}
		if err := absolute("an action's navigate", a.Navigate); err != nil {
			return err
		}
	}
	return nil
}

// absolute refuses what a browser would take for a path of its own or for
// script.
func absolute(name, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%s %q: want an absolute https address", name, s)
	}
	return nil
}
