package desk

import (
	"context"
	"time"

	"dateline/internal/news"
)

// Submit hands a draft to the editors.
func (d *Desk) Submit(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) { return s.Submit(who, note, now) })
}

// Return gives a story back to its writer.
func (d *Desk) Return(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) { return s.Return(who, note, now) })
}

// Approve says that a story may go out.
func (d *Desk) Approve(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) { return s.Approve(who, note, now) })
}

// Spike bins a story that was never published.
func (d *Desk) Spike(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) { return s.Spike(who, note, now) })
}

// Schedule plans a story's release to the second.
func (d *Desk) Schedule(ctx context.Context, who news.Actor, id news.StoryID, plan news.Plan, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) {
		return s.Schedule(who, plan, note, now)
	})
}

// TakeDown makes a published story give way to a notice. When it answers, no node
// shows the story.
func (d *Desk) TakeDown(ctx context.Context, who news.Actor, id news.StoryID, notice, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) {
		return s.TakeDown(who, notice, note, now)
	})
}

// Kill makes a story vanish. When it answers, no node shows it.
func (d *Desk) Kill(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) { return s.Kill(who, note, now) })
}

// Correct adds a dated public note to a published story.
func (d *Desk) Correct(ctx context.Context, who news.Actor, id news.StoryID, kind news.CorrectionKind, text string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) {
		return s.Correct(who, kind, text, now)
	})
}
