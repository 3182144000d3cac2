package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"dateline/internal/mail"
	"dateline/internal/news"
)

// An operatorPost writes to the operator.
type operatorPost struct {
	sender   mail.Sender
	to       string
	siteName string
	desk     string // its address
	zone     *time.Location
}

// job is the mail about a notice as a job. Its name is the same for its repeats, and
// another for whatever is mailed later. That mail does not go out is not mailed.
func (p *operatorPost) job(n news.Notice) (j news.Job, ok bool) {
	if n.Key == aboutJob+":"+mailJob || n.Key == aboutJob+":"+letterJob {
		return j, false
	}
	m := p.message(n)
	return newJob(mailJob, m.ID, m), true
}

func (p *operatorPost) message(n news.Notice) mail.Message {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %s", n.Key, n.First.UnixMicro(), n.Mailed.UnixMicro(), n.Relief))
	m := mail.Message{To: p.to, Language: "en", ID: "notice-" + hex.EncodeToString(sum[:16])}
	when := func(t time.Time) string { return t.In(p.zone).Format("2 January 15:04:05 MST") }
	text := n.Text
	if n.Relief != "" {
		text = n.Relief + "\n\nIt had been: " + n.Text + "\nFrom " + when(n.First) + " to " + when(n.Cleared) + "."
	} else if n.Times > 1 {
		text += fmt.Sprintf("\n\nThis was so %d times since %s, last at %s.", n.Times, when(n.First), when(n.Last))
	} else {
		text += "\n\nAt " + when(n.First) + "."
	}
	first, _, _ := strings.Cut(text, "\n")
	if sentence, _, ok := strings.Cut(first, ". "); ok {
		first = sentence + "."
	}
	m.Subject = p.siteName + ": " + first
	m.Text = text + "\n\nThe desk shows what is open: " + p.desk + "\n\n-- \nYou get this because --operator-mail names this address; at most one mail an hour about one thing.\n"
	return m
}
