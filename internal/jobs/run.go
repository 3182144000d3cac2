package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"dateline/internal/news"
)

const (
	poll  = 250 * time.Millisecond // how often the store is asked; being woken is quicker
	grace = 5 * time.Second        // what is being done may go on so long when the process stops
	patch = 5 * time.Second        // how long one call of the store may take
)

// Why a job's context ended, when its time was not up.
var (
	errLost     = errors.New("its lease was lost")
	errStopping = errors.New("the process stops")
)

// Run runs jobs until ctx ends. Then it begins no more, lets those under way go on for
// five seconds, ends the contexts of the rest, and returns when all have ended; what was
// not done is given back, to be run at once by another process or the next one.
func (r *Runner) Run(ctx context.Context) {
	if len(r.kinds) == 0 {
		return
	}
	bg, cutOff := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cutOff(nil)
	var work, renewing sync.WaitGroup
	renewing.Go(func() { r.renew(bg) })
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for ctx.Err() == nil {
		before := time.Now()
		for _, j := range r.claim(bg) {
			a := r.begin(bg, j, before)
			work.Go(func() { r.attempt(a) })
		}
		select {
		case <-ctx.Done():
		case <-r.ended:
		case <-r.o.Wake:
		case <-tick.C:
		}
	}
	late := time.AfterFunc(grace, func() { cutOff(errStopping) })
	work.Wait()
	late.Stop()
	cutOff(errStopping)
	renewing.Wait()
}

// claim takes what there is to do and room for. It is not cut off when the process
// stops: a claim that nobody knows of would be worked on by nobody until it runs out.
func (r *Runner) claim(bg context.Context) []news.Job {
	room := map[string]news.JobRoom{}
	r.mu.Lock()
	for name, k := range r.kinds {
		if free := k.Parallel - r.busy[name]; free > 0 {
			room[name] = news.JobRoom{Free: free, Attempts: k.Attempts}
		}
	}
	r.mu.Unlock()
	if len(room) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(bg, patch)
	defer cancel()
	claimed, aside, err := r.o.Store.ClaimJobs(ctx, r.o.Worker, room)
	switch {
	case err != nil && !r.silent:
		r.o.Log.Warn("background work waits for the database", "error", err)
	case err == nil && r.silent:
		r.o.Log.Info("background work goes on")
	}
	r.silent = err != nil
	for _, j := range aside {
		r.givenUp.Add(1)
		r.tell(j, fmt.Errorf("it was begun %d times and never came to an end; it may be what stops the process", j.Attempt))
	}
	return claimed
}

// tell tells the operator that a job was given up.
func (r *Runner) tell(j news.Job, why error) {
	r.o.Log.Error("job given up", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "error", why)
	r.o.Tell(j.Kind, fmt.Sprintf("Background work of kind %s was given up: %s", j.Kind, reason(why)))
}

// renew keeps the leases of what is being worked on until ctx ends.
func (r *Runner) renew(ctx context.Context) {
	tick := time.NewTicker(news.JobLease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		r.mu.Lock()
		var jobs []news.Job
		for a := range r.held {
			jobs = append(jobs, a.job)
		}
		r.mu.Unlock()
		if len(jobs) == 0 {
			continue
		}
		before := time.Now()
		turn, cancel := context.WithTimeout(ctx, patch)
		lost, err := r.o.Store.RenewJobs(turn, jobs)
		cancel()
		if err != nil {
			if ctx.Err() == nil {
				r.o.Log.Warn("could not renew the leases of background work; it is stopped when they run out", "error", err)
			}
			continue
		}
		r.renewed(jobs, lost, before)
	}
}

// renewed prolongs what was renewed, and stops what was lost. Both are looked up by
// lease and job: one job may be here twice, when its first run lost it.
func (r *Runner) renewed(jobs, lost []news.Job, at time.Time) {
	type run struct{ id, lease string }
	kept := map[run]bool{}
	for _, j := range jobs {
		kept[run{j.ID, j.Lease}] = true
	}
	for _, j := range lost {
		kept[run{j.ID, j.Lease}] = false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for a := range r.held {
		switch still, asked := kept[run{a.job.ID, a.job.Lease}]; {
		case !asked: // begun meanwhile
		case still:
			a.lease.Reset(time.Until(at.Add(news.JobLease)))
		default:
			a.stop(errLost)
		}
	}
}
