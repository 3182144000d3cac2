package api

import (
	"context"
	"net/http"
	"time"

	"dateline/internal/news"
)

// A mediaReply is a picture as staff see it.
type mediaReply struct {
	ID         string           `json:"id"`
	Type       string           `json:"type"`
	Width      int              `json:"width" doc:"Of the original, its orientation applied."`
	Height     int              `json:"height"`
	Bytes      int64            `json:"bytes"`
	Caption    string           `json:"caption" doc:"As the next three, read from its metadata."`
	Credit     string           `json:"credit"`
	Alt        string           `json:"alt"`
	Copyright  string           `json:"copyright"`
	Renditions []renditionReply `json:"renditions"`
	CreatedAt  *time.Time       `json:"created_at"`
	By         string           `json:"by"`
}

type renditionReply struct {
	URL    string `json:"url" doc:"Public while a visible story uses the picture; before that it needs a staff token."`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Type   string `json:"type"`
	Bytes  int64  `json:"bytes"`
}

func (a *API) media(p news.Picture) mediaReply {
	out := mediaReply{
		ID: string(p.ID), Type: p.Type, Width: p.Width, Height: p.Height, Bytes: p.Bytes, Caption: p.Caption, Credit: p.Credit,
		Alt: p.Alt, Copyright: p.Copyright, CreatedAt: when(p.Created), By: p.By, Renditions: []renditionReply{},
	}
	for _, r := range p.Renditions {
		out.Renditions = append(out.Renditions, renditionReply{a.absolute(p.Path(r)), r.Width, r.Height, r.Type, r.Bytes})
	}
	return out
}

func (a *API) addMedia(ctx context.Context, q *request) (answer, error) {
	p, err := a.o.Writing.Upload(ctx, q.who, q.name, q.body)
	if err != nil {
		return answer{}, err
	}
	if p.Created.IsZero() {
		p.Created = a.o.Now()
	}
	ans, err := reply(http.StatusCreated, a.media(p))
	ans.location = "/api/v1/media/" + string(p.ID)
	return ans, err
}

func (a *API) readMedia(ctx context.Context, q *request) (answer, error) {
	p, err := a.o.Shelf.Picture(ctx, news.MediaID(q.PathValue("id")))
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, a.media(p))
}
