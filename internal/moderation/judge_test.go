package moderation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func posting() *news.Posting {
	return &news.Posting{Now: now, Card: news.Card{FirstPublished: now, Section: news.Ref{Slug: "world"}}, Policy: news.CommentPolicy{}.Complete(), Reader: news.Reader{Name: "Ann", Passed: 3}}
}

func wordsRule(words ...string) news.Rule {
	return news.Rule{ID: "w", Name: "Words", Kind: news.RuleWords, Words: words, Effect: news.HoldEffect}
}

// TestWords: however a word is dressed up, it is found and named as it stands; words that
// only contain it are not.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		word, text string
		want       []string
	}{
		{"spam", "This is SPAM, clearly.", []string{"SPAM"}},
		{"spam", "this is sp\u200bam and ѕраm and ｓｐａｍ", []string{"sp\u200bam", "ѕраm", "ｓｐａｍ"}},
		{"spam", "s p a m or s.p.a.m or $p4m", []string{"s p a m", "s.p.a.m", "$p4m"}},
		{"spam", "spaaaam", []string{"spaaaam"}},
		{"spam", "spampe wispam", nil},
		{"ass", "a class of passengers assesses", nil},
		{"buy now", "BUY   NOW!!", []string{"BUY   NOW"}},
		{"idiot*", "Idiotic idiots", []string{"Idiotic", "idiots"}},
		{"crème", "creme", []string{"creme"}},
		{"مجرم", "هذا مُجرم كبير", []string{"مُجرم"}},
		{"笨蛋", "他是个笨蛋吧", []string{"笨蛋"}},
		{"cool", "that is cooool", []string{"cooool"}},
		{"12", "in 2012 and 12 more", []string{"12"}},
	} {
		if got := newTerm(c.word).find(read(c.text)); !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: %q, want %q", c.word, c.text, got, c.want)
		}
	}
}

// TestJudge: every hold says which rule, which words, and says it kindly.
func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		set    func(p *news.Posting)
		text   string
		status news.CommentStatus
		rule   string
		words  []string
	}{
		"plain": {func(*news.Posting) {}, "I do not agree.", news.CommentPublished, "", nil},
		"words": {func(p *news.Posting) { p.Rules = []news.Rule{wordsRule("casino")} }, "My Cas1no", news.CommentHeld, "w", []string{"Cas1no"}},
		"rejects": {func(p *news.Posting) {
			r := wordsRule("casino")
			r.Effect = news.RejectEffect
			p.Rules = []news.Rule{r}
		}, "casino", news.CommentRejected, "w", []string{"casino"}},
		"section":       {func(p *news.Posting) { r := wordsRule("casino"); r.Section = "sport"; p.Rules = []news.Rule{r} }, "casino", news.CommentPublished, "", nil},
		"new link":      {func(p *news.Posting) { p.Reader.Passed = 0; p.Rules = DefaultRules(now) }, "see https://a.example/x", news.CommentHeld, "Links of new people", []string{"https://a.example/x"}},
		"new bare link": {func(p *news.Posting) { p.Reader.Passed = 0; p.Rules = DefaultRules(now) }, "see www.a.example now", news.CommentHeld, "Links of new people", []string{"www.a.example"}},
		"known link":    {func(p *news.Posting) { p.Rules = DefaultRules(now) }, "see https://a.example/x", news.CommentPublished, "", nil},
		"links":         {func(p *news.Posting) { p.Rules = DefaultRules(now) }, "https://a.example https://b.example https://c.example", news.CommentHeld, "Many links", []string{"https://a.example", "https://b.example", "https://c.example"}},
		"again":         {func(p *news.Posting) { p.Rules, p.Same = DefaultRules(now), 2 }, "the same words again", news.CommentHeld, "The same again", nil},
		"fast":          {func(p *news.Posting) { p.Rules, p.OfReader = DefaultRules(now), [3]int{5, 5, 5} }, "fast", news.CommentHeld, "Too fast", nil},
		"shouting":      {func(p *news.Posting) { p.Rules = DefaultRules(now) }, "WHY DOES NOBODY DO ANYTHING", news.CommentHeld, "Shouting", []string{"WHY DOES NOBODY DO ANYTHING"}},
		"pre":           {func(p *news.Posting) { p.Policy.Sections = map[string]news.CommentMode{"world": news.PreModeration} }, "hello", news.CommentHeld, news.RulePreModeration, nil},
		"story's own":   {func(p *news.Posting) { p.Policy.Mode, p.Talk.Mode = news.PreModeration, news.PostModeration }, "hello", news.CommentPublished, "", nil},
		"hold all":      {func(p *news.Posting) { p.Talk.HoldAll, p.Reader.Staff = true, "Mo" }, "hello", news.CommentHeld, news.RuleStoryHeld, nil},
		"staff":         {func(p *news.Posting) { p.Rules, p.Reader.Staff = []news.Rule{wordsRule("casino")}, "Mo" }, "casino", news.CommentPublished, "", nil},
	} {
		p := posting()
		c.set(p)
		status, reasons, err := Judge(p, c.text)
		if err != nil || status != c.status || (c.rule == "") != (len(reasons) == 0) {
			t.Errorf("%s: %s, %+v, %v; want %s", name, status, reasons, err, c.status)
			continue
		}
		if c.rule == "" {
			continue
		}
		i := slices.IndexFunc(reasons, func(r news.Reason) bool { return r.Rule == c.rule || r.Name == c.rule })
		if i < 0 || !slices.Equal(reasons[i].Words, c.words) || reasons[i].Told == "" || reasons[i].Detail == "" {
			t.Errorf("%s: %+v, want the rule %s with %q", name, reasons, c.rule, c.words)
		}
		if i >= 0 && strings.Contains(strings.ToLower(reasons[i].Told), "spam") {
			t.Errorf("%s: a person is called a spammer: %s", name, reasons[i].Told)
		}
	}
}

// TestNotAdmitted: what is not taken at all, and what is said.
func TestNotAdmitted(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(p *news.Posting)
		kind news.Kind
		says string
	}{
		"banned":    {func(p *news.Posting) { p.Reader.Banned, p.Reader.Told = true, "Threats." }, news.Denied, "Threats."},
		"suspended": {func(p *news.Posting) { p.Reader.Suspended = now.Add(time.Hour) }, news.Denied, "1 March 2026, 13:00 UTC"},
		"blocked":   {func(p *news.Posting) { p.Blocked = &news.Sanction{} }, news.Denied, "your network"},
		"no name":   {func(p *news.Posting) { p.Reader.Name = "" }, news.Invalid, "name"},
		"old":       {func(p *news.Posting) { p.Card.FirstPublished = now.AddDate(0, 0, -15) }, news.Conflict, "some days old"},
		"closed":    {func(p *news.Posting) { p.Card.CommentsShut = true }, news.Conflict, "closed comments on this story"},
		"by hand":   {func(p *news.Posting) { p.Talk.Closed = true }, news.Conflict, "closed comments on this story"},
		"topic": {func(p *news.Posting) {
			p.Policy.ClosedTopics, p.Card.Topics = []string{"war"}, []news.Ref{{Slug: "war"}}
		}, news.Conflict, "topic"},
		"slow":    {func(p *news.Posting) { p.Talk.Slow, p.Last = 2*time.Minute, now.Add(-time.Minute) }, news.TooMany, "60 seconds"},
		"flood":   {func(p *news.Posting) { p.OfReader[0] = mostAMinute }, news.TooMany, "Wait"},
		"network": {func(p *news.Posting) { p.OfBlock[1] = mostBlockAHour }, news.TooMany, "network"},
	} {
		p := posting()
		c.set(p)
		_, _, err := Judge(p, "hello")
		if news.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestCleanComment(t *testing.T) {
	for in, want := range map[string]string{
		"  a\r\n\r\n\r\nb  ": "a\n\nb",
		"a\u202eb":           "ab",
		"Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307": "Ź\u0302\u0303\u0304\u0305",
		"> quote\n\nmine": "> quote\n\nmine",
	} {
		if got, err := CleanComment(in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, bad := range []string{"", " \n ", "\u200b\u2060", "\u3164", ">>>", "a\x00", "a\xff", strings.Repeat("a", news.MaxComment+1), strings.Repeat("a\n", 300), strings.Repeat("http://a.example ", 21)} {
		if got, err := CleanComment(bad); news.KindOf(err) != news.Invalid {
			t.Errorf("%.20q is taken as %.20q, %v", bad, got, err)
		}
	}
}

func TestFingerprint(t *testing.T) {
	a := Fingerprint("Buy the best watches at https://a.example/1 for 99!!!")
	for _, same := range []string{"buy the BEST watches at http://b.example for 12", "Buy thé beeeest  watches… at for"} {
		if Fingerprint(same) != a {
			t.Errorf("%q is told apart", same)
		}
	}
	if Fingerprint("Buy the worst watches at a shop for 99") == a || Fingerprint("Thank you!") != "" {
		t.Error("others are taken for the same")
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("s p a m $p4m http://a.example", "spam*")
	f.Add("\u202e\u0301笨蛋", "笨")
	f.Fuzz(func(t *testing.T, text, word string) {
		clean, err := CleanComment(text)
		if err != nil {
			return
		}
		if again, err := CleanComment(clean); err != nil || again != clean {
			t.Fatalf("%q became %q and that %q, %v", text, clean, again, err)
		}
		p := posting()
		p.Rules = append(DefaultRules(now), wordsRule(word))
		_, reasons, err := Judge(p, clean)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reasons {
			for _, w := range r.Words {
				if r.Rule == "w" && !strings.Contains(clean, w) {
					t.Errorf("%q is said to stand in %q", w, clean)
				}
			}
		}
	})
}
