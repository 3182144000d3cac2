package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// A contentReply is a revision's or a version's content. Its fields have the names
// that requests use.
type contentReply struct {
	Headline      string          `json:"headline"`
	Standfirst    *string         `json:"standfirst"`
	Kicker        *string         `json:"kicker"`
	ShortHeadline *string         `json:"short_headline"`
	Dateline      *string         `json:"dateline"`
	Byline        []ref           `json:"byline"`
	Section       *ref            `json:"section"`
	Topics        []ref           `json:"topics"`
	Language      *string         `json:"language"`
	Body          *string         `json:"body,omitempty" doc:"Markdown; not in lists."`
	BodyDoc       json.RawMessage `json:"body_doc,omitempty" doc:"The document itself, which Markdown cannot always say whole; not in lists."`
	Picture       *pictureReply   `json:"picture"`
	Slug          *string         `json:"slug" doc:"As wished."`
	EmbargoUntil  *time.Time      `json:"embargo_until"`
	ExternalURL   *string         `json:"external_url"`
	Comments      string          `json:"comments" enum:"open,closed"`
	ReadMore      readMore        `json:"read_more"`
}

type pictureReply struct {
	Media   string `json:"media"`
	Caption string `json:"caption"`
	Credit  string `json:"credit"`
	Alt     string `json:"alt"`
}

// A storyReply is a story as staff see it: its latest revision.
type storyReply struct {
	ID       string  `json:"id"`
	Kind     string  `json:"kind" enum:"article,page"`
	Status   string  `json:"status" enum:"draft,submitted,approved,scheduled,published,taken-down,killed,spiked"`
	Revision int     `json:"revision" doc:"Counts saves; it is the ETag."`
	Version  int     `json:"version" doc:"Counts publications."`
	URL      *string `json:"url" doc:"Where readers find it; null unless it is published."`
	Path     *string `json:"path" doc:"Its address on the site, which it keeps once it was published."`
	contentReply
	PublishAt   *time.Time      `json:"publish_at"`
	TimeZone    *string         `json:"time_zone"`
	CreatedBy   string          `json:"created_by"`
	CreatedAt   *time.Time      `json:"created_at"`
	ChangedAt   *time.Time      `json:"changed_at" doc:"The last save or step."`
	PublishedAt *time.Time      `json:"published_at" doc:"The first publication."`
	UpdatedAt   *time.Time      `json:"updated_at" doc:"The last change of substance that readers were told of."`
	Notice      *string         `json:"notice" doc:"What readers of a taken-down story are told."`
	Corrections []note          `json:"corrections" doc:"Oldest first."`
	Allowed     []news.Step     `json:"allowed" doc:"What this token may do with it now."`
	Dropped     []markup.Change `json:"dropped,omitempty" doc:"What of the sent text the story document could not hold."`
}

type note struct {
	Kind string     `json:"kind" enum:"correction,clarification,update"`
	Text string     `json:"text"`
	At   *time.Time `json:"at"`
	By   string     `json:"by"`
}

// address is a path as it stands in an address.
func address(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// absolute is a path's whole address.
func (a *API) absolute(path string) string {
	return strings.TrimSuffix(a.o.Public.String(), "/") + address(path)
}

// link is where readers find the story, or null.
func (a *API) link(s *news.Story) *string {
	if s.Status != news.Published || s.Address == "" {
		return nil
	}
	return text(a.absolute(s.Address))
}

func plain(ids []news.StoryID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// content writes c; whole adds the body.
func content(c *news.Content, whole bool) (contentReply, error) {
	out := contentReply{
		Headline: c.Headline, Standfirst: text(c.Standfirst), Kicker: text(c.Kicker), ShortHeadline: text(c.ShortHeadline),
		Dateline: text(c.Dateline), Byline: refs(c.Byline), Section: refOrNull(c.Section), Topics: refs(c.Topics),
		Language: text(c.Language), Slug: text(c.Slug), EmbargoUntil: when(c.EmbargoUntil), ExternalURL: text(c.ExternalURL),
		Comments: "open", ReadMore: readMore{plain(c.ReadMore.Pins), plain(c.ReadMore.Exclusions)},
	}
	if c.CommentsShut {
		out.Comments = "closed"
	}
	if p := c.Picture; p != nil {
		out.Picture = &pictureReply{string(p.Media), p.Caption, p.Credit, p.Alt}
	}
	if whole {
		md := c.Body.Markdown()
		doc, err := c.Body.MarshalJSON()
		if err != nil {
			return out, fmt.Errorf("write a body: %w", err)
		}
		out.Body, out.BodyDoc = &md, doc
	}
	return out, nil
}

func (a *API) story(s *news.Story, who news.Actor, whole bool) (storyReply, error) {
	c, err := content(&s.Content, whole)
	out := storyReply{
		ID: string(s.ID), Kind: string(s.Kind), Status: string(s.Status), Revision: s.Revision, Version: s.Version,
		URL: a.link(s), contentReply: c, PublishAt: when(s.PublishAt), TimeZone: text(s.TimeZone),
		CreatedBy: s.CreatorName, CreatedAt: when(s.Created), ChangedAt: when(s.Changed),
		PublishedAt: when(s.FirstPublished), UpdatedAt: when(s.Updated), Notice: text(s.Notice),
		Corrections: corrections(s), Allowed: append([]news.Step{}, s.Steps(who)...),
	}
	if s.Address != "" {
		out.Path = text(address(s.Address))
	}
	return out, err
}

func corrections(s *news.Story) []note {
	out := make([]note, 0, len(s.Corrections))
	for _, c := range s.Corrections {
		out = append(out, note{string(c.Kind), c.Text, when(c.At), c.By})
	}
	return out
}

// answerStory answers with a whole story and its ETag.
func (a *API) answerStory(status int, s *news.Story, who news.Actor, dropped markup.Report) (answer, error) {
	r, err := a.story(s, who, true)
	if err != nil {
		return answer{}, err
	}
	r.Dropped = dropped
	ans, err := reply(status, r)
	ans.etag = etag(s.Revision)
	return ans, err
}
