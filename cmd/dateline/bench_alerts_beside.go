package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"dateline/internal/fanout"
	"dateline/internal/news"
)

// besideMessages is how many messages the peer sends: enough to measure, and a hundredth
// of the time that a million would take it.
const besideMessages = 20_000

// beside measures another sender against the same services: what one of its messages
// costs, with what ours cost in this run.
func (a *alertBench) beside(ctx context.Context, program string) error {
	n := min(a.subscribers, besideMessages)
	a.say("%d messages by %s", n, program)
	file := filepath.Join(a.dir, "beside.jsonl")
	whole := a.subscribers
	a.subscribers = n
	err := a.writeSubscriptions(ctx, file, "")
	a.subscribers = whole
	if err != nil {
		return err
	}
	if err := a.remote.Lift(ctx); err != nil {
		return err
	}
	payload, err := fanout.Payload(&news.Alert{
		ID: news.NewID[news.AlertID](), Kind: news.NewsAlert, Title: "Bridge closed after beside", Language: "en", Address: "/2026/11/26/bridge",
		Body: "Traffic is led over the old ferry until the morning.", Audience: news.Audience{All: true},
	}, fanout.Dress{Site: "http://" + a.server.address})
	if err != nil {
		return err
	}
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	cmd := exec.CommandContext(ctx, program, "-messages", strconv.Itoa(n), "-ca", a.ca, "-payload", string(payload))
	var out, failed bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = in, &out, &failed, childEnv()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %.300s", program, err, failed.String())
	}
	var r struct {
		Messages int     `json:"messages"`
		Accepted int     `json:"accepted"`
		CPU      float64 `json:"cpu_seconds"`
		Wall     float64 `json:"wall_seconds"`
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Messages != n || r.Accepted != n {
		return fmt.Errorf("%s sent %d of %d messages, %d accepted: %v", program, r.Messages, n, r.Accepted, err)
	}
	peer := r.CPU / float64(r.Messages) * 1e6
	a.report.told("a message, processor, the peer", peer, "µs")
	if a.coldCost > 0 {
		a.report.atLeast("the peer's cost, of ours cold", peer/a.coldCost, "times", 3)
	}
	if a.preparedCost > 0 {
		a.report.atLeast("the peer's cost, of ours prepared", peer/a.preparedCost, "times", 30)
	}
	return nil
}
