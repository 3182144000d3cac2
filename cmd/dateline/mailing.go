package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/jobs"
	"dateline/internal/mail"
	"dateline/internal/news"
	"dateline/internal/store"
)

// mailFlags say by which server mail leaves.
type mailFlags struct {
	SMTP         string `help:"Mail server: smtp://user@host:587 or smtps://user@host:465; the password comes from DATELINE_SMTP_PASSWORD or the file DATELINE_SMTP_PASSWORD_FILE. Without it mail is printed." placeholder:"ADDRESS" name:"smtp" env:"DATELINE_SMTP"`
	OperatorMail string `help:"Where trouble is told to the operator." placeholder:"EMAIL" env:"DATELINE_OPERATOR_MAIL"`
}

// postOffice gives the way out for mail: the server, or what prints it.
func (f *mailFlags) postOffice(public *url.URL, siteName string, printed io.Writer) (mail.Sender, error) {
	if f.OperatorMail != "" {
		address, err := mail.ParseAddress(f.OperatorMail)
		if err != nil {
			return nil, wrongUsage("--operator-mail: %q is no mail address", f.OperatorMail)
		}
		f.OperatorMail = address
	}
	if f.SMTP == "" {
		return mail.NewSink(printed), nil
	}
	password, err := smtpPassword()
	if err != nil {
		return nil, err
	}
	s, err := mail.Open(mail.Options{URL: f.SMTP, Password: password, SiteHost: public.Hostname(), SiteName: siteName})
	if err != nil {
		return nil, wrongUsage("--smtp: %v", err)
	}
	return s, nil
}

func smtpPassword() (string, error) {
	if p := os.Getenv("DATELINE_SMTP_PASSWORD"); p != "" {
		return p, nil
	}
	path := os.Getenv("DATELINE_SMTP_PASSWORD_FILE")
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read DATELINE_SMTP_PASSWORD_FILE: %w", err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// The kinds of job that send something.
const (
	mailJob     = "mail"           // args: a mail.Message
	letterJob   = "alert-letter"   // args: an alertLetter
	alertMail   = "alert-mail"     // args: alertArgs; the alert by mail, a page of addresses at a time
	approvalJob = "alert-approval" // args: alertArgs; asks the other editors
	aloneJob    = "alert-alone"    // args: alertArgs; tells them that nobody was asked
)

type alertArgs struct {
	Alert news.AlertID `json:"alert"`
	After string       `json:"after,omitempty"` // the last address that was served
}

// An alertLetter is one mail of an alert. It is a job of another kind than other mail, so
// that a sign-in link or a call for approval does not wait behind a hundred thousand.
type alertLetter struct {
	mail.Message
	Alert news.AlertID `json:"alert"`
}

// alertWork are the kinds that belong to an alert of the moment. A newsroom that is
// restored has no use for them: they were done where the backup was made.
var alertWork = []string{alertMail, letterJob, approvalJob, aloneJob, drillJob}

// newJob makes a job of a kind; args is one of ours and always JSON.
func newJob(kind, unique string, args any) news.Job {
	b, err := json.Marshal(args)
	if err != nil {
		panic(err)
	}
	return news.Job{Kind: kind, Unique: unique, Args: b}
}

// mailing is what sends mail and calls for approval, as jobs.
type mailing struct {
	store    *store.Store
	sender   mail.Sender
	engine   *fanout.Engine
	public   *url.URL
	siteName string
	language string
	log      *slog.Logger
}

func (m *mailing) kinds() []jobs.Kind {
	return []jobs.Kind{
		{Name: mailJob, Do: m.send, Parallel: 4, Within: time.Minute},
		{Name: letterJob, Do: m.sendLetter, Parallel: 4, Within: time.Minute},
		{Name: alertMail, Do: m.alertByMail, Parallel: 1},
		{Name: approvalJob, Do: m.askApproval, Parallel: 2, Within: time.Minute},
		{Name: aloneJob, Do: m.tellAlone, Parallel: 2, Within: time.Minute},
	}
}

func decode[T any](j news.Job) (T, error) {
	var args T
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return args, jobs.Permanent(fmt.Errorf("read the arguments of a %s: %w", j.Kind, err))
	}
	return args, nil
}

func (m *mailing) send(ctx context.Context, j news.Job) error {
	msg, err := decode[mail.Message](j)
	if err != nil {
		return err
	}
	return m.post(ctx, msg)
}

// sendLetter sends one mail of an alert, unless that was stopped meanwhile.
func (m *mailing) sendLetter(ctx context.Context, j news.Job) error {
	letter, err := decode[alertLetter](j)
	if err != nil {
		return err
	}
	a, err := m.store.Alert(ctx, letter.Alert)
	if err != nil || a.State == news.AlertStopped {
		return err
	}
	return m.post(ctx, letter.Message)
}

func (m *mailing) post(ctx context.Context, msg mail.Message) error {
	err := m.sender.Send(ctx, msg)
	switch {
	case mail.IsPermanent(err) && msg.List != "":
		// A reader's mailbox that is no more is nothing that an operator could mend.
		m.log.Info("a mail of a list was refused for good", "list", msg.List, "error", err)
		return nil
	case mail.IsPermanent(err):
		return jobs.Permanent(err)
	}
	return err
}

// alertByMailAtOnce is how many mails one job enqueues before it hands over to the next.
const alertByMailAtOnce = 200

// alertByMail enqueues a page of the mails of an alert, and the next page, in the step
// that ends the job: one that runs again, for whatever reason, sends nobody a second one.
func (m *mailing) alertByMail(ctx context.Context, j news.Job) error {
	args, err := decode[alertArgs](j)
	if err != nil {
		return err
	}
	a, err := m.store.Alert(ctx, args.Alert)
	if err != nil {
		return err
	}
	if a.State == news.AlertStopped {
		return nil
	}
	page, err := m.store.MailSubscriptionsAfter(ctx, args.After, alertByMailAtOnce)
	if err != nil {
		return err
	}
	var next []news.Job
	for i := range page {
		s := &page[i]
		if !s.Wants(a) {
			continue
		}
		id := "alert-" + shortID(string(a.ID)) + "-" + shortID(s.ID)
		next = append(next, newJob(letterJob, id, alertLetter{m.alertMessage(a, s, id), a.ID}))
	}
	if len(page) == alertByMailAtOnce {
		last := page[len(page)-1].ID
		next = append(next, newJob(alertMail, string(a.ID)+"/"+last, alertArgs{a.ID, last}))
	}
	return m.store.HandOver(ctx, j, next...)
}

// shortID is an identifier without its hyphens.
func shortID(id string) string { return strings.ReplaceAll(id, "-", "") }

func (m *mailing) alertMessage(a *news.Alert, s *news.MailSubscription, id string) mail.Message {
	w := mailWordsFor(m.language)
	stop := m.public.String() + news.AlertsAddress + "/mail/stop?" + url.Values{"id": {s.ID}, "key": {s.Secret}}.Encode()
	text := a.Title + "\n\n"
	if a.Body != "" {
		text += a.Body + "\n\n"
	}
	text += m.public.String() + a.Address + "\n\n-- \n" + fmt.Sprintf(w.why, m.siteName) + "\n" + w.stop + "\n" + stop + "\n"
	subject := a.Title
	if a.Kind == news.CorrectionAlert {
		subject = w.correction + " " + subject
	}
	return mail.Message{To: s.Email, Subject: subject, Text: text, Language: a.Language, ID: id, List: "alerts", Unsubscribe: stop}
}

type mailWords struct{ why, stop, correction string }

func mailWordsFor(language string) mailWords {
	if language == "ar" {
		return mailWords{"تصلك هذه الرسالة لأنك طلبت تنبيهات %s بالبريد.", "لإيقافها:", "تصحيح:"}
	}
	return mailWords{"You get this because you asked for alerts from %s by mail.", "To stop them:", "Correction:"}
}

// askApproval calls the other editors to an alert that waits, on their devices and by
// mail.
func (m *mailing) askApproval(ctx context.Context, j news.Job) error {
	return m.tellEditors(ctx, j, func(a *news.Alert) (bool, string, string) {
		return a.State == news.AlertAwaiting,
			"An alert waits for your yes: " + a.Title,
			fmt.Sprintf("%s wants to send this to everyone. Read it, then approve or stop it.", a.Composer.Name)
	})
}

// tellAlone tells the other editors that an alert went out without a second yes.
func (m *mailing) tellAlone(ctx context.Context, j news.Job) error {
	return m.tellEditors(ctx, j, func(a *news.Alert) (bool, string, string) {
		return a.Alone,
			"An alert goes out without a second yes: " + a.Title,
			fmt.Sprintf("Nobody had answered, so %s lets it go alone. You can stop or correct it.", a.Approver.Name)
	})
}

func (m *mailing) tellEditors(ctx context.Context, j news.Job, say func(a *news.Alert) (still bool, subject, text string)) error {
	args, err := decode[alertArgs](j)
	if err != nil {
		return err
	}
	a, err := m.store.Alert(ctx, args.Alert)
	if err != nil {
		return err
	}
	still, subject, text := say(a)
	if !still {
		return nil
	}
	people, err := m.store.People(ctx)
	if err != nil {
		return err
	}
	page := m.public.String() + "/desk/alerts/" + string(a.ID)
	var ids []news.PersonID
	var mails []news.Job
	for _, p := range people {
		if p.Disabled || !p.Role.Publishes() || string(p.ID) == a.Composer.ID {
			continue
		}
		ids = append(ids, p.ID)
		id := j.Kind + "-" + shortID(string(a.ID)) + "-" + shortID(string(p.ID))
		msg := mail.Message{To: p.Email, Subject: subject, Text: text + "\n\n" + a.Title + "\n" + a.Body + "\n\n" + page + "\n", Language: "en", ID: id[max(0, len(id)-64):]}
		mails = append(mails, newJob(mailJob, id, msg))
	}
	// From here on it is done: trouble with somebody's device must not have the mails
	// written again.
	if err := m.store.HandOver(ctx, j, mails...); err != nil || len(ids) == 0 {
		return err
	}
	if err := m.pushToStaff(ctx, ids, a, subject, text); err != nil {
		m.log.Warn("editors could not be called on all their devices; they have mail", "alert", a.ID, "error", err)
	}
	return nil
}

// pushToStaff sends a letter to the devices of some of the staff. A device that is no
// more is dropped; one that is not reached has the mail.
func (m *mailing) pushToStaff(ctx context.Context, people []news.PersonID, a *news.Alert, subject, text string) error {
	devices, err := m.store.StaffDevices(ctx, people...)
	if err != nil || len(devices) == 0 {
		return err
	}
	call := &news.Alert{
		ID: news.NewID[news.AlertID](), Kind: news.NewsAlert, Title: clipWords(subject, news.MaxAlertTitle), Body: text,
		Language: "en", Address: "/desk/alerts/" + string(a.ID),
	}
	call.Original = call.ID
	payload, err := fanout.Payload(call, fanout.Dress{Site: m.public.String()})
	if err != nil {
		return err
	}
	to := make([]fanout.Device, len(devices))
	for i, d := range devices {
		to[i] = fanout.Device{Endpoint: d.Endpoint, Keys: d.Keys, KeyID: d.KeyID}
	}
	took, gone, err := m.engine.Post(ctx, fanout.Letter{Payload: payload, Urgency: "high", TTL: 10 * time.Minute}, to)
	for _, i := range gone {
		err = errors.Join(err, m.store.DeleteStaffDevice(ctx, devices[i].Endpoint))
	}
	m.log.Info("called editors to an alert", "alert", a.ID, "devices", len(devices), "reached", len(took))
	return err
}

// clipWords cuts a line to at most n characters.
func clipWords(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
