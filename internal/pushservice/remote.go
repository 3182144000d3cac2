package pushservice

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxReply bounds what a control door may say, in bytes.
const maxReply = 1 << 30

// A Remote commands a Service in another process, through its control door.
type Remote struct {
	control string
	client  *http.Client
}

// NewRemote gives the remote of the service with this control door.
func NewRemote(control string) *Remote {
	return &Remote{control: control, client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{Proxy: nil}}}
}

func (r *Remote) do(ctx context.Context, method, path string, body, into any) error {
	var send io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("command push service: %w", err)
		}
		send = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, r.control+path, send)
	if err != nil {
		return fmt.Errorf("command push service: %w", err)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return fmt.Errorf("command push service: %w", err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return fmt.Errorf("command push service: %w", err)
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("command push service: %s %s: %s: %s", method, path, response.Status, strings.TrimSpace(string(b)))
	}
	switch into := into.(type) {
	case nil:
	case *[]byte:
		*into = b
	default:
		if err := json.Unmarshal(b, into); err != nil {
			return fmt.Errorf("command push service: %s %s: %w", method, path, err)
		}
	}
	return nil
}

// Info is what is needed to use the service.
func (r *Remote) Info(ctx context.Context) (Info, error) {
	var i Info
	err := r.do(ctx, http.MethodGet, "/info", nil, &i)
	return i, err
}

// Stats are the counts up to now.
func (r *Remote) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	err := r.do(ctx, http.MethodGet, "/stats", nil, &s)
	return s, err
}

// Trouble makes it misbehave.
func (r *Remote) Trouble(ctx context.Context, list ...Trouble) error {
	return r.do(ctx, http.MethodPost, "/troubles", list, nil)
}

// Lift ends the troubles of these names; without names it ends all.
func (r *Remote) Lift(ctx context.Context, names ...string) error {
	if len(names) == 0 {
		return r.do(ctx, http.MethodDelete, "/troubles", nil, nil)
	}
	for _, n := range names {
		if err := r.do(ctx, http.MethodDelete, "/troubles/"+url.PathEscape(n), nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// Messages are those remembered with a number above after.
func (r *Remote) Messages(ctx context.Context, after int64) ([]Message, error) {
	var list []Message
	err := r.do(ctx, http.MethodGet, "/messages?after="+strconv.FormatInt(after, 10), nil, &list)
	return list, err
}

// Received is how many messages each subscription got, up to 255.
func (r *Remote) Received(ctx context.Context) ([]byte, error) {
	var b []byte
	err := r.do(ctx, http.MethodGet, "/received", nil, &b)
	return b, err
}

// Forget sets all counts to zero.
func (r *Remote) Forget(ctx context.Context) error {
	return r.do(ctx, http.MethodPost, "/forget", nil, nil)
}
