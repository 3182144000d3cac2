package site

import (
	"fmt"
	"html/template"
	"strings"
	"testing"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Two sample newsrooms, one English, one Arabic: every page that exists, with
// every part that it can have. All of it is invented.

var sampleZone = time.FixedZone("", 3*3600)

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, sampleZone)
}

// sampleColours are 64 colours of no meaning.
func sampleColours() string {
	var b strings.Builder
	for i := range 64 {
		fmt.Fprintf(&b, ".c%d{background-color:#%02x%02x%02x}\n", i, 80+i%4*30, 90+i/4%4*30, 100+i/16*30)
	}
	return b.String()
}

func samplePicture(n int, alt, caption, credit string) *Picture {
	p := &Picture{Width: 1600, Height: 1067, Alt: alt, Caption: caption, Credit: credit, Colour: n * 7 % 64}
	for _, f := range []struct{ ext, mediaType string }{{"webp", "image/webp"}, {"jpg", "image/jpeg"}} {
		for _, w := range []int{480, 960, 1600} {
			if f.ext == "webp" {
				continue // the test's server draws JPEG alone; see TestPictures
			}
			p.Sources = append(p.Sources, Rendition{fmt.Sprintf("/media/%032x/%d.%s", n, w, f.ext), w, w * 2 / 3, f.mediaType})
		}
	}
	return p
}

var enSections = []NavItem{
	{Name: "World", URL: "/sections/world"}, {Name: "Politics", URL: "/sections/politics"}, {Name: "Business", URL: "/sections/business"},
	{Name: "Culture", URL: "/sections/culture"}, {Name: "Sport", URL: "/sections/sport"}}

var enStories = []StoryCard{
	{Kicker: "The long bridge", Headline: "After nineteen years the bridge to Orrin opens, and the ferry makes its last crossing", Standfirst: "The island’s 4,200 people can drive to hospital for the first time. Not all of them wanted to.", Section: enSections[0]},
	{Kicker: "Water", Headline: "City finds a river it had lost under its streets", Standfirst: "Engineers looking for a leak came upon a vaulted channel that is on no map since 1871.", Section: enSections[0]},
	{Headline: "Parliament votes to publish every minister’s diary, by a margin of one", Standfirst: "The law that nobody expected to pass takes effect in spring.", Section: enSections[1]},
	{Headline: "Harbour strike ends with a night of talks and a shared breakfast", Standfirst: "Dockers return at six. Both sides say they lost.", Section: enSections[2]},
	{Kicker: "Analysis", Headline: "Why the smallest party in the council now decides everything", Standfirst: "Three seats, no programme, and an accountant who reads the footnotes.", Section: enSections[1]},
	{Headline: "The orchestra that rehearses in a bus depot", Standfirst: "Its hall is closed for repairs until 2029. The acoustics, says the conductor, are “frankly better”.", Section: enSections[3]},
	{Headline: "Goalkeeper, 41, saves two penalties in what she says is her last match, again", Standfirst: "Third farewell in as many seasons.", Section: enSections[4]},
	{Headline: "Grain prices fall for the fifth week as silos fill", Standfirst: "Bakers say bread will follow by the new year.", Section: enSections[2]},
	{Headline: "جسر أورين يفتح بعد تسعة عشر عاما والعبّارة تبحر للمرة الأخيرة", Standfirst: "سكان الجزيرة يصلون إلى المستشفى بالسيارة للمرة الأولى.", Lang: "ar", Section: enSections[0]},
	{Headline: "הגשר אל האי נפתח, והמעבורת יוצאת להפלגתה האחרונה", Standfirst: "תושבי האי יכולים לנסוע לבית החולים בפעם הראשונה.", Lang: "he", Section: enSections[0]},
	{Headline: "Mountain village sells its ski lift and buys a library", Section: enSections[3], Standfirst: "Snow came on nine days last winter. The books are lent all year."},
	{Headline: "Small banks must hold more capital from July, regulator says", Section: enSections[2]},
	{Headline: "Opposition leader resigns over a letter she did not write", Section: enSections[1], Standfirst: "The signature was genuine, the date was not."},
	{Headline: "Night trains return to the coast line after a decade", Section: enSections[0], Standfirst: "Two departures a night, sold out until February."},
	{Headline: "Film about a lighthouse keeper takes the main prize", Section: enSections[3]},
	{Headline: "Cyclists finish the mountain stage in fog, and nobody sees who won", Section: enSections[4], Standfirst: "The jury waited for a spectator’s photograph."},
	{Headline: "Chess club of 12-year-olds beats the ministry’s eleven", Section: enSections[4]},
	{Headline: "Council will count trees before it cuts any", Section: enSections[1]},
	{Headline: "Swimmers ask for a longer season in the warmer lake", Section: enSections[4]},
	{Headline: "Poet laureate’s first poem is eleven words long", Section: enSections[3]},
	{Headline: "Glassworks relights its furnace with hydrogen", Section: enSections[2], Standfirst: "A first for the valley, and 140 jobs kept."},
}

var arSections = []NavItem{
	{Name: "العالم", URL: "/sections/world"}, {Name: "سياسة", URL: "/sections/politics"}, {Name: "اقتصاد", URL: "/sections/business"},
	{Name: "ثقافة", URL: "/sections/culture"}, {Name: "رياضة", URL: "/sections/sport"}}

var arStories = []StoryCard{
	{Kicker: "الجسر الطويل", Headline: "بعد تسعة عشر عاما يُفتح جسر أورين وتبحر العبّارة للمرة الأخيرة", Standfirst: "سكان الجزيرة البالغ عددهم 4200 نسمة يصلون إلى المستشفى بالسيارة للمرة الأولى. لم يرد جميعهم ذلك.", Section: arSections[0]},
	{Kicker: "المياه", Headline: "مدينة تعثر تحت شوارعها على نهر ضاع منها", Standfirst: "كان المهندسون يبحثون عن تسرب فوجدوا قناة مقببة لا أثر لها على خريطة منذ 1871.", Section: arSections[0]},
	{Headline: "البرلمان يقر نشر مفكرات الوزراء كلها بفارق صوت واحد", Standfirst: "يسري القانون في الربيع.", Section: arSections[1]},
	{Headline: "إضراب الميناء ينتهي بليلة من المفاوضات وفطور مشترك", Standfirst: "يعود العمال في السادسة.", Section: arSections[2]},
	{Kicker: "تحليل", Headline: "لماذا يقرر أصغر أحزاب المجلس كل شيء الآن", Section: arSections[1]},
	{Headline: "الأوركسترا التي تتدرب في مرأب للحافلات", Standfirst: "قاعتها مغلقة للترميم حتى 2029.", Section: arSections[3]},
	{Headline: "حارسة مرمى في الحادية والأربعين تصد ركلتي جزاء", Section: arSections[4]},
	{Headline: "أسعار الحبوب تتراجع للأسبوع الخامس", Section: arSections[2]},
	{Headline: "The bridge to Orrin opens after nineteen years", Lang: "en", Section: arSections[0]},
	{Headline: "قرية جبلية تبيع مصعد التزلج وتشتري مكتبة", Section: arSections[3]},
	{Headline: "على المصارف الصغيرة رفع رأس مالها من يوليو", Section: arSections[2]},
	{Headline: "زعيمة المعارضة تستقيل بسبب رسالة لم تكتبها", Section: arSections[1]},
}

// A sample is one newsroom with its renderer.
type sample struct {
	r        *Renderer
	lang     string
	name     string
	sections []NavItem
	stories  []StoryCard
	assets   *web.Assets
}

func newSample(t testing.TB, lang string) *sample {
	t.Helper()
	s := &sample{lang: lang, name: "Dateline", sections: enSections, stories: enStories}
	if lang == "ar" {
		s.name, s.sections, s.stories = "خط التاريخ", arSections, arStories
	}
	s.assets = web.NewAssets()
	var err error
	if s.r, err = NewRenderer(Options{s.name, lang, sampleZone, s.assets, sampleColours()}); err != nil {
		t.Fatal(err)
	}
	stories := make([]StoryCard, len(s.stories))
	for i, c := range s.stories {
		c.URL = fmt.Sprintf("/2026/11/25/story-%d", i)
		c.Published = at(25, 14, 5).Add(-time.Duration(i*i*7+i*38) * time.Minute)
		if i != 4 && i != 11 && i != 8 {
			c.Picture = samplePicture(i, "A drawing of hills", "", "")
		}
		stories[i] = c
	}
	s.stories = stories
	return s
}

func (s *sample) chrome(path string) Chrome {
	about, privacy := "About", "Privacy"
	if s.lang == "ar" {
		about, privacy = "من نحن", "الخصوصية"
	}
	c := Chrome{SiteName: s.name, Origin: "https://news.example", Path: path, Sections: s.sections,
		Pages: []NavItem{{Name: about, URL: "/about"}, {Name: privacy, URL: "/privacy"}}, Feeds: FeedsAt("", s.name)}
	if path != "/alerts" { // some without the breaking bar
		c.Breaking = NavItem{Name: s.stories[0].Headline, URL: s.stories[0].URL}
	}
	return c
}

func (s *sample) front() *FrontPage {
	p := &FrontPage{Chrome: s.chrome("/"), Lead: &s.stories[0], Pinned: s.stories[1:7], Updated: s.stories[0].Published}
	p.Latest = s.stories[:8]
	for i, sec := range s.sections {
		b := FrontBlock{Section: sec}
		for j := range s.stories {
			if c := s.stories[(j+3)%len(s.stories)]; c.Section.URL == sec.URL && len(b.Stories) < 5 {
				b.Stories = append(b.Stories, c)
			}
		}
		if i == 0 && s.lang == "en" {
			b.Stories = append(b.Stories, s.stories[20], s.stories[12])[:5]
		}
		p.Blocks = append(p.Blocks, b)
	}
	return p
}

const enBody = `The last ferry left Orrin at 7.40 on Wednesday morning with eleven cars, one horse and the brass band of the fire service. By the time it reached the mainland, the bridge had been open for twenty minutes and the first [traffic jam](https://traffic.example/orrin) of the island’s history was over.

“I have made this crossing some thirty thousand times,” said the captain, Ilse Maron, who retires on Friday. “I never once looked at the hills.” She said that the sea had been *flat as a table*, and that this was **no day for storms**.

## Nineteen years, four governments

The bridge is 3.1 kilometres long and cost 412 million crowns, a third more than was promised. It was decided on in 2007, begun in 2011, and stopped twice: once for want of money and once for a colony of terns.

![Captain Ilse Maron on the bridge of the ferry.](media:5 "Captain Ilse Maron on the bridge of the ferry | Lena Hask")

> People say we shall be like everybody else now. We shall have the same shops, and the same reasons to be late.
>
> — Tomas Vell, baker on Orrin

- The ambulance needs 14 minutes to the hospital; the boat took 50.
- A single crossing costs 6 crowns, for islanders nothing.
- In a wind of more than 25 metres a second the bridge closes.

| Year | Ferry | Bridge, expected |
|------|------:|------:|
| 2024 | 1,310 | – |
| 2026 | 1,402 | 3,900 |
| 2030 | – | 5,200 |

Not everybody crossed. In the harbour café the chairs had been turned to face the water, as on every other morning, and when the ferry’s horn sounded for the last time the talk stopped for as long as it lasted.

---

The ship will be sold. Two buyers have come forward: a company that runs tours among glaciers, and the island itself.

<iframe src="https://video.example/orrin" title="The last crossing, filmed from the mast"></iframe>
`

const arBody = `غادرت آخر عبّارة جزيرة أورين في السابعة وأربعين دقيقة من صباح الأربعاء وعلى متنها إحدى عشرة سيارة وحصان واحد وفرقة الإطفاء النحاسية. وحين بلغت البر كان الجسر قد فُتح منذ عشرين دقيقة، وكانت أول [زحمة سير](https://traffic.example/orrin) في تاريخ الجزيرة قد انتهت.

قالت القبطانة إيلسه مارون التي تتقاعد يوم الجمعة: «عبرت نحو ثلاثين ألف مرة ولم أنظر إلى التلال مرة واحدة».

## تسعة عشر عاما وأربع حكومات

يبلغ طول الجسر 3.1 كيلومتر وكلّف 412 مليون كرونة، أي بزيادة الثلث على ما وُعد به. اتُّخذ القرار عام 2007 وبدأ العمل عام 2011 وتوقف مرتين.

![القبطانة](media:5 "القبطانة إيلسه مارون. | لينا هاشم")

> يقولون إننا سنصبح مثل غيرنا الآن.
>
> — توماس فيل، خباز في أورين

- تحتاج سيارة الإسعاف إلى 14 دقيقة.
- ثمن العبور 6 كرونات.

| السنة | العبّارة | الجسر |
|------|------:|------:|
| 2024 | 1,310 | – |
| 2026 | 1,402 | 3,900 |
`

// body renders a story as internal/markup does at publication.
func (s *sample) body(markdown, dateline, lang string) []BodyPiece {
	doc, _ := markup.FromMarkdown(markdown)
	pieces := Pieces(markup.Render(doc, markup.RenderOptions{Dateline: dateline, Lang: lang}), func(slot markup.Slot) BodyPiece {
		return BodyPiece{Picture: samplePicture(5, slot.Alt, slot.Caption, slot.Credit)}
	})
	return append(pieces, BodyPiece{Card: &s.stories[2]})
}

func (s *sample) article() *ArticlePage {
	lead := s.stories[0]
	p := &ArticlePage{Chrome: s.chrome(lead.URL), Kicker: lead.Kicker, Headline: lead.Headline, Standfirst: lead.Standfirst,
		Section: lead.Section, Published: lead.Published, Updated: lead.Published.Add(95 * time.Minute),
		HistoryURL: lead.URL + "/history", Versions: 3, Related: s.stories[1:5]}
	p.SectionURL, p.Talk = lead.Section.URL, s.talk()
	p.Social = Social{Type: "article", Image: "/media/0/1600.jpg", ImageWidth: 1600, ImageHeight: 1067, ImageAlt: "Hills", Published: p.Published,
		Modified: p.Updated, Section: lead.Section.Name, Tags: []string{"Orrin"}, AuthorNames: []string{"Nadia Ferro"}}
	p.PushKey = sampleKey
	p.FollowTopic, p.FollowURL = NavItem{Name: "Orrin", URL: "/alerts?topic=orrin&story=" + sampleStory}, "/alerts?story="+sampleStory
	p.JSONLD = template.JS(`{"@context":"https://schema.org","@type":"NewsArticle","headline":"The bridge"}`)
	if s.lang == "ar" {
		p.Picture = samplePicture(0, "سيارات على الجسر عند الفجر", "أولى السيارات على الجسر صباح الأربعاء.", "لينا هاشم / وكالة أنباء الساحل")
		p.Byline = []NavItem{{Name: "نادية فارس", URL: "/authors/nadia"}, {Name: "Jonas Reyk", URL: "/authors/jonas"}}
		p.Body = s.body(arBody, "أورين", "ar")
		p.Corrections = []Correction{{"correction", at(25, 16, 30), "ذكرت نسخة سابقة أن طول الجسر 3.4 كيلومتر. الصحيح 3.1."}}
		p.Topics = []NavItem{{Name: "أورين", URL: "/topics/orrin"}, {Name: "الجسور", URL: "/topics/bridges"}}
		return p
	}
	p.Picture = samplePicture(0, "Cars with their lights on cross a long bridge at dawn; a ferry passes below.", "The first cars on the bridge on Wednesday morning, seen from the last ferry.", "Lena Hask / Coast News Agency")
	p.Byline = []NavItem{{Name: "Nadia Ferro", URL: "/authors/nadia-ferro"}, {Name: "Jonas Reyk", URL: "/authors/jonas-reyk"}, {Name: "ليلى منصور"}}
	p.Body = s.body(enBody, "ORRIN", "en")
	p.Corrections = []Correction{
		{"correction", at(25, 16, 30), "An earlier version gave the length of the bridge as 3.4 kilometres. It is 3.1."},
		{"clarification", at(25, 18, 0), "The crossing is free for people who are registered on the island, not for all who were born there."}}
	p.Topics = []NavItem{{Name: "Orrin", URL: "/topics/orrin"}, {Name: "Bridges", URL: "/topics/bridges"}, {Name: "أورين", URL: "/topics/orrin-ar", Lang: "ar"}, {Name: "Coast", URL: "/topics/coast"}}
	return p
}

// foreign is a story in a language whose direction is not the site's.
func (s *sample) foreign() *ArticlePage {
	other := newSampleBody(s.lang)
	p := s.article()
	p.Lang, p.Headline, p.Standfirst, p.Kicker = other.lang, other.headline, other.standfirst, other.kicker
	p.Body = s.body(other.body, other.dateline, other.lang)
	p.Picture = samplePicture(0, other.headline, other.headline, "Lena Hask")
	p.Path = "/2026/11/25/foreign"
	return p
}

type foreignBody struct{ lang, headline, standfirst, kicker, dateline, body string }

func newSampleBody(siteLang string) foreignBody {
	if siteLang == "ar" {
		return foreignBody{"en", enStories[0].Headline, enStories[0].Standfirst, enStories[0].Kicker, "ORRIN", enBody}
	}
	return foreignBody{"ar", arStories[0].Headline, arStories[0].Standfirst, arStories[0].Kicker, "أورين", arBody}
}

func (s *sample) listing() *ListingPage {
	p := &ListingPage{Chrome: s.chrome("/sections/world"), Kind: ListSection, Name: s.sections[0].Name, Total: 1234,
		Intro: s.stories[1].Standfirst, Stories: s.stories[:10], Pager: Pager{1, 62, "", "/sections/world?page=2"}}
	p.Feeds = FeedsAt("/sections/world", s.name+": "+p.Name)
	return p
}

func (s *sample) topic() *ListingPage {
	p := s.listing()
	p.Chrome, p.Kind, p.Name, p.Intro = s.chrome("/topics/kadhimi"), ListPerson, "Mustafa al-Kadhimi", ""
	p.Feeds = FeedsAt("/topics/kadhimi", s.name+": "+p.Name)
	p.Aliases = []string{"Mustafa Kazemi", "مصطفى الكاظمي", "Moustafa al-Kazimi"}
	p.Coming = []ComingDate{{at(26, 0, 0), s.stories[2].Headline}, {at(29, 0, 0), "القمة العربية في بغداد"}, {at(30, 0, 0), "Vote of confidence"}}
	return p
}

func (s *sample) history() *HistoryPage {
	a := s.article()
	old := []string{"The bridge is 3.4 kilometres long and cost 412 million crowns.", "It was decided on in 2007.", "Not everybody crossed.", "The ship will be scrapped."}
	now := []string{"The bridge is 3.1 kilometres long and cost 412 million crowns, a third more than was promised.", "It was decided on in 2007.", "Not everybody crossed.", "The ship will be sold."}
	return &HistoryPage{Chrome: s.chrome(a.HistoryURL), Headline: a.Headline, URL: s.stories[0].URL, Versions: []VersionEntry{
		{Number: 4, At: at(25, 18, 0), Kind: VersionMinor},
		{Number: 3, At: at(25, 16, 30), Kind: VersionSubstance, Note: "The length was wrong; the ministry’s figure is for the road.", Changes: []Change{
			{PartHeadline, []ChangedParagraph{{Runs: DiffWords("After nineteen years the bridge opens", a.Headline)}}},
			{PartBody, DiffParagraphs(old, now)}}},
		{Number: 2, At: at(25, 15, 0), Kind: VersionWithheld, Note: "Order of the district court."},
		{Number: 1, At: at(25, 14, 5), Kind: VersionFirst},
	}}
}

func (s *sample) search() *SearchPage {
	p := &SearchPage{Chrome: s.chrome("/search?q=bridge"), Asked: true, Total: 1203, ClearURL: "/search?q=bridge",
		Form:    SearchForm{Query: "bridge", Section: "world", From: "2026-11-01", Sort: "newest", Author: "nadia-ferro", AuthorName: "Nadia Ferro", Topics: []Option{{"orrin", "Orrin"}}},
		Instead: "bridges", Also: []string{"Brycz", "بريدج"}, ExactURL: "/search?exact=1&q=bridge", Topics: []NavItem{{Name: "Orrin", URL: "/topics/orrin"}},
		Pager: Pager{2, 61, "/search?q=bridge", "/search?q=bridge&page=3"}}
	p.Query, p.NoIndex = "bridge", true
	for _, sec := range s.sections {
		p.Form.Sections = append(p.Form.Sections, Option{sec.URL[len("/sections/"):], sec.Name})
	}
	for i, c := range s.stories[:6] {
		r := SearchResult{Story: c}
		if i == 0 {
			r.Headline = []MarkedRun{{"After nineteen years the ", false}, {"bridge", true}, {" to Orrin opens", false}}
			r.Excerpts = [][]MarkedRun{{{"… the ", false}, {"bridge", true}, {" had been open for twenty minutes <b>and</b> the first …", false}}}
		}
		p.Results = append(p.Results, r)
	}
	p.Facets = []Facet{
		{FacetSection, []FacetItem{{s.sections[0].Name, "/search?q=bridge", 1203, true}}},
		{FacetTopic, []FacetItem{{"Orrin", "/search?q=bridge&topic=orrin", 310, false}, {"أورين", "/search?q=bridge&topic=orrin-ar", 12, false}}},
		{FacetAuthor, []FacetItem{{"Nadia Ferro", "/search?q=bridge&author=nadia-ferro", 41, false}}},
		{FacetYear, []FacetItem{{"2026", "/search?q=bridge&from=2026-01-01&to=2026-12-31", 88, false}}}}
	return p
}

// sampleKey is a VAPID key as a server's is.
const sampleKey = "BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApwXKpNcF1rRPF3foIiBHXRdJI2Qhumhf6_LFTeZaNndIo"

const sampleStory = "019abcde-0000-7000-8000-000000000001"

func (s *sample) alerts() *AlertsPage {
	p := &AlertsPage{Chrome: s.chrome("/alerts"), Mail: true, Topics: []AlertChoice{{ID: "orrin", Name: "Orrin", On: true}, {ID: "bridges", Name: "Bridges"},
		{ID: "parliament", Name: "Parliament"}, {ID: "coast", Name: "Coast"}, {ID: "water", Name: "Water"}, {ID: "orrin-ar", Name: "أورين", Lang: "ar"}},
		Stories: []AlertChoice{{ID: sampleStory, Name: s.stories[0].Headline, On: true}}}
	p.PushKey = sampleKey
	p.Shown = []AlertEntry{
		{ID: "019abcde-0000-7000-8000-000000000003", Title: s.stories[0].Headline, Body: s.stories[0].Standfirst, URL: s.stories[0].URL, At: at(25, 14, 6), Changed: at(25, 14, 20), Was: "Bridge to Orrin collapses on its first day"},
		{ID: "019abcde-0000-7000-8000-000000000002", Title: s.stories[2].Headline, Body: s.stories[2].Standfirst, URL: s.stories[2].URL, At: at(24, 21, 40)},
		{ID: "019abcde-0000-7000-8000-000000000001", Title: "This alert was withdrawn", Lang: "en", At: at(23, 7, 12), Changed: at(23, 7, 30), Withdrawn: true}}
	return p
}

// pages are every kind of page, by a name for files and messages.
func (s *sample) pages() map[string]Page {
	nothing := s.search()
	nothing.Results, nothing.Facets, nothing.Total = nil, nil, 0
	nothing.Form.Query, nothing.Query = "brigde", "brigde"
	problem := s.search()
	problem.Asked, problem.Results, problem.Problems = false, nil, []SearchProblem{ProblemFrom, ProblemUnknown}
	ask := &SearchPage{Chrome: s.chrome("/search"), Form: problem.Form}
	ask.Form.Author, ask.Form.Query, ask.Form.From = "", "", ""
	bare := s.article()
	bare.Chrome = s.chrome("/2026/11/25/bare")
	bare.Kicker, bare.Standfirst, bare.Picture, bare.Byline, bare.Updated = "", "", nil, nil, time.Time{}
	bare.FollowTopic = NavItem{}
	bare.Corrections, bare.Topics, bare.Related, bare.Versions, bare.Talk = nil, nil, nil, 1, Talk{URL: "/2026/11/25/bare/comments", Shut: news.CommentsShutByDate}
	bare.External, bare.Preview, bare.Section = "https://www.other.example/story", true, NavItem{}
	empty := &FrontPage{Chrome: s.chrome("/")}
	topic := s.listing()
	topic.Chrome, topic.Kind, topic.Name, topic.Stories, topic.Total, topic.Pager = s.chrome("/topics/x"), ListPlace, "Orrin", nil, 0, Pager{}
	page2 := s.listing()
	page2.Path, page2.Pager = "/sections/world?page=2", Pager{2, 62, "/sections/world", "/sections/world?page=3"}
	stop := s.alerts()
	stop.Stop = &AlertStop{What: "topic:orrin", Name: "Orrin"}
	byMail := s.alerts()
	byMail.PushKey = ""
	about := "About"
	if s.lang == "ar" {
		about = "من نحن"
	}
	lost := s.chrome("")
	lost.NoIndex = true
	all := map[string]Page{
		"front": s.front(), "front-empty": empty, "article": s.article(), "article-foreign": s.foreign(), "article-bare": bare,
		"listing": s.listing(), "listing-topic": s.topic(), "listing-page2": page2, "listing-empty": topic, "history": s.history(),
		"search": s.search(), "search-nothing": nothing, "search-problem": problem, "search-ask": ask,
		"standing": &StandingPage{Chrome: s.chrome("/about"), Headline: about, Body: s.body(enBody, "", "en"), Updated: at(1, 9, 0)},
		"alerts":   s.alerts(), "alerts-none": &AlertsPage{Chrome: s.chrome("/alerts")}, "alerts-stop": stop, "alerts-mail": byMail,
		"mail-sent": &MailPage{Chrome: lost, Step: MailSent}, "mail-wrong": &MailPage{Chrome: lost, Step: MailWrong},
		"mail-confirm": &MailPage{Chrome: lost, Step: MailConfirm, Action: confirmPath, ID: "1", Key: "2"},
		"mail-stop":    &MailPage{Chrome: lost, Step: MailStop, Action: stopPath + "?id=1&key=2"}, "mail-old": &MailPage{Chrome: lost, Step: MailOld},
		"mail-on": &MailPage{Chrome: lost, Step: MailOn}, "mail-off": &MailPage{Chrome: lost, Step: MailOff},
		"talk": s.talkPage(), "talk-thread": s.threadPage(), "comment-write": s.ownComment(CommentWrite), "comment-show": s.ownComment(CommentShow),
		"comment-edit": s.ownComment(CommentEdit), "comment-delete": s.ownComment(CommentDelete), "comment-flag": s.ownComment(CommentFlag), "comment-thanks": s.ownComment(CommentThanks),
		"mine": s.mine(), "mine-none": &MinePage{Chrome: lost, Name: "Ann"},
		"signin": s.signIn(SignInAsk), "signin-code": s.signIn(SignInCode), "signin-link": s.signIn(SignInLink), "signin-old": s.signIn(SignInOld), "signin-name": s.signIn(SignInName), "signin-draft": s.signIn(SignInDraft),
		"account": s.account(AccountShow), "account-delete": s.account(AccountDelete), "account-deleted": s.account(AccountDeleted), "account-stop": s.account(AccountStop), "account-stopped": s.account(AccountStopped),
		"gone":      &GonePage{Chrome: lost, Notice: "We took this story down because its main source has withdrawn.\nThe newsroom", At: at(25, 20, 0)},
		"not-found": &FailurePage{Chrome: lost, Status: 404, Latest: s.stories[:5]},
		"broken":    &FailurePage{Chrome: lost, Status: 500, Reference: "req-7f3a"},
		"down":      &FailurePage{Chrome: lost, Status: 503},
	}
	for _, p := range all {
		s.r.Describe(p)
	}
	return all
}
