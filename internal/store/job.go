package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dateline/internal/news"
)

// Enqueue adds a job outside another transaction.
func (s *Store) Enqueue(ctx context.Context, j news.Job) error {
	_, err := s.write(ctx, func(t *tx) error { return t.enqueue(j) })
	if err != nil {
		return fmt.Errorf("enqueue a job of kind %s: %w", j.Kind, err)
	}
	return nil
}

// enqueue adds jobs to this transaction: they are there when it commits, or not at
// all. A job whose Unique waits already is not added again. If that one is being run
// it may have read what is true no longer: it is run once more. If it was given up
// it begins anew.
func (t *tx) enqueue(jobs ...news.Job) error {
	for _, j := range jobs {
		id := news.NewID[string]()
		unique := j.Unique
		if unique == "" {
			unique = id
		}
		run := j.RunAt
		if run.IsZero() {
			run = t.now
		}
		if _, err := t.exec(`
			INSERT INTO job (id, kind, args, run_at, attempt, lease, lease_till, unique_key, failed_at, error)
			VALUES ($1, $2, $3, $4, 0, '', 0, $5, 0, '')
			ON CONFLICT (kind, unique_key) DO UPDATE
			SET args = excluded.args, run_at = excluded.run_at, attempt = 0, failed_at = 0, error = ''
			WHERE job.lease <> '' OR job.failed_at > 0`,
			id, j.Kind, string(j.Args), us(run), unique); err != nil {
			return fmt.Errorf("enqueue a job of kind %s: %w", j.Kind, err)
		}
		if !run.After(t.now) {
			t.jobs = true
		}
	}
	return nil
}

// ClaimJobs leases due jobs to worker, the longest due first: of each kind that room
// names as many as there is room for. Other kinds are left to whoever knows them. A job
// that was begun as often as it may and never came to an end is set aside here, before
// it can take its worker along again, and told in aside. Who has nothing to do writes
// nothing.
func (s *Store) ClaimJobs(ctx context.Context, worker string, room map[string]news.JobRoom) (claimed, aside []news.Job, err error) {
	var some int
	due, args := dueJobs(s.Now(), room, nil)
	if len(args) == 0 {
		return nil, nil, nil
	}
	err = s.read(ctx).row(`SELECT 1 `+due+` LIMIT 1`, args...).Scan(&some)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, s.translate(fmt.Errorf("look for jobs: %w", err))
	}
	_, err = s.write(ctx, func(t *tx) error {
		claimed, aside = nil, nil
		lease, taken := worker+"/"+news.NewID[string](), map[string]int{}
		for {
			due, args := dueJobs(t.now, room, taken)
			if len(args) == 0 {
				return nil
			}
			j, err := scanJob(t.row(`
				SELECT id, kind, args, run_at, attempt, unique_key `+due+`
				ORDER BY run_at, id LIMIT 1`+t.s.dialect.unheld(), args...))
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			if j.Attempt >= room[j.Kind].Attempts {
				why := fmt.Sprintf("it was begun %d times and never came to an end", j.Attempt)
				if _, err := t.exec(`UPDATE job SET failed_at = $2, error = $3, lease = '', lease_till = 0 WHERE id = $1`,
					j.ID, us(t.now), why); err != nil {
					return err
				}
				aside = append(aside, j)
				continue
			}
			j.Attempt++
			j.Lease = lease
			if _, err := t.exec(`UPDATE job SET lease = $2, lease_till = $3, attempt = $4 WHERE id = $1`,
				j.ID, lease, us(t.now.Add(news.JobLease)), j.Attempt); err != nil {
				return err
			}
			taken[j.Kind]++
			claimed = append(claimed, j)
		}
	})
	if err != nil {
		return nil, nil, fmt.Errorf("claim jobs: %w", err)
	}
	return claimed, aside, nil
}

// dueJobs are those that may be claimed at now, of kinds with more room than was
// taken; there are no args when no kind has.
func dueJobs(now time.Time, room map[string]news.JobRoom, taken map[string]int) (from string, args []any) {
	var kinds []string
	for kind, r := range room {
		if r.Free > taken[kind] {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return "", nil
	}
	list, names := in(3, kinds)
	return `FROM job WHERE failed_at = 0 AND run_at <= $1 AND lease_till < $2 AND kind IN ` + list,
		append([]any{us(now), us(now)}, names...)
}

func scanJob(row *sql.Row) (j news.Job, err error) {
	var args string
	var run int64
	err = row.Scan(&j.ID, &j.Kind, &args, &run, &j.Attempt, &j.Unique)
	j.Args, j.RunAt = []byte(args), at(run)
	return j, err
}

// RenewJobs keeps the leases of held for another news.JobLease, and gives those that
// were lost: their work must stop.
func (s *Store) RenewJobs(ctx context.Context, held []news.Job) (lost []news.Job, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		lost = nil
		for _, j := range held {
			n, err := t.exec(`UPDATE job SET lease_till = $3 WHERE id = $1 AND lease = $2`, j.ID, j.Lease, us(t.now.Add(news.JobLease)))
			if err != nil {
				return err
			}
			if n == 0 {
				lost = append(lost, j)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("renew the leases of %d jobs: %w", len(held), err)
	}
	return lost, nil
}

// FinishJob removes a job that was done. With a lost lease it does nothing, as do
// the others below: the job is another worker's.
func (s *Store) FinishJob(ctx context.Context, j news.Job) error {
	return s.settleJob(ctx, "finish", j, func(t *tx) (int64, error) {
		return t.exec(`DELETE FROM job WHERE id = $1 AND lease = $2 AND attempt = $3`, j.ID, j.Lease, j.Attempt)
	})
}

// HandOver finishes a job and enqueues what follows from it, all or nothing: if it did so
// before it was finished, and were cut off between, the same would follow twice. With a
// lost lease it fails.
func (s *Store) HandOver(ctx context.Context, j news.Job, next ...news.Job) error {
	_, err := s.write(ctx, func(t *tx) error {
		n, err := t.exec(`DELETE FROM job WHERE id = $1 AND lease = $2 AND attempt = $3`, j.ID, j.Lease, j.Attempt)
		if err != nil {
			return err
		}
		if n == 0 {
			return errors.New("its lease was lost")
		}
		return t.enqueue(next...)
	})
	if err != nil {
		return fmt.Errorf("hand over job %s of kind %s: %w", j.ID, j.Kind, err)
	}
	return nil
}

// DropJobs forgets the jobs of some kinds, and says how many.
func (s *Store) DropJobs(ctx context.Context, kinds ...string) (dropped int64, err error) {
	list, args := in(1, kinds)
	_, err = s.write(ctx, func(t *tx) (err error) {
		dropped, err = t.exec(`DELETE FROM job WHERE kind IN `+list, args...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("drop jobs: %w", err)
	}
	return dropped, nil
}

// RetryJob gives a job back to be run again after a while, saying why.
func (s *Store) RetryJob(ctx context.Context, j news.Job, after time.Duration, why string) error {
	return s.settleJob(ctx, "put off", j, func(t *tx) (int64, error) {
		return t.exec(`UPDATE job SET lease = '', lease_till = 0, run_at = $4, error = $5 WHERE id = $1 AND lease = $2 AND attempt = $3`,
			j.ID, j.Lease, j.Attempt, us(t.now.Add(after)), why)
	})
}

// FailJob gives a job up for good and keeps it, saying why.
func (s *Store) FailJob(ctx context.Context, j news.Job, why string) error {
	return s.settleJob(ctx, "give up", j, func(t *tx) (int64, error) {
		return t.exec(`UPDATE job SET lease = '', lease_till = 0, failed_at = $4, error = $5 WHERE id = $1 AND lease = $2 AND attempt = $3`,
			j.ID, j.Lease, j.Attempt, us(t.now), why)
	})
}

// ReturnJob gives a job back that was begun and is to be run by whoever is there
// first; the attempt does not count.
func (s *Store) ReturnJob(ctx context.Context, j news.Job) error {
	return s.settleJob(ctx, "give back", j, func(t *tx) (int64, error) {
		t.jobs = true
		return t.exec(`UPDATE job SET lease = '', lease_till = 0, attempt = attempt - 1 WHERE id = $1 AND lease = $2 AND attempt = $3`,
			j.ID, j.Lease, j.Attempt)
	})
}

// settleJob ends j's lease by how. A job that was enqueued again while it ran has no
// attempts any more: whatever became of this run, it waits for the next one.
func (s *Store) settleJob(ctx context.Context, what string, j news.Job, how func(*tx) (int64, error)) error {
	_, err := s.write(ctx, func(t *tx) error {
		n, err := how(t)
		if err != nil || n > 0 {
			return err
		}
		n, err = t.exec(`UPDATE job SET lease = '', lease_till = 0 WHERE id = $1 AND lease = $2`, j.ID, j.Lease)
		t.jobs = t.jobs || n > 0
		return err
	})
	if err != nil {
		return fmt.Errorf("%s job %s of kind %s: %w", what, j.ID, j.Kind, err)
	}
	return nil
}

// VoidLeases frees every lease: at the start of a process that is alone on its
// database, whatever was being worked on is free at once.
func (s *Store) VoidLeases(ctx context.Context) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE job SET lease = '', lease_till = 0 WHERE failed_at = 0 AND lease <> ''`)
		return err
	})
	return err
}

// WaitingJobs counts the jobs that are to be run, now or later, those being run included.
func (s *Store) WaitingJobs(ctx context.Context) (int, error) {
	return s.countJobs(ctx, `SELECT count(*) FROM job WHERE failed_at = 0`)
}

// FailedJobs counts the jobs that were given up.
func (s *Store) FailedJobs(ctx context.Context) (int, error) {
	return s.countJobs(ctx, `SELECT count(*) FROM job WHERE failed_at > 0`)
}

func (s *Store) countJobs(ctx context.Context, q string) (int, error) {
	var n int
	err := s.read(ctx).row(q).Scan(&n)
	return n, s.translate(err)
}
