package news

import "time"

// JobLease is how long a claimed job is one worker's; it renews while it works.
const JobLease = 30 * time.Second

// A Job is work to be done outside the request that asked for it. It is enqueued
// in the asker's transaction, and may run twice: kinds are written so that this
// does no harm.
type Job struct {
	ID      string
	Kind    string
	Args    []byte    // JSON
	RunAt   time.Time // not before this; zero for at once
	Attempt int       // how many times it was begun, this time included
	Unique  string    // only one waiting job of its kind may have it; empty for none
	Lease   string    // whose it is while it runs
}

// A JobRoom is what a worker takes of one kind of job.
type JobRoom struct {
	Free     int // how many it could begin now
	Attempts int // how often one may be begun, at most
}
