package news

import "time"

// A Job is work to be done outside the request that asked for it. It is enqueued
// in the asker's transaction, and may run twice: kinds are written so that this
// does no harm.
type Job struct {
	ID      string
	Kind    string
	Args    []byte // JSON
	RunAt   time.Time
	Attempt int    // how many times it was begun, this time included
	Unique  string // only one waiting job may have it; empty for none
}
