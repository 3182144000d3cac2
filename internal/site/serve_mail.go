package site

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Mailing is where readers are kept who want alerts by mail.
type Mailing interface {
	// SaveMailSubscription keeps a wish, which counts once it is confirmed and takes the
	// place of what the address had then.
	SaveMailSubscription(ctx context.Context, m news.MailSubscription) error
	// ConfirmMailSubscription is NotFound if there is none with that secret.
	ConfirmMailSubscription(ctx context.Context, id, secret string) (news.MailSubscription, error)
	StopMailSubscription(ctx context.Context, id, secret string) (bool, error)
	// Enqueue has a mail sent: a job of kind "mail".
	Enqueue(ctx context.Context, j news.Job) error
}

// Where alerts by mail are asked for, confirmed and stopped.
const (
	mailPath    = "/alerts/mail"
	confirmPath = "/alerts/mail/confirm"
	stopPath    = "/alerts/mail/stop"
)

// mailLimits keep our form from being used to write to others: so many mails to one
// address, so many from one household.
type mailLimits struct{ address, client *auth.Throttle }

func newMailLimits(now func() time.Time) mailLimits {
	return mailLimits{address: auth.NewThrottle(2, 1.0/3600, 50_000, now), client: auth.NewThrottle(10, 1.0/120, 50_000, now)}
}

// askMail takes an address and a choice, and writes to the address once, to ask. The
// answer is the same whether the address is known, new, or was written to just now, so
// that nobody learns here who reads us.
func (s *Site) askMail(w http.ResponseWriter, r *http.Request) error {
	if !s.mails() {
		return news.Missing("page")
	}
	if !s.limits.client.Allow(web.Block(s.client(r)).String(), 1) {
		return news.Refuse(news.TooMany, "That was asked for very often just now. Wait some minutes.")
	}
	form, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	email, ok := mailAddress(form.Get("email"))
	if !ok {
		return s.mailPage(w, r, http.StatusUnprocessableEntity, &MailPage{Step: MailWrong})
	}
	m, err := s.mailChoice(form.Values)
	if err != nil {
		return err
	}
	if s.limits.address.Allow(email, 1) {
		m.Email = email
		if err := s.askByMail(r.Context(), m); err != nil {
			return err
		}
	}
	http.Redirect(w, r, mailPath, http.StatusSeeOther)
	return nil
}

// mailAddress is a bare address in lower case. Whoever sends the mail looks closer.
func mailAddress(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > 254 {
		return "", false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return "", false
	}
	_, host, _ := strings.Cut(s, "@")
	return s, strings.Contains(strings.Trim(host, "."), ".")
}

// mailChoice reads the form's choice, by the rules for every subscription.
func (s *Site) mailChoice(form url.Values) (news.MailSubscription, error) {
	c := news.Subscription{Topics: form["topic"], OnlyChosen: form.Get("what") == "chosen", Importance: news.Ordinary, Language: s.c.Lang}
	for _, id := range form["story"] {
		c.Stories = append(c.Stories, news.StoryID(id))
	}
	if form.Get("what") == "breaking" {
		c.Importance = news.Breaking
	}
	err := c.Clean()
	return news.MailSubscription{OnlyChosen: c.OnlyChosen, Topics: c.Topics, Stories: c.Stories, Importance: c.Importance, Language: c.Language}, err
}

// askByMail keeps the wish, and has the mail sent whose link confirms it.
func (s *Site) askByMail(ctx context.Context, m news.MailSubscription) error {
	secret := news.LongSecret()
	m.ID, m.Secret, m.Created = news.Secret(), secret, s.c.Now()
	if err := s.c.Mailing.SaveMailSubscription(ctx, m); err != nil {
		return err
	}
	w := s.c.Renderer.Words()
	link := s.origin + confirmPath + "?" + url.Values{"id": {m.ID}, "key": {secret}}.Encode()
	args, err := json.Marshal(struct {
		To       string `json:"to"`
		Subject  string `json:"subject"`
		Text     string `json:"text"`
		Language string `json:"language"`
	}{m.Email, plain(w.MailSubject, "site", s.c.Name), plain(w.MailBody, "site", s.c.Name, "link", link), w.Lang})
	if err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	return s.c.Mailing.Enqueue(ctx, news.Job{Kind: "mail", Args: args})
}

func (s *Site) serveMailSent(w http.ResponseWriter, r *http.Request) error {
	return s.mailPage(w, r, http.StatusOK, &MailPage{Step: MailSent})
}

// serveMailConfirm shows a button: mail programs and their guards open links, and must
// not say yes for the reader.
func (s *Site) serveMailConfirm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return s.mailPage(w, r, http.StatusOK, &MailPage{Step: MailConfirm, Action: confirmPath, ID: q.Get("id"), Key: q.Get("key")})
}

func (s *Site) confirmMail(w http.ResponseWriter, r *http.Request) error {
	if !s.mails() {
		return news.Missing("page")
	}
	form, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	_, err = s.c.Mailing.ConfirmMailSubscription(r.Context(), form.Get("id"), form.Get("key"))
	if news.KindOf(err) == news.NotFound {
		return s.mailPage(w, r, http.StatusNotFound, &MailPage{Step: MailOld})
	}
	if err != nil {
		return err
	}
	return s.mailPage(w, r, http.StatusOK, &MailPage{Step: MailOn})
}

func (s *Site) serveMailStop(w http.ResponseWriter, r *http.Request) error {
	return s.mailPage(w, r, http.StatusOK, &MailPage{Step: MailStop, Action: stopPath + "?" + stopQuery(r).Encode()})
}

// stopMail ends the mails: for the button, and for mail programs that post to the link
// itself (RFC 8058), which is why what it needs stands in the address. Stopped twice is
// stopped.
func (s *Site) stopMail(w http.ResponseWriter, r *http.Request) error {
	if s.c.Mailing == nil {
		return news.Missing("page")
	}
	q := stopQuery(r)
	if _, err := s.c.Mailing.StopMailSubscription(r.Context(), q.Get("id"), q.Get("key")); err != nil && news.KindOf(err) != news.NotFound {
		return err
	}
	return s.mailPage(w, r, http.StatusOK, &MailPage{Step: MailOff})
}

func stopQuery(r *http.Request) url.Values {
	q := r.URL.Query()
	return url.Values{"id": {q.Get("id")}, "key": {q.Get("key")}}
}

// mailPage is one reader's own, so that nothing of it is kept.
func (s *Site) mailPage(w http.ResponseWriter, r *http.Request, status int, p *MailPage) error {
	if !s.mails() && p.Step != MailStop && p.Step != MailOff {
		return news.Missing("page")
	}
	c, err := s.chrome(r.Context(), "", "")
	if err != nil {
		return err
	}
	p.Chrome = c
	return s.own(w, r, status, p)
}

// client is the address a request comes from.
func (s *Site) client(r *http.Request) netip.Addr {
	if s.c.Client != nil {
		return s.c.Client(r)
	}
	ap, _ := netip.ParseAddrPort(r.RemoteAddr)
	return ap.Addr()
}
