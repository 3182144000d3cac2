package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// exportCmd writes everything that a newsroom would take elsewhere.
type exportCmd struct {
	place
	Format string `arg:"" help:"jsonl: JSON lines, one thing each: sections, topics, authors, pictures, stories, comments." enum:"jsonl"`
	Path   string `arg:"" help:"File to write; it must not be there yet. - for standard output."`
}

func (c *exportCmd) Run(ctx context.Context, std *std) (err error) {
	s, err := c.open(ctx, logger(std.err))
	if err != nil {
		return err
	}
	defer s.Close()
	out := std.out
	if c.Path != "-" {
		f, err := os.OpenFile(c.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("write the export: %w; name a file that is not there yet", err)
		}
		defer func() {
			if err = errors.Join(err, f.Close()); err != nil {
				os.Remove(c.Path) // half of an export looks like a whole one
			}
		}()
		out = f
	}
	w := bufio.NewWriterSize(out, 1<<16)
	x := &export{store: s, to: json.NewEncoder(w), authors: map[string]bool{}, pictures: map[news.MediaID]bool{}}
	x.to.SetEscapeHTML(false)
	if err := errors.Join(x.all(ctx), w.Flush()); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if c.Path != "-" {
		fmt.Fprintf(std.out, "%d stories, %d comments, %d pictures named (their files are in the media store)\n", x.stories, x.comments, len(x.pictures))
	}
	return nil
}

// An export is one on its way. Things come before what refers to them.
type export struct {
	store             *store.Store
	to                *json.Encoder
	authors           map[string]bool
	pictures          map[news.MediaID]bool
	stories, comments int
}

// The lines. Names are the API's where it has them, so that a story can be posted again.
type (
	exportSection struct {
		Type     string `json:"type"`
		Slug     string `json:"slug"`
		Name     string `json:"name"`
		Position int    `json:"position"`
	}
	exportTopic struct {
		Type    string           `json:"type"`
		Slug    string           `json:"slug"`
		Name    string           `json:"name"`
		Kind    news.TopicKind   `json:"kind"`
		Aliases []string         `json:"aliases,omitempty"`
		Dates   []news.TopicDate `json:"dates,omitempty"`
	}
	exportAuthor struct {
		Type string `json:"type"`
		Slug string `json:"slug"`
		Name string `json:"name"`
		Bio  string `json:"bio,omitempty"`
	}
	exportPicture struct {
		Type    string       `json:"type"`
		ID      news.MediaID `json:"id"`
		File    string       `json:"file"` // the original, in the media store
		Kind    string       `json:"media_type"`
		Width   int          `json:"width"`
		Height  int          `json:"height"`
		Caption string       `json:"caption,omitempty"`
		Credit  string       `json:"credit,omitempty"`
		Alt     string       `json:"alt,omitempty"`
	}
	exportStory struct {
		Type        string         `json:"type"`
		ID          news.StoryID   `json:"id"`
		Kind        news.StoryKind `json:"kind"`
		Status      news.Status    `json:"status"`
		Path        string         `json:"path,omitempty"`
		CreatedAt   time.Time      `json:"created_at"`
		PublishedAt time.Time      `json:"published_at,omitzero"`
		UpdatedAt   time.Time      `json:"updated_at,omitzero"`
		PublishAt   time.Time      `json:"publish_at,omitzero"`
		TimeZone    string         `json:"time_zone,omitempty"`
		Notice      string         `json:"notice,omitempty"`
		Corrections []exportNote   `json:"corrections,omitempty"`
		Content     *exportContent `json:"content"`
		Unpublished *exportContent `json:"unpublished,omitempty"` // the latest revision, where readers see an older one
	}
	exportNote struct {
		Kind string    `json:"kind"`
		At   time.Time `json:"at"`
		Text string    `json:"text"`
	}
	exportContent struct {
		Headline      string           `json:"headline"`
		Standfirst    string           `json:"standfirst,omitempty"`
		Kicker        string           `json:"kicker,omitempty"`
		ShortHeadline string           `json:"short_headline,omitempty"`
		Dateline      string           `json:"dateline,omitempty"`
		Byline        []news.Ref       `json:"byline,omitempty"`
		Section       news.Ref         `json:"section,omitzero"`
		Topics        []news.Ref       `json:"topics,omitempty"`
		Language      string           `json:"language,omitempty"`
		Body          string           `json:"body"` // Markdown
		Text          string           `json:"text"` // the same without marks
		Picture       *news.PictureUse `json:"picture,omitempty"`
		EmbargoUntil  time.Time        `json:"embargo_until,omitzero"`
		ExternalURL   string           `json:"external_url,omitempty"`
		Comments      string           `json:"comments"`
	}
	exportComment struct {
		Type     string             `json:"type"`
		ID       news.CommentID     `json:"id"`
		Story    news.StoryID       `json:"story"`
		Thread   news.CommentID     `json:"thread"`
		Parent   news.CommentID     `json:"parent,omitempty"`
		Name     string             `json:"name"`
		Staff    bool               `json:"staff,omitempty"`
		Text     string             `json:"text"`
		Status   news.CommentStatus `json:"status"`
		Created  time.Time          `json:"created_at"`
		Edited   time.Time          `json:"edited_at,omitzero"`
		Featured bool               `json:"featured,omitempty"`
		Likes    int                `json:"likes,omitempty"`
	}
)

func (x *export) all(ctx context.Context) error {
	sections, err := x.store.Sections(ctx)
	if err != nil {
		return err
	}
	for _, s := range sections {
		if err := x.to.Encode(exportSection{"section", s.Slug, s.Name, s.Position}); err != nil {
			return err
		}
	}
	for cursor := ""; ; {
		topics, next, err := x.store.AllTopics(ctx, cursor, 1000)
		if err != nil {
			return err
		}
		for _, t := range topics {
			if err := x.to.Encode(exportTopic{"topic", t.Slug, t.Name, t.Kind, t.Aliases, t.Dates}); err != nil {
				return err
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	for cursor := ""; ; {
		list, next, err := x.store.Stories(ctx, news.StoryList{Cursor: cursor, Limit: 100})
		if err != nil {
			return err
		}
		for i := range list {
			// A list leaves out what only a page needs.
			st, err := x.store.Story(ctx, list[i].ID)
			if news.KindOf(err) == news.NotFound {
				continue // gone since
			}
			if err == nil {
				err = x.story(ctx, st)
			}
			if err != nil {
				return fmt.Errorf("story %s: %w", list[i].ID, err)
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

func (x *export) story(ctx context.Context, st *news.Story) error {
	out := exportStory{
		Type: "story", ID: st.ID, Kind: st.Kind, Status: st.Status, Path: st.Address, CreatedAt: st.Created,
		PublishedAt: st.FirstPublished, UpdatedAt: st.Updated, PublishAt: st.PublishAt, TimeZone: st.TimeZone, Notice: st.Notice,
	}
	for _, c := range st.Corrections {
		out.Corrections = append(out.Corrections, exportNote{string(c.Kind), c.At, c.Text})
	}
	out.Content = exportedContent(&st.Content)
	if st.Live != nil && st.Live.Revision != st.Revision {
		out.Content, out.Unpublished = exportedContent(&st.Live.Content), out.Content
		if err := x.named(ctx, &st.Live.Content); err != nil {
			return err
		}
	}
	if err := x.named(ctx, &st.Content); err != nil {
		return err
	}
	if err := x.to.Encode(out); err != nil {
		return err
	}
	x.stories++
	list, err := x.store.AllComments(ctx, st.ID)
	if err != nil {
		return err
	}
	for _, c := range list {
		x.comments++
		if err := x.to.Encode(exportComment{"comment", c.ID, c.Story, c.Thread, c.Parent, c.Name, c.Staff, c.Text, c.Status, c.Created, c.Edited, c.Featured, c.Likes}); err != nil {
			return err
		}
	}
	return nil
}

// named writes the authors and pictures of a content that were not written yet.
func (x *export) named(ctx context.Context, c *news.Content) error {
	for _, by := range c.Byline {
		if x.authors[by.Slug] {
			continue
		}
		x.authors[by.Slug] = true
		a, err := x.store.Author(ctx, by.Slug)
		if err == nil {
			err = x.to.Encode(exportAuthor{"author", a.Slug, a.Name, a.Bio})
		}
		if err != nil {
			return err
		}
	}
	pictures, err := x.store.Pictures(ctx, c.Pictures())
	if err != nil {
		return err
	}
	for _, id := range c.Pictures() {
		p, ok := pictures[id]
		if !ok || x.pictures[id] {
			continue
		}
		x.pictures[id] = true
		if err := x.to.Encode(exportPicture{"picture", p.ID, p.File(news.Rendition{}), p.Type, p.Width, p.Height, p.Caption, p.Credit, p.Alt}); err != nil {
			return err
		}
	}
	return nil
}

func exportedContent(c *news.Content) *exportContent {
	out := &exportContent{
		Headline: c.Headline, Standfirst: c.Standfirst, Kicker: c.Kicker, ShortHeadline: c.ShortHeadline, Dateline: c.Dateline,
		Byline: c.Byline, Section: c.Section, Topics: c.Topics, Language: c.Language, Body: c.Body.Markdown(), Text: c.Body.Text(),
		Picture: c.Picture, EmbargoUntil: c.EmbargoUntil, ExternalURL: c.ExternalURL, Comments: "open",
	}
	if c.CommentsShut {
		out.Comments = "closed"
	}
	return out
}
