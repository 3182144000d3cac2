package newsroom

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// rulesPage shows the newsroom's rules, and what counts for all comments.
type rulesPage struct {
	frame
	Rules    []news.Rule
	Rule     news.Rule // in the form
	Words    string    // its words, one a line
	Kinds    [][2]string
	Withins  [][2]string
	Sections []news.Section
	Policy   news.CommentPolicy
	Topics   string
	Editor   bool
}

var ruleKinds = [][2]string{
	{string(news.RuleWords), "words and phrases"}, {string(news.RuleLinks), "more links than"}, {string(news.RuleNewLinks), "a link, by people with fewer shown comments than"},
	{string(news.RuleNewReaders), "people with fewer shown comments than"}, {string(news.RuleRepeats), "the same text more often than"},
	{string(news.RuleRate), "more comments of a person than"}, {string(news.RuleShouting), "capitals, in per cent more than"},
}

var ruleWithins = [][2]string{{"1m0s", "a minute"}, {"1h0m0s", "an hour"}, {"24h0m0s", "a day"}}

func (n *Newsroom) rules(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	rules, err := n.o.Comments.Rules(r.Context())
	if err != nil {
		return err
	}
	edit := news.Rule{Kind: news.RuleWords, Effect: news.HoldEffect, Within: time.Hour}
	if id := r.URL.Query().Get("rule"); id != "" {
		for _, x := range rules {
			if string(x.ID) == id {
				edit = x
			}
		}
	}
	return n.showRules(w, r, who, edit, nil)
}

func (n *Newsroom) showRules(w http.ResponseWriter, r *http.Request, who news.Actor, edit news.Rule, refused error) error {
	ctx := r.Context()
	view := rulesPage{frame: n.frame(r, who, "comments", "Rules for comments"), Rule: edit, Words: strings.Join(edit.Words, "\n"), Kinds: ruleKinds, Withins: ruleWithins, Editor: who.Role.Publishes()}
	if q := r.URL.Query(); q.Get("of") != "" {
		view.Done = fmt.Sprintf("Looked at the queue again: %s of %s passed.", q.Get("passed"), q.Get("of"))
	}
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	var err error
	if view.Rules, err = n.o.Comments.Rules(ctx); err != nil {
		return err
	}
	if view.Policy, err = n.o.Comments.CommentPolicy(ctx); err != nil {
		return err
	}
	if view.Sections, err = n.o.Shelf.Sections(ctx); err != nil {
		return err
	}
	view.Topics = strings.Join(view.Policy.ClosedTopics, "\n")
	return n.render(w, status, "commentrules", view)
}

func (n *Newsroom) saveRule(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	rule := news.Rule{ID: news.RuleID(in.Get("rule")), Name: in.Get("name"), Kind: news.RuleKind(in.Get("kind")), Effect: news.RuleEffect(in.Get("effect")),
		Section: in.Get("section"), Told: in.Get("told"), Off: in.Get("off") == "on"}
	for line := range strings.Lines(in.Text("words")) {
		if line = strings.TrimSpace(line); line != "" {
			rule.Words = append(rule.Words, line)
		}
	}
	if rule.Number, err = strconv.Atoi(first(in.Get("number"), "0")); err != nil {
		return n.showRules(w, r, who, rule, news.Wrong("number", "Write a number."))
	}
	if rule.Within, err = time.ParseDuration(first(in.Get("within"), "1h")); err != nil {
		return n.showRules(w, r, who, rule, news.Wrong("within", "Choose a time."))
	}
	if in.Get("do") == "delete" {
		rule.Kind = ""
	}
	if _, err := n.o.Moderating.SaveRule(r.Context(), who, rule); err != nil {
		if k := news.KindOf(err); k == news.Invalid || k == news.Conflict {
			return n.showRules(w, r, who, rule, err)
		}
		return err
	}
	return seeOther(w, r, "/desk/comments/rules", "rule")
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (n *Newsroom) rerun(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	passed, all, err := n.o.Moderating.Rerun(r.Context(), who)
	if err != nil {
		return err
	}
	return seeAlso(w, r, "/desk/comments/rules", url.Values{"passed": {strconv.Itoa(passed)}, "of": {strconv.Itoa(all)}})
}

// savePolicy sets what counts for all comments.
func (n *Newsroom) savePolicy(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	p := news.CommentPolicy{Mode: news.CommentMode(in.Get("mode")), Closed: in.Get("closed") == "on", Sections: map[string]news.CommentMode{}}
	var f news.Faults
	for field, into := range map[string]*int{"close_after": &p.CloseAfter, "flags_hold": &p.FlagsHold, "revision": &p.Revision} {
		if *into, err = strconv.Atoi(strings.TrimSpace(in.Get(field))); err != nil {
			f.Add(field, "Write a number.")
		}
	}
	for name, v := range in.Values {
		if section, ok := strings.CutPrefix(name, "section-"); ok && v[0] != "" {
			p.Sections[section] = news.CommentMode(v[0])
		}
	}
	for line := range strings.Lines(in.Text("closed_topics")) {
		if slug := news.Slug(strings.TrimSpace(line)); slug != "" {
			p.ClosedTopics = append(p.ClosedTopics, slug)
		}
	}
	if err = f.Err(); err == nil {
		err = n.o.Moderating.SetPolicy(r.Context(), who, p)
	}
	if k := news.KindOf(err); k == news.Invalid || k == news.Stale {
		return n.showRules(w, r, who, news.Rule{Kind: news.RuleWords, Effect: news.HoldEffect}, err)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/desk/comments/rules", "policy")
}
