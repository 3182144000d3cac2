package moderation

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// SetTalk changes what is set for the comments of a story.
func (d *Desk) SetTalk(ctx context.Context, who news.Actor, id news.StoryID, set func(*news.Talk) error) (news.Talk, error) {
	if err := may(who); err != nil {
		return news.Talk{}, err
	}
	if !news.IsID(string(id)) {
		return news.Talk{}, news.Missing("story")
	}
	t, n, err := d.o.Store.SetTalk(ctx, who, id, func(t *news.Talk) error {
		if err := set(t); err != nil {
			return err
		}
		if t.Slow < 0 || t.Slow > 24*time.Hour {
			return news.Wrong("slow", "Choose a time of at most a day.")
		}
		if t.Mode != "" && t.Mode != news.PostModeration && t.Mode != news.PreModeration {
			return news.Wrong("mode", "Choose post or pre.")
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	return t, d.shown(ctx, n)
}

// SetPolicy changes what counts for all comments.
func (d *Desk) SetPolicy(ctx context.Context, who news.Actor, p news.CommentPolicy) error {
	if !who.Role.Publishes() {
		return news.Refuse(news.Denied, "These settings need an editor's account.")
	}
	var f news.Faults
	if p.Mode != news.PostModeration && p.Mode != news.PreModeration {
		f.Add("mode", "Choose post or pre.")
	}
	for _, m := range p.Sections {
		if m != news.PostModeration && m != news.PreModeration {
			f.Add("sections", "Choose post or pre.")
		}
	}
	if p.CloseAfter < 0 || p.CloseAfter > 3650 {
		f.Add("close_after", "Choose a number of days from 0 (never) to 3650.")
	}
	if p.FlagsHold < 1 || p.FlagsHold > 1000 {
		f.Add("flags_hold", "Choose a number from 1 to 1000.")
	}
	if len(p.ClosedTopics) > 1000 {
		f.Add("closed_topics", "Choose at most 1000 topics.")
	}
	if err := f.Err(); err != nil {
		return err
	}
	n, err := d.o.Store.SetCommentPolicy(ctx, who, p)
	if err != nil {
		return err
	}
	return d.shown(ctx, n)
}

// SaveRule adds or changes a rule, or with an empty Kind deletes it. Its author is who
// wrote it first.
func (d *Desk) SaveRule(ctx context.Context, who news.Actor, r news.Rule) (news.Rule, error) {
	if err := may(who); err != nil {
		return r, err
	}
	have, err := d.o.Store.Rules(ctx)
	if err != nil {
		return r, err
	}
	now := d.o.Now()
	r.Changed = now
	if r.ID == "" {
		if len(have) >= 200 {
			return r, news.Refuse(news.Conflict, "There are 200 rules. Put some together, or delete what nobody needs.")
		}
		r.ID, r.Author, r.Made = news.NewID[news.RuleID](), who.Name, now
	} else {
		i := slices.IndexFunc(have, func(x news.Rule) bool { return x.ID == r.ID })
		if i < 0 {
			return r, news.Missing("rule")
		}
		r.Author, r.Made = have[i].Author, have[i].Made
		if r.Kind == "" {
			r.Name = have[i].Name
			return r, d.o.Store.SaveRule(ctx, who, r)
		}
	}
	if err := cleanRule(&r); err != nil {
		return r, err
	}
	return r, d.o.Store.SaveRule(ctx, who, r)
}

func cleanRule(r *news.Rule) error {
	var f news.Faults
	var err error
	if r.Name, err = markup.CleanLine(r.Name); err != nil || r.Name == "" || utf8.RuneCountInString(r.Name) > 100 {
		f.Add("name", "Give the rule a name of at most 100 characters.")
	}
	if r.Told, err = markup.CleanLine(r.Told); err != nil || utf8.RuneCountInString(r.Told) > 500 {
		f.Add("told", "Use at most 500 characters.")
	}
	switch r.Kind {
	case news.RuleWords, news.RuleLinks, news.RuleRepeats, news.RuleNewReaders, news.RuleNewLinks, news.RuleRate, news.RuleShouting:
	default:
		f.Add("kind", "Choose what the rule looks at.")
	}
	var words []string
	for _, w := range r.Words {
		if w, err = markup.CleanLine(w); err == nil && w != "" && utf8.RuneCountInString(w) <= 100 {
			words = append(words, w)
		}
	}
	if r.Words = words; len(words) > 2000 {
		f.Add("words", "Use at most 2000 words in a rule.")
	}
	if r.Kind == news.RuleWords {
		if len(words) == 0 {
			f.Add("words", "Write the words and phrases, one a line.")
		}
		for _, w := range words {
			if len(strings.Join(newTerm(w).words, "")) < 2 {
				f.Add("words", "%q is met by nearly every comment. Use longer words.", w)
				break
			}
		}
	}
	if r.Number < 0 || r.Number > 10_000 || r.Kind == news.RuleShouting && (r.Number < 1 || r.Number > 100) {
		f.Add("number", "Choose another number.")
	}
	if r.Effect != news.HoldEffect && r.Effect != news.RejectEffect {
		f.Add("effect", "Choose hold or reject.")
	}
	return f.Err()
}
