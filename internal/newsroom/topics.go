package newsroom

import (
	"net/http"
	"net/url"
	"strings"

	"dateline/internal/news"
	"dateline/internal/web"
)

type topicsPage struct {
	frame
	Topics []news.Topic
	Kinds  []news.TopicKind
	Next   string
	Missed bool       // there is a list of searches that found nothing
	Topic  news.Topic // the one that is edited; without a slug a new one
	Others string     // its aliases, one a line
	Days   string     // its dates, one a line
}

const topicsLength = 100

func (n *Newsroom) topics(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showTopics(w, r, who, news.Topic{}, nil)
}

func (n *Newsroom) showTopics(w http.ResponseWriter, r *http.Request, who news.Actor, typed news.Topic, refused error) error {
	view := topicsPage{
		frame: n.frame(r, who, "topics", "Topics"), Kinds: news.TopicKinds,
		Topic: typed, Others: strings.Join(typed.Aliases, "\n"), Days: daysText(typed.Dates), Missed: n.o.Missed != nil,
	}
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	if typed.Slug == "" {
		topics, next, err := n.o.Shelf.AllTopics(r.Context(), r.URL.Query().Get("cursor"), topicsLength)
		if err != nil {
			return err
		}
		view.Topics = topics
		if next != "" {
			view.Next = "/desk/topics?cursor=" + url.QueryEscape(next)
		}
	}
	return n.render(w, status, "topics", view)
}

func (n *Newsroom) topic(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	t, err := n.o.Shelf.Topic(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	return n.showTopics(w, r, who, t, nil)
}

// saveTopic changes the topic in the address, or adds one.
func (n *Newsroom) saveTopic(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	t := news.Topic{Slug: r.PathValue("slug"), Name: in.Get("name"), Kind: news.TopicKind(in.Get("kind"))}
	for line := range strings.Lines(in.Text("aliases")) {
		if line = strings.TrimSpace(line); line != "" {
			t.Aliases = append(t.Aliases, line)
		}
	}
	t.Dates = daysTyped(in.Text("dates"))
	if t.Slug != "" {
		if _, err := n.o.Shelf.Topic(r.Context(), t.Slug); err != nil {
			return err
		}
	} else if slug := news.Slug(t.Name); slug != "" {
		old, err := n.o.Shelf.Topic(r.Context(), slug)
		if err == nil {
			return n.showTopics(w, r, who, t, news.Wrong("name", "There is a topic with this address already: %s.", old.Name))
		}
		if news.KindOf(err) != news.NotFound {
			return err
		}
	}
	if _, err := n.o.Publishing.SaveTopic(r.Context(), who, t); err != nil {
		if news.KindOf(err) == news.Invalid {
			return n.showTopics(w, r, who, t, err)
		}
		return err
	}
	return seeOther(w, r, "/desk/topics", "topic")
}

// daysText writes a topic's dates as they are typed: a day and what happens, one a line.
func daysText(dates []news.TopicDate) string {
	var b strings.Builder
	for _, d := range dates {
		b.WriteString(strings.TrimSpace(d.On+" "+d.Title) + "\n")
	}
	return b.String()
}

func daysTyped(text string) (dates []news.TopicDate) {
	for line := range strings.Lines(text) {
		on, title, _ := strings.Cut(strings.TrimSpace(line), " ")
		if on != "" {
			dates = append(dates, news.TopicDate{On: on, Title: strings.TrimSpace(title)})
		}
	}
	return dates
}
