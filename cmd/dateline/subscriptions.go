package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/webpush"
)

type subscriptionsCmd struct {
	Import subscriptionsImportCmd `cmd:"" help:"Bring in push subscriptions, from a file of our own or another service's."`
	Export subscriptionsExportCmd `cmd:"" help:"Write all push subscriptions as JSON lines. Who has the file and the keys can send to every reader: keep it as a password."`
}

// saveAtOnce is how many subscriptions are saved in one transaction.
const saveAtOnce = 2000

// maxLine bounds one line of an import: a subscription with its hundred topics.
const maxLine = 64 << 10

type subscriptionsImportCmd struct {
	place
	push
	From string `help:"Whose format: jsonl (ours) or onesignal (its CSV, also .gz)." default:"jsonl" enum:"jsonl,onesignal"`
	Key  string `help:"Public VAPID key, or its ID, that the subscriptions were made with, if the file does not say it. Bring it in first with \"dateline keys import\"." placeholder:"KEY"`
	File string `arg:"" help:"File to read; - for standard input."`
}

// brought is what an import found, for its report.
type brought struct {
	created, replaced, waiting int
	refused                    int
	unknown                    map[string]int // topics that are not here, left out
	examples                   []string       // of refusals, by line
}

func (b *brought) refuse(line int, err error) {
	b.refused++
	if len(b.examples) < 10 {
		b.examples = append(b.examples, fmt.Sprintf("line %d: %s", line, oneLine(err)))
	}
}

func (c *subscriptionsImportCmd) Run(ctx context.Context, io *std) error {
	services, err := c.services()
	if err != nil {
		return err
	}
	in, closeIn, err := openInput(c.File, io)
	if err != nil {
		return err
	}
	defer closeIn()
	return c.with(ctx, io, func(s *store.Store) error {
		keys, err := c.knownKeys(ctx, s)
		if err != nil {
			return err
		}
		i := &subscriptionImport{ctx: ctx, store: s, services: services, keys: keys, topics: map[string]bool{}}
		i.unknown = map[string]int{}
		if c.Key != "" {
			if i.key = keys.id(c.Key); i.key == "" {
				return wrongUsage("--key: there is no such key here; bring it in with \"dateline keys import\", or leave --key out: the subscriptions then wait until their readers visit")
			}
		}
		if c.From == "onesignal" {
			err = readOneSignal(in, i.add, i.refuse)
		} else {
			err = readSubscriptions(in, i.add, i.refuse)
		}
		if err == nil {
			err = i.flush()
		}
		i.report(io.out)
		if err != nil {
			return fmt.Errorf("import %s: %w; what stands above was saved, and doing it again changes nothing of that", c.File, err)
		}
		return nil
	})
}

// knownKeys are the keys in the database, by ID and by public half.
type knownKeys map[string]string

func (k knownKeys) id(key string) string { return k[key] }

func (c *subscriptionsImportCmd) knownKeys(ctx context.Context, s *store.Store) (knownKeys, error) {
	kept, err := s.PushKeys(ctx)
	if err != nil {
		return nil, err
	}
	known := knownKeys{}
	for _, k := range kept {
		known[k.ID], known[k.Public] = k.ID, k.ID
	}
	return known, nil
}

// A subscriptionImport checks and saves.
type subscriptionImport struct {
	ctx      context.Context
	store    *store.Store
	services *webpush.Services
	keys     knownKeys
	key      string // of those that name none
	brought
	topics map[string]bool // whether it is here, of those asked for
	batch  []news.Subscription
}

// importedLine is a subscription in a file, as a browser writes it and with its
// reader's choice.
type importedLine struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
	Key        string          `json:"application_server_key,omitempty"` // public VAPID key
	Topics     []string        `json:"topics,omitempty"`
	Stories    []news.StoryID  `json:"stories,omitempty"`
	OnlyChosen bool            `json:"only_chosen,omitempty"`
	Importance news.Importance `json:"importance,omitempty"`
	QuietHours *quietLine      `json:"quiet_hours,omitempty"`
	MostPerDay int             `json:"most_per_day,omitempty"`
	Language   string          `json:"language,omitempty"`
	Paused     bool            `json:"paused,omitempty"`
	Waiting    bool            `json:"waiting,omitempty"`
}

type quietLine struct {
	From string `json:"from"`
	To   string `json:"to"`
	Zone string `json:"time_zone"`
}

func (i *subscriptionImport) add(line int, l *importedLine) error {
	endpoint, err := i.services.Parse(l.Endpoint)
	if err != nil {
		i.refuse(line, err)
		return nil
	}
	keys, err := webpush.ParseKeys(l.Keys.P256dh, l.Keys.Auth)
	if err == nil {
		err = keys.Check()
	}
	if err != nil {
		i.refuse(line, err)
		return nil
	}
	s := news.Subscription{
		Endpoint: endpoint.String(), Keys: news.SubscriptionKeys(keys), KeyID: i.key, State: news.SubscriptionActive,
		Topics: l.Topics, Stories: l.Stories, OnlyChosen: l.OnlyChosen, Importance: l.Importance,
		MostPerDay: l.MostPerDay, Language: l.Language,
	}
	if l.Key != "" {
		s.KeyID = i.keys.id(l.Key)
	}
	switch {
	case s.KeyID == "" || l.Waiting:
		s.State, s.KeyID = news.SubscriptionWaiting, ""
	case l.Paused:
		s.State = news.SubscriptionPaused
	}
	if l.QuietHours != nil {
		if s.Quiet, err = l.QuietHours.parse(); err != nil {
			i.refuse(line, err)
			return nil
		}
	}
	if err := s.Clean(); err != nil {
		i.refuse(line, err)
		return nil
	}
	if s.Topics, err = i.known(s.Topics); err != nil {
		return err
	}
	if i.batch = append(i.batch, s); len(i.batch) == saveAtOnce {
		return i.flush()
	}
	return nil
}

// known leaves out topics that are not here.
func (i *subscriptionImport) known(slugs []string) ([]string, error) {
	var ask []string
	for _, t := range slugs {
		if _, asked := i.topics[t]; !asked {
			ask = append(ask, t)
		}
	}
	if len(ask) > 0 {
		found, err := i.store.Topics(i.ctx, ask)
		if err != nil {
			return nil, err
		}
		for _, t := range ask {
			_, i.topics[t] = found[t]
		}
	}
	kept := slugs[:0]
	for _, t := range slugs {
		if i.topics[t] {
			kept = append(kept, t)
		} else {
			i.unknown[t]++
		}
	}
	return kept, nil
}

func (q *quietLine) parse() (news.QuietHours, error) {
	h := news.QuietHours{Zone: q.Zone}
	for _, t := range []struct {
		text string
		to   *int
	}{{q.From, &h.From}, {q.To, &h.To}} {
		var hour, minute int
		if n, err := fmt.Sscanf(t.text, "%2d:%2d", &hour, &minute); err != nil || n != 2 || len(t.text) != 5 || hour > 23 || minute > 59 {
			return h, fmt.Errorf("quiet_hours: %q is no time of day like 22:00", t.text)
		}
		*t.to = hour*60 + minute
	}
	return h, nil
}

func (i *subscriptionImport) flush() error {
	created, replaced, err := i.store.SaveSubscriptions(i.ctx, i.batch)
	if err != nil {
		return err
	}
	// Of an endpoint that stands there twice the last line counts, as one known by then.
	waits := map[string]bool{}
	for _, s := range i.batch {
		waits[s.Endpoint] = s.State == news.SubscriptionWaiting
	}
	for _, w := range waits {
		if w {
			i.waiting++
		}
	}
	i.created, i.replaced = i.created+created, i.replaced+replaced+len(i.batch)-len(waits)
	i.batch = i.batch[:0]
	return nil
}

func (b *brought) report(w io.Writer) {
	fmt.Fprintf(w, "%d new, %d known already, %d refused.\n", b.created, b.replaced, b.refused)
	if b.waiting > 0 {
		fmt.Fprintf(w, "%d of them were made with a key that is not here: each waits for its reader's next visit, and is neither sent to nor counted.\n", b.waiting)
	}
	for _, t := range slices.Sorted(maps.Keys(b.unknown)) {
		fmt.Fprintf(w, "%d wanted the topic %s, which is not here; it was left out.\n", b.unknown[t], t)
	}
	for _, e := range b.examples {
		fmt.Fprintln(w, "  refused,", e)
	}
	if more := b.refused - len(b.examples); more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
}

// readSubscriptions reads JSON lines: what a browser's toJSON gives, and beside it the
// reader's choice.
func readSubscriptions(r io.Reader, add func(line int, l *importedLine) error, refuse func(line int, err error)) error {
	b := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		text, long, err := b.ReadLine()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case long:
			refuse(n, errors.New("longer than 64 kB"))
			for long && err == nil {
				_, long, err = b.ReadLine()
			}
			continue
		case len(text) == 0:
			continue
		}
		var l importedLine
		if err := json.Unmarshal(text, &l); err != nil {
			refuse(n, errors.New("not a subscription in JSON"))
			continue
		}
		if err := add(n, &l); err != nil {
			return err
		}
	}
}

// openInput opens a file, or standard input for "-".
func openInput(path string, io *std) (r io.Reader, close func(), err error) {
	if path == "-" {
		return io.in, func() {}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	return f, func() { f.Close() }, nil
}

type subscriptionsExportCmd struct {
	place
	File string `arg:"" help:"File to write, readable by you alone; - for standard output."`
}

func (c *subscriptionsExportCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		return writeSecret(c.File, io, func(w *bufio.Writer) error { return exportSubscriptions(ctx, s, w) })
	})
}

func exportSubscriptions(ctx context.Context, s *store.Store, w io.Writer) error {
	kept, err := s.PushKeys(ctx)
	if err != nil {
		return err
	}
	public := map[string]string{}
	for _, k := range kept {
		public[k.ID] = k.Public
	}
	enc := json.NewEncoder(w)
	return s.EachSubscription(ctx, news.NumberRange{To: ^uint32(0)}, func(s *news.Subscription) error {
		keys := webpush.Keys(s.Keys)
		l := importedLine{
			Endpoint: s.Endpoint, Key: public[s.KeyID], Topics: s.Topics, Stories: s.Stories, OnlyChosen: s.OnlyChosen,
			Importance: s.Importance, MostPerDay: s.MostPerDay, Language: s.Language,
			Paused: s.State == news.SubscriptionPaused, Waiting: s.State == news.SubscriptionWaiting,
		}
		l.Keys.P256dh, l.Keys.Auth = keys.P256dh(), keys.Auth()
		if q := s.Quiet; !q.None() {
			l.QuietHours = &quietLine{clock(q.From), clock(q.To), q.Zone}
		}
		return enc.Encode(l)
	})
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// writeSecret writes a file that its owner alone may read, whole or not at all.
func writeSecret(path string, io *std, write func(w *bufio.Writer) error) (err error) {
	if path == "-" {
		w := bufio.NewWriter(io.out)
		return errors.Join(write(w), w.Flush())
	}
	// A new file under a name of its own: one that lay there could be anybody's.
	f, err := os.CreateTemp(filepath.Dir(path), ".dateline-secret-")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	w := bufio.NewWriter(f)
	err = errors.Join(write(w), w.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
