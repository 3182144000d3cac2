package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/web"
)

// A request is one call that its route admitted, with its body read.
type request struct {
	*http.Request
	who    news.Actor  // nobody where anyone may call and no token came
	reader news.Reader // who comments, where a reader asks
	query  map[string]string
	body   []byte // JSON as it was sent, or a file
	name   string // of the file
}

// guard stands before a route: who asks, what, and how long it may take.
func (a *API) guard(rt Route) web.Handler {
	within := rt.within
	if within == 0 {
		within = readTime
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", web.NoSniff)
		start := time.Now()
		q := &request{Request: r}
		var err error
		if q.who, q.reader, err = a.admitAny(rt, r); err != nil {
			return err
		}
		if q.query, err = readQuery(r.URL.RawQuery, rt.Query); err != nil {
			return err
		}
		if wait := a.throttled(rt, q); wait > 0 {
			tooSoon{wait, "Too many requests came from your network. Ask again a little later, or with a token."}.write(w, r)
			return nil
		}
		ctx := r.Context()
		if rt.within > 0 {
			// Reading a body takes what time it takes. What was begun is finished, and
			// its answer kept under its key, even if the caller hangs up.
			ctx, start = context.WithoutCancel(ctx), time.Now()
			if rt.In != nil {
				leave, err := a.readBody(rt, w, q)
				if err != nil {
					return err
				}
				defer leave()
				start = time.Now()
			}
		}
		ctx, cancel := context.WithDeadline(ctx, start.Add(within))
		defer cancel()
		if _, file := rt.In.(upload); !file && len(q.body) > web.LongText {
			leave, err := a.o.Texts.Enter(ctx)
			if err != nil {
				return err
			}
			defer leave()
		}
		ans, err := a.once(ctx, rt, q)
		if late := (tooSoon{}); errors.As(err, &late) {
			late.write(w, r)
			return nil
		}
		if err != nil {
			return err
		}
		return ans.write(w)
	}
}

// admitAny lets readers in where they may come, and else who admit does. A signed-in
// browser counts for readers alone; what it sends is JSON, which no form of another site
// can, and its cookie stays at home when another site sends.
func (a *API) admitAny(rt Route, r *http.Request) (news.Actor, news.Reader, error) {
	if (rt.Who != Speakers && rt.Who != Talkers && !auth.IsReaderToken(r)) || a.o.Readers == nil {
		who, err := a.admit(rt, r)
		return who, news.Reader{}, err
	}
	if rt.Who == Speakers || rt.Who == Talkers || rt.Who == Anyone {
		if auth.IsReaderToken(r) || len(r.Header.Values("Authorization")) == 0 {
			ctx, cancel := context.WithTimeout(r.Context(), readTime)
			defer cancel()
			reader, err := a.o.Readers.FromRequest(r.WithContext(ctx))
			if err != nil && (rt.Who == Speakers || auth.IsReaderToken(r) || news.KindOf(err) != news.Unauthenticated) {
				return news.Actor{}, reader, err
			}
			if err == nil {
				return news.Actor{ID: string(reader.ID), Name: reader.Name, Via: "api"}, reader, nil
			}
		}
		who, err := a.admit(rt, r)
		if err != nil && rt.Who == Speakers && news.KindOf(err) == news.Denied {
			err = news.Refuse(news.Denied, "Readers comment, not the newsroom's programs: use a token that dateline reader add gave.")
		}
		return who, news.Reader{}, err
	}
	return news.Actor{}, news.Reader{}, news.Refuse(news.Denied, "This needs the role %s. A reader's token only comments.", rt.Who)
}

// admit says who asks, or why they may not. Only the Authorization header counts: a
// browser that is signed in at the desk is no program, and no page of another site
// can borrow it.
func (a *API) admit(rt Route, r *http.Request) (news.Actor, error) {
	if len(r.Header.Values("Authorization")) == 0 {
		if rt.Who == Anyone {
			return news.Actor{}, nil
		}
		return news.Actor{}, news.Refuse(news.Unauthenticated, "This needs a token. Send it as Authorization: Bearer TOKEN.")
	}
	if strings.TrimSpace(r.Header.Get("Authorization")) == "" || len(r.Header.Values("Authorization")) > 1 {
		return news.Actor{}, news.Refuse(news.Unauthenticated, "Send one token, as Authorization: Bearer TOKEN.")
	}
	ctx, cancel := context.WithTimeout(r.Context(), readTime)
	defer cancel()
	who, err := a.o.Doorman.FromRequest(r.WithContext(ctx))
	if err != nil {
		return news.Actor{}, err
	}
	if !rt.Who.Admits(who.Role) {
		return news.Actor{}, news.Refuse(news.Denied, "This needs the role %s. The token %q has the role %s.", rt.Who, who.Name, who.Role)
	}
	return who, nil
}

// Searching without a token is limited by address: far above a reader or a widget,
// below whoever copies the archive.
const (
	searchBurst = 200
	searchRate  = 20 // a second
)

// throttled is how long a caller without a token has to wait; 0 lets it in. Callers
// on this machine are not counted: behind a proxy that was not named as trusted
// everybody would be one of them.
func (a *API) throttled(rt Route, q *request) time.Duration {
	limit := rt.limit
	if limit == nil && rt.Out != nil {
		limit = a.asking
	}
	if rt.Who != Anyone || limit == nil || q.who.ID != "" {
		return 0
	}
	from := a.o.Client(q.Request)
	if !from.IsValid() || from.IsLoopback() {
		return 0
	}
	block := web.Block(from).String()
	if limit.Allow(block, 1) {
		return 0
	}
	return max(limit.Wait(block, 1), time.Second)
}
