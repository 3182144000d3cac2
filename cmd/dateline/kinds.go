package main

import (
	"context"

	"dateline/internal/jobs"
	"dateline/internal/site"
)

// kinds is all the background work there is: whoever enqueues a job adds its kind here.
func (n *node) kinds(face *site.Renderer) []jobs.Kind {
	return append(n.mail.kinds(), n.signInKind(), n.answerKind(face), jobs.Kind{Name: drillJob, Do: n.holdDrill, Parallel: 1, Attempts: 1, Within: 2 * drillLimit})
}

// employ makes the runner of background work. Whoever is alone on its database is so
// with SQLite: what was under way when the process ended is free again at once.
func (n *node) employ(ctx context.Context, face *site.Renderer) error {
	if n.store.Engine() == "sqlite" {
		if err := n.store.VoidLeases(ctx); err != nil {
			return err
		}
	}
	wake, deaf := n.store.JobHints()
	n.later(func() error { deaf(); return nil })
	n.jobs = jobs.New(jobs.Options{
		Store: n.store, Worker: nodeName(), Kinds: n.kinds(face), Wake: wake, Tell: func(kind, what string) { n.told(aboutJob+":"+kind, what, true) }, Log: n.log,
	})
	return nil
}
