package site

import (
	"fmt"
	"html/template"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

func sampleComment(n int) CommentView {
	texts := []string{"The ferry’s crew brought my mother to hospital in a storm in 1998. I hope they are all offered work on the bridge.", "> They can drive to hospital\n\nIf they have a *car*. There is no bus yet: https://example.org/bus", "سنشتاق إلى العبّارة.", "One more thing: who pays for the upkeep?"}
	names := []string{"Ilse Tarn", "k8", "نور", "A person with quite a long display name"}
	return CommentView{ID: news.CommentID(fmt.Sprintf("019abcde-0000-7000-8000-%012d", n)), Name: names[n%4], HTML: template.HTML(markup.CommentHTML(texts[n%4])), At: at(25, 15, n%60), Likes: n % 5}
}

func (s *sample) talk() Talk {
	t := Talk{URL: "/2026/11/25/bridge/comments", Story: sampleStory, Total: 34, Threads: 21, Order: news.BestComments, Slow: 2 * time.Minute}
	for n := range 4 {
		th := CommentThread{CommentView: sampleComment(10 * n), RestURL: commentHref(sampleComment(10*n).ID) + "/thread"}
		switch n {
		case 0:
			th.Featured = true
			a, b := sampleComment(1), sampleComment(2)
			a.Staff, b.Author, b.Staff, b.AnswerTo, b.AnswerURL = true, true, true, a.Name, "#c-"+string(a.ID)
			th.Answers, th.Rest = []CommentView{a, b}, 12
		case 1:
			th.HTML, th.Name = "", ""
			th.Answers = []CommentView{sampleComment(11)}
		case 2:
			th.Cut, th.Edited = true, at(25, 16, 1)
		}
		t.List = append(t.List, th)
	}
	return t
}

func (s *sample) talkPage() *TalkPage {
	p := &TalkPage{Chrome: s.chrome("/2026/11/25/bridge/comments"), Headline: s.stories[0].Headline, StoryURL: s.stories[0].URL, Talk: s.talk()}
	p.Talk.Pager = Pager{2, 3, p.Talk.URL, p.Talk.URL + "?page=3"}
	return p
}

func (s *sample) threadPage() *TalkPage {
	p := s.talkPage()
	p.Path, p.Whole, p.Next = "/comments/x/thread", &p.Talk.List[0], "/comments/x/thread?after=y"
	p.Whole.Rest = 0
	return p
}

func (s *sample) ownComment(step CommentStep) *CommentPage {
	v := sampleComment(1)
	p := &CommentPage{Chrome: s.chrome(""), Step: step, Headline: s.stories[0].Headline, StoryURL: s.stories[0].URL, Talk: s.talk(), Text: "What I wrote", Name: "Ilse Tarn", ParentView: &v,
		Own: &OwnComment{CommentView: sampleComment(0), Status: news.CommentHeld, Reasons: []string{"It has a link, and you are new here."}, EditTill: at(25, 15, 5)}}
	p.NoIndex, p.Talk.List = true, nil
	if step == CommentWrite {
		p.Problem = "This comment is too long."
	}
	return p
}

func (s *sample) mine() *MinePage {
	p := &MinePage{Chrome: s.chrome(""), Name: "Ilse Tarn", Older: "/account/comments?cursor=1.x"}
	p.NoIndex = true
	for i, status := range []news.CommentStatus{news.CommentPublished, news.CommentHeld, news.CommentRejected, news.CommentDeleted} {
		own := OwnComment{CommentView: sampleComment(i), Status: status, Headline: s.stories[i].Headline, StoryURL: s.stories[i].URL, Lang: s.stories[i].Lang}
		if status == news.CommentHeld {
			own.Reasons, own.EditTill = []string{"It has a link, and you are new here."}, at(25, 15, 5)
		}
		p.Comments = append(p.Comments, own)
	}
	return p
}

func (s *sample) signIn(step SignInStep) *SignInPage {
	p := &SignInPage{Chrome: s.chrome(""), Step: step, Email: "ilse@example.org", Key: "k", Return: "/2026/11/25/bridge", Name: "Ilse",
		Draft: Draft{Text: "What I <wrote>", URL: "/2026/11/25/bridge/comments"}}
	p.NoIndex = true
	if step == SignInName {
		p.Problem = "Somebody else here has this name."
	}
	return p
}

func (s *sample) account(step AccountStep) *AccountPage {
	p := &AccountPage{Chrome: s.chrome(""), Step: step, Reader: news.Reader{Name: "Ilse", Email: "ilse@example.org", MailAnswers: true}, Name: "Ilse", ID: "1", Key: "2", Saved: true}
	p.NoIndex = true
	return p
}
