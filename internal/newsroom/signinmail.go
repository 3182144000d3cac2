package newsroom

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Whoever asks for a link by mail makes work for a stranger's mailbox: an address gets
// three at once and then one every ten minutes, whoever asks; all together sixty and
// then one a second, so that nobody fills the queue.
const (
	linksEach, linksEachRate = 3, 1.0 / 600
	linksAll, linksAllRate   = 60, 1.0
)

// linkThrottles hold back mails with sign-in links.
type linkThrottles struct{ each, all *auth.Throttle }

func newLinkThrottles(o Options) linkThrottles {
	return linkThrottles{
		each: auth.NewThrottle(linksEach, linksEachRate, 20_000, o.Now),
		all:  auth.NewThrottle(linksAll, linksAllRate, 1, o.Now),
	}
}

// askLink mails a sign-in link to whoever on the staff has the address that a stranger
// types. Staff or not, the answer and the work behind it are the same, and so they are
// when the address has had enough links: the page tells nobody who works here.
func (n *Newsroom) askLink(w http.ResponseWriter, r *http.Request, _ news.Actor) error {
	if n.o.MailLink == nil {
		return news.Missing("page at the desk")
	}
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	email := strings.ToLower(strings.TrimSpace(in.Get("email")))
	view := signInPage{frame: n.frame(r, news.Actor{}, "", "Sign in"), Mail: true, Email: in.Get("email")}
	name, host, ok := strings.Cut(email, "@")
	if !ok || name == "" || host == "" || len(email) > 254 || !utf8.ValidString(email) || strings.ContainsAny(email, " \t\r\n<>\"") {
		return n.render(w, view.failed(news.Wrong("email", "Use a mail address like name@example.org.")), "signin", view)
	}
	if !n.links.all.Allow("", 1) {
		return news.Refuse(news.TooMany, "Many links are being asked for just now. Please wait a minute, or ask an admin.")
	}
	if n.links.each.Allow(email, 1) {
		if err := n.o.MailLink(r.Context(), email); err != nil {
			return err
		}
	}
	view.Done = "If somebody here has this address, a sign-in link is on its way to it. It works once, for one day. Nothing there after a few minutes? Look among the unwanted mail, or ask an admin."
	view.Email = ""
	return n.render(w, http.StatusOK, "signin", view)
}
