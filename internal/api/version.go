package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"dateline/internal/news"
)

// A versionReply is one publication: who, when, why and what.
type versionReply struct {
	Version     int        `json:"version"`
	Revision    int        `json:"revision" doc:"The revision that was published."`
	Change      string     `json:"change" enum:"minor,substance"`
	PublishedAt *time.Time `json:"published_at"`
	By          string     `json:"by"`
	Note        *string    `json:"note"`
	contentReply
}

func version(v *news.Version, whole bool) (versionReply, error) {
	c, err := content(&v.Content, whole)
	return versionReply{
		Version: v.N, Revision: v.Revision, Change: string(v.Change), PublishedAt: when(v.At), By: v.By, Note: text(v.Note), contentReply: c,
	}, err
}

func (a *API) listVersions(ctx context.Context, q *request) (answer, error) {
	limit, err := q.limit(20, 100)
	if err != nil {
		return answer{}, err
	}
	before := 0
	if c := q.query["cursor"]; c != "" {
		if before, err = strconv.Atoi(c); err != nil || before < 1 || before > 1<<30 {
			return answer{}, news.Wrong("cursor", "This cursor was not made by this list.")
		}
	}
	s, err := a.storyFor(ctx, q.who, q.story())
	if err != nil {
		return answer{}, err
	}
	versions, err := a.o.Stories.Versions(ctx, s.ID, before, limit+1)
	if err != nil {
		return answer{}, err
	}
	next := ""
	if len(versions) > limit {
		versions = versions[:limit]
		next = strconv.Itoa(versions[limit-1].N)
	}
	var items []versionReply
	for i := range versions {
		r, err := version(&versions[i], false)
		if err != nil {
			return answer{}, err
		}
		items = append(items, r)
	}
	return replyList(items, next)
}

func (a *API) readVersion(ctx context.Context, q *request) (answer, error) {
	n, err := strconv.Atoi(q.PathValue("n"))
	if err != nil || n < 1 || n > 1<<30 {
		return answer{}, news.Missing("version")
	}
	s, err := a.storyFor(ctx, q.who, q.story())
	if err != nil {
		return answer{}, err
	}
	v, err := a.o.Stories.Version(ctx, s.ID, n)
	if err != nil {
		return answer{}, err
	}
	r, err := version(&v, true)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, r)
}
