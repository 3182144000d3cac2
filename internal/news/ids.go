package news

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/google/uuid"
)

// Identifiers are UUIDv7 in lower-case text: they sort by creation, which keeps
// indexes dense. Because they tell when they were made they stand in no public
// address of something that may be embargoed; see Secret.
type (
	StoryID  string
	MediaID  string
	PersonID string
	TokenID  string
)

// NewID makes a UUIDv7.
func NewID[T ~string]() T { return T(uuid.Must(uuid.NewV7()).String()) }

// IsID tells whether s has the form of an identifier, so that a malformed one is
// "not found" without asking the database.
func IsID(s string) bool {
	if len(s) != 36 {
		return false
	}
	_, err := uuid.Parse(s)
	return err == nil
}

// Secret makes 128 random bits in hex: for picture addresses and previews, which
// must not be guessable.
func Secret() string {
	var b [16]byte
	rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// LongSecret makes 256 random bits in hex: for sessions, sign-in links and API tokens.
func LongSecret() string {
	var b [32]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
