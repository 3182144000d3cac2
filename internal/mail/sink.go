package mail

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
)

// NewSink returns the development sink: it prints each mail on w, readably and whole
// (a sign-in link can be copied from it), and sends none. It refuses what a Server
// refuses by itself.
func NewSink(w io.Writer) Sender { return &sink{w: w} }

type sink struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sink) Send(_ context.Context, m Message) error {
	m, err := m.ready()
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- mail, printed and not sent ---\nTo: %s\nSubject: %s\n", m.To, m.Subject)
	if m.List != "" {
		fmt.Fprintf(&b, "List: %s\n", m.List)
	}
	if m.Unsubscribe != "" {
		fmt.Fprintf(&b, "Unsubscribe: %s\n", m.Unsubscribe)
	}
	fmt.Fprintf(&b, "\n%s--- end of mail ---\n", m.Text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.WriteString(s.w, b.String()); err != nil {
		return fmt.Errorf("print mail: %w", err)
	}
	return nil
}

func (*sink) Check(context.Context) error { return nil }
func (*sink) Close() error                { return nil }
