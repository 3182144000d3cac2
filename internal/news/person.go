package news

import (
	"fmt"
	"time"
)

// A Role says what a member of staff may do.
type Role string

// The roles, each including what a newsroom expects of it. Admins may do everything.
const (
	Reporter  Role = "reporter"
	Editor    Role = "editor"
	Moderator Role = "moderator"
	Admin     Role = "admin"
)

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	switch r := Role(s); r {
	case Reporter, Editor, Moderator, Admin:
		return r, nil
	}
	return "", Wrong("role", "Choose one of reporter, editor, moderator or admin.")
}

// Publishes tells whether the role decides what readers see.
func (r Role) Publishes() bool { return r == Editor || r == Admin }

// Writes tells whether the role works on stories.
func (r Role) Writes() bool { return r == Reporter || r.Publishes() }

// A Person is a member of staff.
type Person struct {
	ID       PersonID
	Email    string
	Name     string
	Role     Role
	Disabled bool
	Created  time.Time
}

// An Actor is who does something, for rules and for the record: a person at the
// desk, an API token, a command, or the system itself (a scheduled release).
type Actor struct {
	ID   string // person or token; empty for the system
	Name string
	Role Role
	Via  string // desk, api, command, system

	// Seen is the revision of a story that its steps are decided on; zero when nobody
	// said. A step is refused as Stale once the story has another one: who publishes
	// decides on what they read, not on what a colleague saved a second ago.
	Seen int `json:"-"`
}

func (a Actor) String() string { return fmt.Sprintf("%s (%s, %s)", a.Name, a.Role, a.Via) }

// System acts when nobody does: releases on schedule.
var System = Actor{Name: "Dateline", Role: Editor, Via: "system"}

// Command acts for whoever may run the binary on the server.
func Command(name string) Actor { return Actor{Name: name, Role: Admin, Via: "command"} }

// A Token lets a program act with a role. Only its hash is kept.
type Token struct {
	ID      TokenID
	Name    string
	Role    Role
	Hash    string // SHA-256 of the token, hex
	Created time.Time
	Used    time.Time // to the minute, zero if never
	Revoked time.Time // zero while it works
}

// A Session is one signed-in browser of a person. Only its token's hash is kept.
type Session struct {
	Hash    string
	Person  Person
	Created time.Time
	Expires time.Time
}

// A SignInLink lets a person sign in once. Only its secret's hash is kept.
type SignInLink struct {
	Hash    string
	Person  PersonID // empty for the link that sets up a new site's first admin
	Expires time.Time
}
