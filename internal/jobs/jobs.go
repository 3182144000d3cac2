// Package jobs runs background work: it claims what the newsroom enqueued, runs it,
// retries what went wrong and gives up what stays wrong.
//
// A job runs at least once, and again when its worker was killed or its end could not
// be written down; kinds are written so that this does no harm. What kinds there are
// and what they do is said by others; package store keeps the jobs. Command dateline
// wires it.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/news"
)

// A Store keeps jobs. What is said of a lease holds across processes: while it lasts,
// nobody else gets the job. Its clock says what is due.
type Store interface {
	// ClaimJobs leases due jobs to worker for news.JobLease, of each kind as many as
	// there is room for, and sets aside those begun too often. It writes nothing when
	// there is nothing to do.
	ClaimJobs(ctx context.Context, worker string, room map[string]news.JobRoom) (claimed, aside []news.Job, err error)
	// RenewJobs makes leases last news.JobLease from now and gives those that were lost.
	RenewJobs(ctx context.Context, held []news.Job) (lost []news.Job, err error)
	// FinishJob, RetryJob, FailJob and ReturnJob end a lease: done, to be run again
	// after a while, given up, to be run by whoever is there first. They do nothing to
	// a job whose lease was lost.
	FinishJob(ctx context.Context, j news.Job) error
	RetryJob(ctx context.Context, j news.Job, after time.Duration, why string) error
	FailJob(ctx context.Context, j news.Job, why string) error
	ReturnJob(ctx context.Context, j news.Job) error
}

// A Kind is one sort of work.
type Kind struct {
	Name string
	// Do does a job. Its context ends when the lease is lost, when the process has no
	// more time to stop, and after Within; Do returns soon after. An error has the job
	// run again later; see Permanent for one that does not.
	Do func(context.Context, news.Job) error
	// Attempts is how often a job may be begun; 0 means 20, which with the usual pauses
	// is eight hours.
	Attempts int
	// Parallel is how many run at once in this process; 0 means 2. Every kind has places
	// of its own, so that a heap of slow ones does not keep a quick one waiting.
	Parallel int
	// Within is how long one attempt may take; 0 means a quarter of an hour.
	Within time.Duration
	// Backoff is the pause after the attempt of that number, before it is spread by a
	// quarter either way; nil means one that doubles from a second to an hour.
	Backoff func(attempt int) time.Duration
}

// Options are what a Runner needs.
type Options struct {
	Store  Store
	Worker string // this process's name, like no other's
	Kinds  []Kind
	Wake   <-chan struct{} // receives when jobs were enqueued; without it they are found by polling
	// Tell tells the operator of a job of a kind that was given up; nil tells nobody.
	Tell func(kind, what string)
	Log  *slog.Logger // nil logs nothing
}

// A Runner runs jobs of its kinds. Make one with New.
type Runner struct {
	o     Options
	kinds map[string]Kind
	ended chan struct{} // receives when an attempt has ended

	mu   sync.Mutex
	held map[*attempt]struct{} // what this process is working on
	busy map[string]int        // and how much of it, by kind

	done, failed, givenUp atomic.Int64
	silent                bool // the store did not answer last time; the run's own
}

// New makes a Runner; Run runs it. A kind without a name or work, or there twice, is a
// mistake in the program and panics.
func New(o Options) *Runner {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Tell == nil {
		o.Tell = func(string, string) {}
	}
	r := &Runner{
		o: o, kinds: map[string]Kind{}, ended: make(chan struct{}, 1),
		held: map[*attempt]struct{}{}, busy: map[string]int{},
	}
	for _, k := range o.Kinds {
		if _, twice := r.kinds[k.Name]; twice || k.Name == "" || k.Do == nil {
			panic("jobs: a kind needs a name of its own and work: " + k.Name)
		}
		if k.Attempts < 1 {
			k.Attempts = 20
		}
		if k.Parallel < 1 {
			k.Parallel = 2
		}
		if k.Within <= 0 {
			k.Within = 15 * time.Minute
		}
		if k.Backoff == nil {
			k.Backoff = doubling
		}
		r.kinds[k.Name] = k
	}
	return r
}

// Stats are counts since the process began.
type Stats struct {
	Running int // now
	Done    int64
	Failed  int64 // attempts that ended in an error
	GivenUp int64 // jobs
}

// Stats counts what this Runner did.
func (r *Runner) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Stats{Running: len(r.held), Done: r.done.Load(), Failed: r.failed.Load(), GivenUp: r.givenUp.Load()}
}
