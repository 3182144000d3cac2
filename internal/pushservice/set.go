package pushservice

import (
	"fmt"
	"slices"
	"time"
)

// Trouble begins to misbehave, or makes ready to. It returns an ErrTrouble if
// it cannot.
func (s *Service) Trouble(t Trouble) error {
	if err := t.check(len(s.origins)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	set := newTrouble(t, s.o.Now(), len(s.counts))
	i := slices.IndexFunc(s.troubles, func(o *trouble) bool { return t.Name != "" && o.Name == t.Name })
	if i >= 0 {
		s.troubles[i] = set
	} else {
		s.troubles = append(s.troubles, set)
	}
	return s.turn()
}

// Lift ends the troubles of these names; without names it ends all. Browsers
// that were away are given what was kept for them.
func (s *Service) Lift(names ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubles = slices.DeleteFunc(s.troubles, func(t *trouble) bool { return len(names) == 0 || slices.Contains(names, t.Name) })
	return s.turn()
}

// Troubles are those set that are not over.
func (s *Service) Troubles() []Trouble {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Trouble{}
	for _, t := range s.troubles {
		list = append(list, t.Trouble)
	}
	return list
}

// turn makes what is set be in force, and again when something begins or ends.
// Its caller holds the lock.
func (s *Service) turn() error {
	now := s.o.Now()
	s.troubles = slices.DeleteFunc(s.troubles, func(t *trouble) bool { return !t.until.IsZero() && !now.Before(t.until) })
	var next time.Time
	for _, t := range s.troubles {
		for _, at := range []time.Time{t.from, t.until} {
			if at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	var failed error
	for _, at := range s.origins {
		here := slices.DeleteFunc(slices.Clone(s.troubles), func(t *trouble) bool { return !t.at(at.index) })
		at.set.Store(&here)
		if err := at.obey(now); err != nil && failed == nil {
			failed = fmt.Errorf("misbehave: %w", err)
			next = now.Add(100 * time.Millisecond) // the port may be free again
		}
	}
	s.deliver(now)
	if s.timer != nil {
		s.timer.Stop()
	}
	if !next.IsZero() && s.ctx.Err() == nil {
		s.timer = time.AfterFunc(next.Sub(now), func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			_ = s.turn() // tried again by itself
		})
	}
	return failed
}
