package syndication

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// A sample newsroom, all of it invented.

var sampleSite = Site{
	Origin: "https://example.org", Name: "The Orrin Courier", Description: "News from the coast & the islands",
	Language: "en", Icon: Image{"/assets/icon-512.png", 512, 512},
}

var (
	began  = time.Date(2026, 11, 25, 6, 30, 0, 0, time.UTC)
	editor = news.Actor{ID: "019ab000-0000-7000-8000-00000000000e", Name: "Editor", Role: news.Editor}
)

func storyID(n int) news.StoryID {
	return news.StoryID(fmt.Sprintf("019ab000-0000-7000-8000-%012x", n))
}
func mediaID(n int) news.MediaID {
	return news.MediaID(fmt.Sprintf("019ab000-0000-7000-9000-%012x", n))
}

func samplePicture(n int) news.Picture {
	p := news.Picture{ID: mediaID(n), Token: fmt.Sprintf("%032x", n), Caption: "The bridge at dawn", Credit: "Orrin Courier/A. Vey",
		Alt: "A long bridge over grey water", Copyright: "© 2026 The Orrin Courier"}
	for _, w := range []int{1600, 480, 960} { // in no order
		p.Renditions = append(p.Renditions, news.Rendition{Width: w, Height: w * 2 / 3, Type: "image/jpeg", Ext: "jpg", Bytes: int64(w) * 100})
	}
	p.Renditions = append(p.Renditions, news.Rendition{Width: 2400, Height: 1600, Type: "image/webp", Ext: "webp", Bytes: 9})
	return p
}

var samplePictures = func() map[news.MediaID]news.Picture {
	m := map[news.MediaID]news.Picture{}
	for i := range 40 {
		m[mediaID(i)] = samplePicture(i)
	}
	return m
}()

const sampleBody = `The bridge to Orrin opened on [Wednesday](/2026/11/24/what-to-know), ending nineteen years of [ferries](https://ferries.example/line?a=1&b=2).

## What changes

> We waited for it & then it was there. 1 < 2.
> — Ilse Marran

- The hospital is twelve minutes away.
- The ferry is for sale.

![Cars in a queue](media:%s "The first cars | A. Vey")

| Year | Cars |
|---|---:|
| 2025 | 0 |
| 2026 | 4,200 |

[[story:%s]]

{{card:https://bridge.example/ "The bridge's own page" "Tolls and hours"}}

Words in <span lang="ar" dir="rtl">العربية</span> stay as they are.`

// sampleStory is published at began plus n minutes, with every part a story can have.
func sampleStory(t testing.TB, n int, change func(*news.Content)) *news.Story {
	t.Helper()
	doc, _ := markup.FromMarkdown(fmt.Sprintf(sampleBody, mediaID(n+1), storyID(n+1)))
	c := news.Content{
		Headline: fmt.Sprintf("After %d years the bridge to Orrin opens", n), Standfirst: "The island’s people can drive to hospital. Not all of them wanted to.",
		ShortHeadline: "Orrin bridge opens", Dateline: "ORRIN", Byline: []news.Ref{{Slug: "ada-vey", Name: "Ada Vey"}, {Slug: "jon-marsh", Name: "Jon Marsh"}},
		Section: news.Ref{Slug: "world", Name: "World"},
		Topics:  []news.Ref{{Slug: "bridges", Name: "Bridges"}, {Slug: "ilse-marran", Name: "Ilse Marran"}, {Slug: "orrin", Name: "Orrin"}},
		Body:    doc, Picture: &news.PictureUse{Media: mediaID(n), Caption: "The bridge & its first day"},
	}
	if change != nil {
		change(&c)
	}
	now := began.Add(time.Duration(n) * time.Minute)
	s, _, err := news.NewStory(storyID(n), news.Article, editor, c, news.Plan{}, "", now.Add(-240*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(editor, "", "", time.UTC, now); err != nil {
		t.Fatal(err)
	}
	return s
}

var sampleTopics = map[string]news.Topic{
	"ilse-marran": {Slug: "ilse-marran", Name: "Ilse Marran", Kind: "person", Aliases: []string{"I. Marran", "Ilse Maran"}},
	"orrin":       {Slug: "orrin", Name: "Orrin", Kind: "place"},
}

func sampleArticle(s *news.Story) Article {
	return Article{Site: sampleSite, Story: s, Pictures: samplePictures, Topics: sampleTopics,
		Cards: map[news.StoryID]news.Card{storyID(1): {ID: storyID(1), Address: "/2026/11/24/earlier", Headline: "What went before & why"}}}
}

func feedOf(stories ...*news.Story) Feed {
	f := Feed{Site: sampleSite, Title: "The Orrin Courier: World", Page: "/sections/world", Pictures: samplePictures,
		Cards: map[news.StoryID]news.Card{}}
	for _, s := range stories {
		c := news.CardOf(s)
		f.Items = append(f.Items, Item{c, s})
		f.Cards[c.ID] = c
	}
	return f
}

// sampleFeed has n stories, newest first, some of them in other languages.
func sampleFeed(t testing.TB, n int) Feed {
	var stories []*news.Story
	for i := n - 1; i >= 0; i-- {
		stories = append(stories, sampleStory(t, i, func(c *news.Content) {
			switch i {
			case 1:
				c.Headline, c.Standfirst, c.Language = "جسر أورين يفتح بعد تسعة عشر عاما", "سكان الجزيرة يصلون إلى المستشفى بالسيارة.", "ar"
				c.Section, c.Byline = news.Ref{Slug: "العالم", Name: "العالم"}, []news.Ref{{Slug: "ليلى", Name: "ليلى"}}
			case 2:
				c.Headline, c.Standfirst, c.Language = "הגשר אל האי נפתח", "תושבי האי יכולים לנסוע.", "he"
			case 3:
				c.ExternalURL = "https://elsewhere.example/story?x=1&y=2"
			case 4:
				c.Byline, c.Picture, c.Standfirst = nil, nil, ""
			}
		}))
	}
	return feedOf(stories...)
}

// formats are the three kinds of feed.
var formats = []struct {
	name  string
	write func(Feed) []byte
}{{"rss", RSS}, {"atom", Atom}, {"json", JSONFeed}}

// checkXML fails the test on any finding but those allowed.
func checkXML(t testing.TB, name string, data []byte, allowed ...string) {
	t.Helper()
	for _, f := range checkFeed(data) {
		if !strings.Contains(strings.Join(allowed, " "), f.rule) {
			t.Errorf("%s: %s", name, f)
		}
	}
}
