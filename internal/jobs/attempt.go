package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"dateline/internal/news"
)

// An attempt is one run of a job by this process.
type attempt struct {
	job   news.Job
	kind  Kind
	ctx   context.Context
	stop  context.CancelCauseFunc
	lease *time.Timer // ends the run when the lease runs out; renewing sets it anew
}

// begin makes a place for the run of a job that was claimed not before the given moment.
func (r *Runner) begin(bg context.Context, j news.Job, at time.Time) *attempt {
	a := &attempt{job: j, kind: r.kinds[j.Kind]}
	a.ctx, a.stop = context.WithCancelCause(bg)
	a.lease = time.AfterFunc(time.Until(at.Add(news.JobLease)), func() { a.stop(errLost) })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held[a] = struct{}{}
	r.busy[j.Kind]++
	return a
}

// attempt runs a job and writes down what came of it.
func (r *Runner) attempt(a *attempt) {
	err := r.do(a)
	r.settle(a, err)
	a.lease.Stop()
	a.stop(nil)
	r.mu.Lock()
	delete(r.held, a)
	r.busy[a.job.Kind]--
	r.mu.Unlock()
	select {
	case r.ended <- struct{}{}:
	default:
	}
}

// do runs the job itself; its panic is an error.
func (r *Runner) do(a *attempt) (err error) {
	ctx, cancel := context.WithTimeoutCause(a.ctx, a.kind.Within, fmt.Errorf("it took longer than %v", a.kind.Within))
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			r.o.Log.Error("job panicked", "kind", a.job.Kind, "job", a.job.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
			return
		}
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}()
	return a.kind.Do(ctx, a.job)
}

// settle writes down what came of a run that ended with err.
func (r *Runner) settle(a *attempt, err error) {
	s, j, k := r.o.Store, a.job, a.kind
	_, permanent := errors.AsType[permanentError](err)
	cut := errors.Is(err, errStopping) || errors.Is(err, errLost)
	if err != nil && !cut {
		r.failed.Add(1)
	}
	switch {
	case err == nil:
		r.write(a, func(ctx context.Context) error { return s.FinishJob(ctx, j) })
		r.done.Add(1)
	case permanent, !cut && j.Attempt >= k.Attempts:
		r.write(a, func(ctx context.Context) error { return s.FailJob(ctx, j, reason(err)) })
		r.givenUp.Add(1)
		r.tell(j, err)
	case cut:
		r.o.Log.Info("job cut off", "kind", j.Kind, "job", j.ID, "error", err)
		r.write(a, func(ctx context.Context) error { return s.ReturnJob(ctx, j) })
	default:
		again := spread(k.Backoff(j.Attempt))
		r.o.Log.Warn("job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "again_in", again, "error", err)
		r.write(a, func(ctx context.Context) error { return s.RetryJob(ctx, j, again, reason(err)) })
	}
}

// write has the store end a lease. It tries as long as the lease lasts, since what is
// not written down is done again; when the process was cut off, once.
func (r *Runner) write(a *attempt, end func(context.Context) error) {
	for {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), patch)
		err := end(ctx)
		cancel()
		if err == nil {
			return
		}
		select {
		case <-time.After(poll):
		case <-a.ctx.Done():
			r.o.Log.Error("could not write down the end of a job; it will run again", "kind", a.job.Kind, "job", a.job.ID, "error", err)
			return
		}
	}
}
