package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"dateline/internal/news"
)

const personColumns = `person.id, person.email, person.name, person.role, person.disabled, person.created_at`

func scanPerson(scan func(...any) error, more ...any) (news.Person, error) {
	var p news.Person
	var disabled, created int64
	err := scan(append([]any{&p.ID, &p.Email, &p.Name, &p.Role, &disabled, &created}, more...)...)
	p.Disabled, p.Created = disabled != 0, at(created)
	return p, err
}

// AddPerson adds a member of staff; an address that is taken is Invalid.
func (s *Store) AddPerson(ctx context.Context, who news.Actor, p news.Person) error {
	_, err := s.write(ctx, func(t *tx) error {
		n, err := t.exec(`
			INSERT INTO person (id, email, name, role, disabled, created_at) VALUES ($1, $2, $3, $4, 0, $5)
			ON CONFLICT (email) DO NOTHING`,
			string(p.ID), strings.ToLower(p.Email), p.Name, string(p.Role), us(t.now))
		if err != nil {
			return err
		}
		if n == 0 {
			return news.Wrong("email", "Somebody with this address is on the staff already.")
		}
		// From the first person on, nobody else may set the site up.
		if _, err := t.exec(`DELETE FROM sign_in_link WHERE person_id = ''`); err != nil {
			return err
		}
		return t.record(who, "add", "person:"+string(p.ID), p.Email)
	})
	return err
}

// People lists the staff by name.
func (s *Store) People(ctx context.Context) ([]news.Person, error) {
	var out []news.Person
	rows, err := s.read(ctx).rows(`SELECT ` + personColumns + ` FROM person ORDER BY name, id`)
	err = each(rows, err, func(r *sql.Rows) error {
		p, err := scanPerson(r.Scan)
		out = append(out, p)
		return err
	})
	return out, s.translate(err)
}

// Person gives a member of staff.
func (s *Store) Person(ctx context.Context, id news.PersonID) (news.Person, error) {
	return s.person(ctx, `id = $1`, string(id))
}

// PersonByEmail gives a member of staff, the address in any case.
func (s *Store) PersonByEmail(ctx context.Context, email string) (news.Person, error) {
	return s.person(ctx, `email = $1`, strings.ToLower(email))
}

func (s *Store) person(ctx context.Context, where, arg string) (news.Person, error) {
	p, err := scanPerson(s.read(ctx).row(`SELECT `+personColumns+` FROM person WHERE `+where, arg).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return p, news.Missing("member of staff")
	}
	return p, s.translate(err)
}

// SetDisabled shuts a member of staff out, with every session, or lets them in again.
func (s *Store) SetDisabled(ctx context.Context, who news.Actor, id news.PersonID, disabled bool) error {
	_, err := s.write(ctx, func(t *tx) error {
		v, action := 0, "enable"
		if disabled {
			v, action = 1, "disable"
			for _, q := range []string{`DELETE FROM session WHERE person_id = $1`, `DELETE FROM sign_in_link WHERE person_id = $1`} {
				if _, err := t.exec(q, string(id)); err != nil {
					return err
				}
			}
		}
		n, err := t.exec(`UPDATE person SET disabled = $2 WHERE id = $1`, string(id), v)
		if err != nil {
			return err
		}
		if n == 0 {
			return news.Missing("member of staff")
		}
		return t.record(who, action, "person:"+string(id), "")
	})
	return err
}

// AddSignInLink keeps a link that signs a person in once, and drops expired ones.
func (s *Store) AddSignInLink(ctx context.Context, l news.SignInLink) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM sign_in_link WHERE expires_at < $1`, us(t.now)); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO sign_in_link (hash, person_id, expires_at) VALUES ($1, $2, $3)`, l.Hash, string(l.Person), us(l.Expires))
		return err
	})
	return err
}

// SignInLink looks at a link without spending it; NotFound when spent or expired.
func (s *Store) SignInLink(ctx context.Context, hash string) (news.SignInLink, error) {
	l, err := scanLink(s.read(ctx).row(`SELECT hash, person_id, expires_at FROM sign_in_link WHERE hash = $1 AND expires_at > $2`, hash, us(s.Now())))
	return l, s.translate(err)
}

// SpendSignInLink uses a link up; of two who try, one gets NotFound.
func (s *Store) SpendSignInLink(ctx context.Context, hash string) (news.SignInLink, error) {
	var l news.SignInLink
	_, err := s.write(ctx, func(t *tx) (err error) {
		l, err = scanLink(t.row(`DELETE FROM sign_in_link WHERE hash = $1 AND expires_at > $2 RETURNING hash, person_id, expires_at`, hash, us(t.now)))
		return err
	})
	return l, err
}

func scanLink(r *sql.Row) (news.SignInLink, error) {
	var l news.SignInLink
	var expires int64
	err := r.Scan(&l.Hash, &l.Person, &expires)
	l.Expires = at(expires)
	if errors.Is(err, sql.ErrNoRows) {
		return l, news.Missing("sign-in link; it may have been used or have expired")
	}
	return l, err
}

// DropSetUpLinks ends every link that could set up a first admin.
func (s *Store) DropSetUpLinks(ctx context.Context) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM sign_in_link WHERE person_id = ''`)
		return err
	})
	return err
}

// AddSession keeps a signed-in browser, and drops expired ones.
func (s *Store) AddSession(ctx context.Context, x news.Session) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM session WHERE expires_at < $1`, us(t.now)); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO session (hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			x.Hash, string(x.Person.ID), us(x.Created), us(x.Expires))
		return err
	})
	return err
}

// Session gives a running session of a person who is not disabled.
func (s *Store) Session(ctx context.Context, hash string) (news.Session, error) {
	x := news.Session{Hash: hash}
	var created, expires int64
	p, err := scanPerson(s.read(ctx).row(`
		SELECT `+personColumns+`, session.created_at, session.expires_at
		FROM session JOIN person ON person.id = session.person_id
		WHERE session.hash = $1 AND session.expires_at > $2 AND person.disabled = 0`, hash, us(s.Now())).Scan, &created, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Refuse(news.Unauthenticated, "Please sign in.")
	}
	x.Person, x.Created, x.Expires = p, at(created), at(expires)
	return x, s.translate(err)
}

// ExtendSession moves a session's end, while it is used.
func (s *Store) ExtendSession(ctx context.Context, hash string, expires time.Time) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE session SET expires_at = $2 WHERE hash = $1`, hash, us(expires))
		return err
	})
	return err
}

// EndSession signs a browser out.
func (s *Store) EndSession(ctx context.Context, hash string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM session WHERE hash = $1`, hash)
		return err
	})
	return err
}
