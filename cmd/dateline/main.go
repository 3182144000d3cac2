// Command dateline is one binary that runs an independent newsroom's site. It is
// the switchboard: it reads the configuration, builds every part in order, hands
// each what it needs, and gives the commands. It decides nothing else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
