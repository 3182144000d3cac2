package store

import (
	"context"
	"database/sql"
	"fmt"

	"dateline/internal/news"
)

const noticeColumns = `key, text, first_at, last_at, times, mailed_at, cleared_at, relief`

func scanNotice(scan func(...any) error) (news.Notice, error) {
	var n news.Notice
	var first, last, mailed, cleared int64
	err := scan(&n.Key, &n.Text, &first, &last, &n.Times, &mailed, &cleared, &n.Relief)
	n.First, n.Last, n.Mailed, n.Cleared = at(first), at(last), at(mailed), at(cleared)
	return n, err
}

// NoteNotice keeps what the operator was told: n.Times more of an open notice of that
// key, or a new one. A zero First or Last is now; n.Mailed says that it was mailed
// already. Cleared and Relief are not looked at.
func (s *Store) NoteNotice(ctx context.Context, n news.Notice) error {
	_, err := s.write(ctx, func(t *tx) error {
		first, last := us(n.First), us(n.Last)
		if last == 0 {
			last = us(t.now)
		}
		if first == 0 {
			first = last
		}
		if _, err := t.exec(`
			INSERT INTO notice (key, text, first_at, last_at, times, mailed_at, cleared_at, relief) VALUES ($1, $2, $3, $4, $5, $6, 0, '')
			ON CONFLICT (key) DO UPDATE SET
				text = excluded.text, last_at = excluded.last_at, cleared_at = 0, relief = '',
				first_at = CASE WHEN notice.cleared_at = 0 THEN notice.first_at ELSE excluded.first_at END,
				times = CASE WHEN notice.cleared_at = 0 THEN notice.times ELSE 0 END + excluded.times,
				mailed_at = CASE WHEN notice.mailed_at > excluded.mailed_at THEN notice.mailed_at ELSE excluded.mailed_at END`,
			n.Key, n.Text, first, last, max(n.Times, 1), us(n.Mailed)); err != nil {
			return err
		}
		// There is no more to keep than somebody could read.
		_, err := t.exec(`DELETE FROM notice WHERE (cleared_at > 0 AND cleared_at < $1)
			OR last_at < (SELECT last_at FROM notice ORDER BY last_at DESC LIMIT 1 OFFSET $2)`,
			us(t.now.Add(-news.NoticeMemory)), news.MaxNotices-1)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the notice %s: %w", n.Key, err)
	}
	return nil
}

// ClearNotice ends an open notice: what it told of works again. If it was mailed,
// relief is owed by mail, too; an empty one is not. Without an open one nothing is
// written.
func (s *Store) ClearNotice(ctx context.Context, key, relief string) error {
	if open, err := s.noticeOpen(ctx, key); err != nil || !open {
		return err
	}
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`
			UPDATE notice SET cleared_at = $2, relief = CASE WHEN mailed_at >= first_at THEN $3 ELSE '' END
			WHERE key = $1 AND cleared_at = 0`, key, us(t.now), relief)
		return err
	})
	if err != nil {
		return fmt.Errorf("clear the notice %s: %w", key, err)
	}
	return nil
}

// DismissNotice ends an open notice because somebody has seen to it.
func (s *Store) DismissNotice(ctx context.Context, who news.Actor, key string) error {
	_, err := s.write(ctx, func(t *tx) error {
		k, err := t.exec(`UPDATE notice SET cleared_at = $2, relief = '' WHERE key = $1 AND cleared_at = 0`, key, us(t.now))
		if err != nil || k == 0 {
			return err // dismissed by somebody else, or over
		}
		return t.record(who, "dismiss", "notice:"+key, "")
	})
	if err != nil {
		return fmt.Errorf("dismiss the notice %s: %w", key, err)
	}
	return nil
}

func (s *Store) noticeOpen(ctx context.Context, key string) (bool, error) {
	var k int
	err := s.read(ctx).row(`SELECT count(*) FROM notice WHERE key = $1 AND cleared_at = 0`, key).Scan(&k)
	return k > 0, s.translate(err)
}

// Notices gives the open notices, the one told last first.
func (s *Store) Notices(ctx context.Context) ([]news.Notice, error) {
	out, err := notices(s.read(ctx), `SELECT `+noticeColumns+` FROM notice WHERE cleared_at = 0 ORDER BY last_at DESC, key`)
	return out, s.translate(err)
}

func notices(q querier, text string, args ...any) ([]news.Notice, error) {
	var out []news.Notice
	rows, err := q.rows(text, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		n, err := scanNotice(r.Scan)
		out = append(out, n)
		return err
	})
	return out, err
}

// dueNotices are those to be mailed: open ones told since their last mail, which was
// long enough ago ($1), and those over whose end is owed.
const dueNotices = `((cleared_at = 0 AND last_at > mailed_at AND mailed_at <= $1) OR relief <> '')`

// MailNotices enqueues the mails that are due about notices, each once whichever node
// does it; mail makes the job, of an end if the notice has a Relief, or none if the
// notice is no matter for mail. When none is due nothing is written.
func (s *Store) MailNotices(ctx context.Context, mail func(n news.Notice) (j news.Job, ok bool)) error {
	due, err := notices(s.read(ctx), `SELECT `+noticeColumns+` FROM notice WHERE `+dueNotices, us(s.Now().Add(-news.NoticeMailPause)))
	if err != nil || len(due) == 0 {
		return s.translate(err)
	}
	_, err = s.write(ctx, func(t *tx) error {
		for _, n := range due {
			// Another node may have been here, and the notice be over or open again.
			k, err := t.exec(`UPDATE notice SET mailed_at = CASE WHEN cleared_at = 0 THEN $2 ELSE mailed_at END, relief = ''
				WHERE key = $3 AND cleared_at = $4 AND `+dueNotices,
				us(t.now.Add(-news.NoticeMailPause)), us(t.now), n.Key, us(n.Cleared))
			if err != nil {
				return err
			}
			if k == 0 {
				continue
			}
			if j, ok := mail(n); ok {
				if err := t.enqueue(j); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mail notices: %w", err)
	}
	return nil
}
