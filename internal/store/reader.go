package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"dateline/internal/news"
)

const readerColumns = `reader.id, reader.email, reader.name, reader.language, COALESCE(person.name, ''), reader.created_at, reader.passed, reader.rejected,
	reader.mail_answers, reader.mail_secret, reader.suspended_till, reader.banned, reader.told`

const readerTables = ` FROM reader LEFT JOIN person ON person.email = reader.email AND person.disabled = 0 `

func scanReader(scan func(...any) error) (r news.Reader, err error) {
	var created, mail, suspended, banned int64
	err = scan(&r.ID, &r.Email, &r.Name, &r.Language, &r.Staff, &created, &r.Passed, &r.Rejected, &mail, &r.MailSecret, &suspended, &banned, &r.Told)
	r.Created, r.MailAnswers, r.Suspended, r.Banned = at(created), mail != 0, at(suspended), banned != 0
	return r, err
}

func loadReader(q querier, where string, args ...any) (news.Reader, error) {
	r, err := scanReader(q.row(`SELECT `+readerColumns+readerTables+`WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, news.Missing("reader")
	}
	return r, err
}

func readersByID(q querier, ids []news.ReaderID) (map[news.ReaderID]news.Reader, error) {
	out := map[news.ReaderID]news.Reader{}
	if len(ids) == 0 {
		return out, nil
	}
	list, args := in(1, ids)
	rows, err := q.rows(`SELECT `+readerColumns+readerTables+`WHERE reader.id IN `+list, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		x, err := scanReader(r.Scan)
		out[x.ID] = x
		return err
	})
	return out, err
}

// Reader gives a reader; else NotFound.
func (s *Store) Reader(ctx context.Context, id news.ReaderID) (news.Reader, error) {
	r, err := loadReader(s.read(ctx), `reader.id = $1`, id)
	return r, s.translate(err)
}

// ReaderByEmail gives the reader with an address; else NotFound.
func (s *Store) ReaderByEmail(ctx context.Context, email string) (news.Reader, error) {
	r, err := loadReader(s.read(ctx), `reader.email = $1`, strings.ToLower(email))
	return r, s.translate(err)
}

// Readers gives at most limit readers after an address, by address.
func (s *Store) Readers(ctx context.Context, after string, limit int) ([]news.Reader, error) {
	var out []news.Reader
	rows, err := s.read(ctx).rows(`SELECT `+readerColumns+readerTables+`WHERE reader.email > $1 ORDER BY reader.email LIMIT $2`, after, min(max(1, limit), 1000))
	err = each(rows, err, func(r *sql.Rows) error {
		x, err := scanReader(r.Scan)
		out = append(out, x)
		return err
	})
	return out, s.translate(err)
}

// ensureReader gives the reader with an address, made now if there is none.
func (t *tx) ensureReader(email, language string) (news.Reader, error) {
	email = strings.ToLower(email)
	if _, err := t.exec(`
		INSERT INTO reader (id, email, name, name_key, language, created_at, passed, rejected, mail_answers, mail_secret, suspended_till, banned, told)
		VALUES ($1, $2, '', '', $3, $4, 0, 0, 1, $5, 0, 0, '') ON CONFLICT (email) DO NOTHING`,
		news.NewID[news.ReaderID](), email, language, us(t.now), news.Secret()); err != nil {
		return news.Reader{}, err
	}
	return loadReader(t, `reader.email = $1`, email)
}

// AddReader gives the reader with an address, made now if there is none.
func (s *Store) AddReader(ctx context.Context, who news.Actor, email, language string) (r news.Reader, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		if r, err = t.ensureReader(email, language); err != nil {
			return err
		}
		return t.record(who, "add", "reader:"+string(r.ID), "")
	})
	if err != nil {
		return r, fmt.Errorf("add a reader: %w", err)
	}
	return r, nil
}

// NameReader sets what a reader is called; key is what the name looks like. A name that
// another reader has, or that looks like it, is refused.
func (s *Store) NameReader(ctx context.Context, id news.ReaderID, name, key string) error {
	_, err := s.write(ctx, func(t *tx) error {
		var taken int
		if err := t.row(`SELECT COUNT(*) FROM reader WHERE name_key = $1 AND id <> $2`, key, id).Scan(&taken); err != nil {
			return err
		}
		if taken > 0 {
			return news.Wrong("name", "Somebody else here has this name, or one that looks like it. Choose another one.")
		}
		if _, err := t.exec(`UPDATE reader SET name = $2, name_key = $3 WHERE id = $1`, id, name, key); err != nil {
			return err
		}
		return t.ownCommentsMoved(id)
	})
	if err != nil {
		return fmt.Errorf("name a reader: %w", err)
	}
	return nil
}

// ownCommentsMoved has the pages made anew that show a reader's comments.
func (t *tx) ownCommentsMoved(id news.ReaderID) error {
	var ids []news.StoryID
	rows, err := t.rows(`SELECT DISTINCT story_id FROM comment WHERE reader_id = $1 AND seen = 1`, id)
	err = each(rows, err, func(r *sql.Rows) error {
		ids = append(ids, "")
		return r.Scan(&ids[len(ids)-1])
	})
	for _, story := range ids {
		if err == nil {
			err = t.commentsMoved(story, true)
		}
	}
	return err
}

// SetReaderMail says whether a reader is told of answers by mail.
func (s *Store) SetReaderMail(ctx context.Context, id news.ReaderID, on bool) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE reader SET mail_answers = $2 WHERE id = $1`, id, bit(on))
		return err
	})
	if err != nil {
		return fmt.Errorf("set a reader's mails: %w", err)
	}
	return nil
}

// StopReaderMail ends the mails about answers to whom the link with that secret was sent.
func (s *Store) StopReaderMail(ctx context.Context, id news.ReaderID, secret string) (found bool, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE reader SET mail_answers = 0 WHERE id = $1 AND mail_secret = $2 AND mail_secret <> ''`, id, secret)
		found = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("stop a reader's mails: %w", err)
	}
	return found, nil
}

// ForgetReader deletes a reader and all that is theirs. Their comments lose the name, or
// with words lose their words too and become gaps where answers stand below them.
func (s *Store) ForgetReader(ctx context.Context, id news.ReaderID, words bool) (int64, error) {
	n, err := s.write(ctx, func(t *tx) error {
		if words {
			rows, err := comments(t, `SELECT `+commentColumns+` FROM`+commentTables+`WHERE comment.reader_id = $1 AND comment.status <> 'deleted'`, id)
			if err != nil {
				return err
			}
			for _, c := range rows {
				if _, err := t.decideComment(news.Actor{Name: ""}, c.ID, func(c news.Comment, _ news.Reader) (news.CommentOutcome, error) {
					c.Status, c.Text, c.Reasons, c.Featured = news.CommentDeleted, "", nil, false
					return news.CommentOutcome{Comment: c, Action: "delete-own"}, nil
				}); err != nil {
					return err
				}
			}
		} else if err := t.ownCommentsMoved(id); err != nil {
			return err
		}
		// What others liked and flagged of it stays; what this person did is not theirs any more.
		for _, q := range []string{
			`UPDATE comment SET reader_id = '', name = '', block = '' WHERE reader_id = $1`,
			`UPDATE comment_log SET who_id = '', who = '' WHERE who_id = $1`,
			`UPDATE comment_like SET reader_id = 'gone-' || comment_id || '-' || at WHERE reader_id = $1`,
			`UPDATE comment_flag SET reader_id = 'gone-' || comment_id || '-' || at WHERE reader_id = $1`,
			`DELETE FROM reader_session WHERE reader_id = $1`,
			`DELETE FROM reader_token WHERE reader_id = $1`,
			`DELETE FROM passkey WHERE reader_id = $1`,
			`DELETE FROM reader_note WHERE reader_id = $1`,
			`DELETE FROM reader_sign_in WHERE email = (SELECT email FROM reader WHERE id = $1)`,
			`DELETE FROM reader WHERE id = $1`,
		} {
			if _, err := t.exec(q, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("forget a reader: %w", err)
	}
	return n, nil
}

// ReaderDoings gives the comments that a reader liked and flagged, for their own export.
func (s *Store) ReaderDoings(ctx context.Context, id news.ReaderID) (likes, flags []news.CommentID, err error) {
	for table, into := range map[string]*[]news.CommentID{"comment_like": &likes, "comment_flag": &flags} {
		rows, err := s.read(ctx).rows(`SELECT comment_id FROM `+table+` WHERE reader_id = $1 ORDER BY at`, id)
		err = each(rows, err, func(r *sql.Rows) error {
			*into = append(*into, "")
			return r.Scan(&(*into)[len(*into)-1])
		})
		if err != nil {
			return nil, nil, s.translate(err)
		}
	}
	return likes, flags, nil
}

// RecentLikes gives the comments that a reader liked last, newest first.
func (s *Store) RecentLikes(ctx context.Context, id news.ReaderID, limit int) (ids []news.CommentID, err error) {
	rows, err := s.read(ctx).rows(`SELECT comment_id FROM comment_like WHERE reader_id = $1 ORDER BY at DESC LIMIT $2`, id, limit)
	err = each(rows, err, func(r *sql.Rows) error {
		ids = append(ids, "")
		return r.Scan(&ids[len(ids)-1])
	})
	return ids, s.translate(err)
}

// AddReaderSignIn keeps a mail that is on its way, with the job that sends it.
func (s *Store) AddReaderSignIn(ctx context.Context, x news.ReaderSignIn, jobs ...news.Job) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`INSERT INTO reader_sign_in (link, waiting, code, email, tries, expires_at, spent_at, reader_id) VALUES ($1, $2, $3, $4, 0, $5, 0, '')`,
			x.Link, x.Waiting, x.Code, strings.ToLower(x.Email), us(x.Expires)); err != nil {
			return err
		}
		return t.enqueue(jobs...)
	})
	if err != nil {
		return fmt.Errorf("keep a reader's sign-in: %w", err)
	}
	return nil
}

// ReaderSignIn looks at a link that can still be used; else NotFound.
func (s *Store) ReaderSignIn(ctx context.Context, link string) (x news.ReaderSignIn, err error) {
	err = s.read(ctx).row(`SELECT link, email FROM reader_sign_in WHERE link = $1 AND spent_at = 0 AND expires_at > $2`, link, us(s.Now())).Scan(&x.Link, &x.Email)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Missing("sign-in link")
	}
	return x, s.translate(err)
}

// SpendReaderSignIn uses a link, once: whoever holds it has the mail. It gives the reader,
// made now if the address is new; else NotFound.
func (s *Store) SpendReaderSignIn(ctx context.Context, link, language string) (r news.Reader, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		r, err = t.spendSignIn(`link = $1 AND spent_at = 0 AND expires_at > $2`, language, link, us(t.now))
		return err
	})
	if err != nil {
		return r, fmt.Errorf("use a reader's sign-in link: %w", err)
	}
	return r, nil
}

func (t *tx) spendSignIn(where, language string, args ...any) (news.Reader, error) {
	var link, email string
	err := t.row(`SELECT link, email FROM reader_sign_in WHERE `+where+t.s.dialect.alone(), args...).Scan(&link, &email)
	if errors.Is(err, sql.ErrNoRows) {
		return news.Reader{}, news.Missing("sign-in link")
	}
	if err != nil {
		return news.Reader{}, err
	}
	r, err := t.ensureReader(email, language)
	if err != nil {
		return r, err
	}
	_, err = t.exec(`UPDATE reader_sign_in SET spent_at = $2, reader_id = $3 WHERE link = $1`, link, us(t.now), r.ID)
	return r, err
}

// TryReaderCode signs in with the code from the mail, in the tab that asked for it. A
// wrong code counts; after news.MaxCodeTries the mail is worth nothing. When its link was
// used in another browser the waiting tab is signed in with any code.
func (s *Store) TryReaderCode(ctx context.Context, waiting, code, language string) (r news.Reader, err error) {
	wrong := false
	_, err = s.write(ctx, func(t *tx) error {
		wrong = false
		var tries, spent int64
		var right, id string
		err := t.row(`SELECT code, tries, spent_at, reader_id FROM reader_sign_in WHERE waiting = $1 AND expires_at > $2`+t.s.dialect.alone(), waiting, us(t.now)).
			Scan(&right, &tries, &spent, &id)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (tries >= news.MaxCodeTries || spent > 0) {
			return news.Missing("sign-in")
		}
		if err != nil {
			return err
		}
		if right != code {
			wrong = true
			_, err := t.exec(`UPDATE reader_sign_in SET tries = tries + 1 WHERE waiting = $1`, waiting)
			return err
		}
		r, err = t.spendSignIn(`waiting = $1`, language, waiting)
		return err
	})
	if err == nil && wrong {
		err = news.Wrong("code", "This is not the code from the last mail. Look again.")
	}
	if err != nil {
		return news.Reader{}, fmt.Errorf("try a reader's code: %w", err)
	}
	return r, nil
}

// AddReaderSession signs a browser in.
func (s *Store) AddReaderSession(ctx context.Context, x news.ReaderSession) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO reader_session (hash, reader_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`, x.Hash, x.Reader.ID, us(x.Created), us(x.Expires))
		return err
	})
	if err != nil {
		return fmt.Errorf("sign a reader in: %w", err)
	}
	return nil
}

// ReaderSession gives a session that has not expired; else NotFound.
func (s *Store) ReaderSession(ctx context.Context, hash string) (x news.ReaderSession, err error) {
	var id news.ReaderID
	var created, expires int64
	q := s.read(ctx)
	err = q.row(`SELECT hash, reader_id, created_at, expires_at FROM reader_session WHERE hash = $1 AND expires_at > $2`, hash, us(s.Now())).Scan(&x.Hash, &id, &created, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Missing("session")
	}
	if err == nil {
		x.Created, x.Expires = at(created), at(expires)
		x.Reader, err = loadReader(q, `reader.id = $1`, id)
	}
	return x, s.translate(err)
}

// ExtendReaderSession moves a session's end.
func (s *Store) ExtendReaderSession(ctx context.Context, hash string, expires time.Time) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE reader_session SET expires_at = $2 WHERE hash = $1`, hash, us(expires))
		return err
	})
	if err != nil {
		return fmt.Errorf("extend a reader's session: %w", err)
	}
	return nil
}

// EndReaderSessions ends one session of a reader, or with an empty hash all of them.
func (s *Store) EndReaderSessions(ctx context.Context, id news.ReaderID, hash string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM reader_session WHERE reader_id = $1 AND ($2 = '' OR hash = $2)`, id, hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("sign a reader out: %w", err)
	}
	return nil
}

// AddReaderToken lets a program comment as a reader.
func (s *Store) AddReaderToken(ctx context.Context, x news.ReaderToken) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO reader_token (hash, reader_id, created_at) VALUES ($1, $2, $3)`, x.Hash, x.Reader, us(x.Created))
		return err
	})
	if err != nil {
		return fmt.Errorf("add a reader's token: %w", err)
	}
	return nil
}

// ReaderByToken gives whom a token comments for; else NotFound.
func (s *Store) ReaderByToken(ctx context.Context, hash string) (news.Reader, error) {
	r, err := loadReader(s.read(ctx), `reader.id = (SELECT reader_id FROM reader_token WHERE hash = $1)`, hash)
	return r, s.translate(err)
}

// HouseNames are the names that no reader may take: of staff, and of authors.
func (s *Store) HouseNames(ctx context.Context) ([]string, error) {
	var out []string
	rows, err := s.read(ctx).rows(`SELECT name FROM person UNION SELECT name FROM author LIMIT 5000`)
	err = each(rows, err, func(r *sql.Rows) error {
		out = append(out, "")
		return r.Scan(&out[len(out)-1])
	})
	return out, s.translate(err)
}
