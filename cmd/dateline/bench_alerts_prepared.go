package main

import (
	"context"
	"errors"
	"time"
)

func (a *alertBench) prepared(ctx context.Context, paced time.Duration) error {
	a.report.missing("prepared", errors.New("not yet"))
	return nil
}
func (a *alertBench) beside(ctx context.Context, program string) error { return nil }
