package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dateline/internal/news"
)

// JobLease is how long a claimed job is one worker's; it renews while it works.
const JobLease = 30 * time.Second

// Enqueue adds a job outside another transaction. A job whose Unique waits already
// is not added again.
func (s *Store) Enqueue(ctx context.Context, j news.Job) error {
	_, err := s.write(ctx, func(t *tx) error { return t.enqueue(j) })
	if err == nil {
		s.hints.tell()
	}
	return err
}

func (t *tx) enqueue(j news.Job) error {
	id := news.NewID[string]()
	unique := j.Unique
	if unique == "" {
		unique = id
	}
	run := j.RunAt
	if run.IsZero() {
		run = t.now
	}
	_, err := t.exec(`
		INSERT INTO job (id, kind, args, run_at, attempt, lease, lease_till, unique_key, failed_at, error)
		VALUES ($1, $2, $3, $4, 0, '', 0, $5, 0, '')
		ON CONFLICT (kind, unique_key) DO NOTHING`,
		id, j.Kind, string(j.Args), us(run), unique)
	return err
}

// ClaimJob gives worker the next due job, or nil. A job begun more than most times
// is set aside here, before it can kill its worker again.
func (s *Store) ClaimJob(ctx context.Context, worker string, most int) (*news.Job, error) {
	var waiting int
	if err := s.read(ctx).row(`SELECT count(*) FROM job WHERE failed_at = 0 AND run_at <= $1 AND lease_till < $2`,
		us(s.Now()), us(s.Now())).Scan(&waiting); err != nil || waiting == 0 {
		return nil, s.translate(err) // an idle worker writes nothing
	}
	var job *news.Job
	_, err := s.write(ctx, func(t *tx) error {
		job = nil
		if _, err := t.exec(`
			UPDATE job SET failed_at = $1, error = 'given up after too many attempts', lease = '', lease_till = 0
			WHERE failed_at = 0 AND run_at <= $2 AND lease_till < $3 AND attempt >= $4`, us(t.now), us(t.now), us(t.now), most); err != nil {
			return err
		}
		var j news.Job
		var args string
		var run int64
		err := t.row(`
			UPDATE job SET lease = $1, lease_till = $2, attempt = attempt + 1
			WHERE lease_till < $3 AND id = (SELECT id FROM job WHERE failed_at = 0 AND run_at <= $4 AND lease_till < $5 ORDER BY run_at, id LIMIT 1)
			RETURNING id, kind, args, run_at, attempt, unique_key`,
			worker, us(t.now.Add(JobLease)), us(t.now), us(t.now), us(t.now)).Scan(&j.ID, &j.Kind, &args, &run, &j.Attempt, &j.Unique)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		j.Args, j.RunAt = []byte(args), at(run)
		job = &j
		return err
	})
	return job, err
}

// RenewJob keeps worker's lease; false when it was lost, and the work must stop.
func (s *Store) RenewJob(ctx context.Context, worker, id string) (bool, error) {
	var n int64
	_, err := s.write(ctx, func(t *tx) (err error) {
		n, err = t.exec(`UPDATE job SET lease_till = $3 WHERE id = $1 AND lease = $2`, id, worker, us(t.now.Add(JobLease)))
		return err
	})
	return n == 1, err
}

// FinishJob removes a job that worker has done.
func (s *Store) FinishJob(ctx context.Context, worker, id string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM job WHERE id = $1 AND lease = $2`, id, worker)
		return err
	})
	return err
}

// RetryJob gives a job back to be run again at the given time, saying why.
func (s *Store) RetryJob(ctx context.Context, worker, id string, again time.Time, why string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE job SET lease = '', lease_till = 0, run_at = $3, error = $4 WHERE id = $1 AND lease = $2`, id, worker, us(again), why)
		return err
	})
	return err
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

// FailedJobs counts the jobs that were given up.
func (s *Store) FailedJobs(ctx context.Context) (int, error) {
	var n int
	err := s.read(ctx).row(`SELECT count(*) FROM job WHERE failed_at > 0`).Scan(&n)
	return n, s.translate(err)
}
