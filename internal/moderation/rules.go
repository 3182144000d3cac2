package moderation

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// meet says whether a rule has something to say about a comment, and what.
func meet(r news.Rule, p *news.Posting, text *reading) (news.Reason, bool) {
	reason := news.Reason{Rule: string(r.ID), Name: r.Name}
	met := func(detail, told string, words ...string) (news.Reason, bool) {
		reason.Detail, reason.Told, reason.Words = detail, told, words
		if r.Told != "" {
			reason.Told = r.Told
		}
		return reason, true
	}
	if r.Section != "" && r.Section != p.Card.Section.Slug || r.Story != "" && r.Story != p.Card.ID {
		return reason, false
	}
	switch r.Kind {
	case news.RuleWords:
		var found []string
		for _, w := range r.Words {
			if found = append(found, termOf(w).find(text)...); len(found) >= 10 {
				break
			}
		}
		if len(found) > 0 {
			return met("It has words of this rule.", "It has words that a moderator looks at first: “"+strings.Join(found, "”, “")+"”.", found...)
		}
	case news.RuleLinks:
		if links := strange(text.text, r.Words); len(links) > r.Number {
			return met(fmt.Sprintf("It has %d links, more than %d.", len(links), r.Number), "It has several links, and a moderator looks at those first.", links...)
		}
	case news.RuleNewLinks:
		if links := strange(text.text, r.Words); len(links) > 0 && p.Reader.Passed < r.Number {
			return met(fmt.Sprintf("It has a link, and of this person %d were shown so far (the rule wants %d).", p.Reader.Passed, r.Number), "It has a link, and you are new here. A moderator looks at it first; later your links go through.", links...)
		}
	case news.RuleNewReaders:
		if p.Reader.Passed < r.Number {
			return met(fmt.Sprintf("Of this person %d were shown so far (the rule wants %d).", p.Reader.Passed, r.Number), "You are new here. A moderator reads your first comments before they are shown.")
		}
	case news.RuleRepeats:
		if p.Same > r.Number {
			return met(fmt.Sprintf("Nearly the same text came %d times in the last day.", p.Same), "Nearly the same words were sent here several times today.")
		}
	case news.RuleRate:
		i := spanOf(r.Within)
		if n := p.OfReader[i]; n > r.Number {
			return met(fmt.Sprintf("This person sent %d comments in %s.", n, within(r.Within)), "You wrote a lot in a short time. A moderator will catch up with you.")
		}
		if n := p.OfBlock[i]; n > 5*r.Number {
			return met(fmt.Sprintf("%d comments came from this network in %s.", n, within(r.Within)), "Very many comments came from your network in a short time. A moderator will look at yours.")
		}
	case news.RuleShouting:
		if quote, shouts := shouting(text.text, r.Number); shouts {
			return met("It is in capitals, or has a wall of the same sign.", "It is hard to read: much of it is in capitals, or repeats a sign. You can change it.", quote)
		}
	}
	return reason, false
}

// strange lists the links of a text that do not lead to one of the domains.
func strange(text string, domains []string) []string {
	var out []string
	for _, link := range markup.CommentLinks(text) {
		u, err := url.Parse(link)
		if err == nil && ours(u.Hostname(), domains) {
			continue
		}
		out = append(out, link)
	}
	return append(out, bareDomains(text)...)
}

func ours(host string, domains []string) bool {
	for _, d := range domains {
		d = strings.ToLower(strings.TrimSpace(d))
		if d != "" && (host == d || strings.HasSuffix(host, "."+d)) {
			return true
		}
	}
	return false
}

// bareDomains are addresses written so that no program makes a link of them, but people
// follow them: "www.example.com/x", "example.com", "example .com" is left to the words.
func bareDomains(text string) []string {
	var out []string
	for _, w := range strings.Fields(text) {
		w = strings.ToLower(strings.Trim(w, ".,;:!?()[]<>\"'“”’"))
		if strings.Contains(w, "://") || len(out) == 10 {
			continue
		}
		host, _, _ := strings.Cut(w, "/")
		dot := strings.LastIndexByte(host, '.')
		if dot < 1 || strings.Contains(host, "@") || strings.Contains(host, "..") || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
			continue
		}
		if strings.HasPrefix(host, "www.") || commonEnds[host[dot+1:]] {
			out = append(out, w)
		}
	}
	return out
}

// commonEnds are the ends of names that are hardly ever the end of a sentence.
var commonEnds = map[string]bool{"com": true, "net": true, "org": true, "info": true, "biz": true, "ru": true, "xyz": true, "top": true, "shop": true, "online": true, "site": true, "club": true, "io": true, "gl": true, "ly": true}

func spanOf(d time.Duration) int {
	for i, s := range news.CommentSpans {
		if d <= s {
			return i
		}
	}
	return len(news.CommentSpans) - 1
}

func within(d time.Duration) string {
	return [...]string{"a minute", "an hour", "a day"}[spanOf(d)]
}

// shouting finds capitals beyond per cent of the letters, or the same sign ten times and more.
func shouting(text string, percent int) (string, bool) {
	upper, letters := 0, 0
	run, from := 0, 0
	last := rune(0)
	for i, r := range text {
		if unicode.IsUpper(r) {
			upper++
		}
		if unicode.IsUpper(r) || unicode.IsLower(r) {
			letters++
		}
		if r != last {
			run, from, last = 0, i, r
		}
		if run++; run == 10 && !unicode.IsSpace(r) && r != '-' && r != '=' && r != '_' && r != '.' {
			return text[from : i+utf8.RuneLen(r)], true
		}
	}
	if letters >= 20 && upper*100 > letters*percent {
		return markup.Summary(text, 40), true
	}
	return "", false
}

// DefaultRules are those of a new site: what hardly anybody wants shown unread. A newsroom
// changes or drops them like its own.
func DefaultRules(now time.Time) []news.Rule {
	rule := func(name string, kind news.RuleKind, number int, in time.Duration, words ...string) news.Rule {
		now = now.Add(time.Microsecond) // in this order
		return news.Rule{ID: news.NewID[news.RuleID](), Name: name, Kind: kind, Number: number, Within: in, Words: words, Effect: news.HoldEffect, Author: "Dateline", Made: now, Changed: now}
	}
	return []news.Rule{
		rule("Links of new people", news.RuleNewLinks, 1, 0),
		rule("Many links", news.RuleLinks, 2, 0),
		rule("The same again", news.RuleRepeats, 1, 24*time.Hour),
		rule("Too fast", news.RuleRate, 4, time.Minute),
		rule("Shouting", news.RuleShouting, 70, 0),
		rule("Advertising", news.RuleWords, 0, 0, advertising...),
	}
}

// advertising are phrases that sell something in comments everywhere, rather than words
// that a discussion of the news can need.
var advertising = []string{
	"check out my", "check out this", "check my", "check it out on my", "subscribe to my", "subscribe to me", "sub to my", "please subscribe", "plz subscribe", "my channel", "my youtube",
	"visit my", "follow me on", "follow my", "like my page", "my new song", "my new video", "watch my video", "my videos",
	"make money", "earn money", "made money online", "work from home", "money from home", "extra income", "passive income", "per week from home", "an hour from home", "get paid to", "free gift card*", "free giftcard*", "gift cards for free",
	"click here", "click this link", "click on this link", "click the link", "go to my", "sign up here", "use my code", "promo code", "limited offer", "buy now", "order now", "best price*", "free followers", "buy followers",
	"whatsapp me", "telegram me", "contact him on whatsapp", "text me on", "dm me for", "invest with", "forex trader*", "bitcoin invest*", "crypto invest*", "binary option*", "recovery expert*", "spell caster*",
	"casino", "viagra", "cialis", "replica watch*", "payday loan*", "escort service*",
}
