package store

import "testing"

// ForceSchema makes the database look as if a later version had written it.
func ForceSchema(t *testing.T, s *Store, v int) {
	if _, err := s.w.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)`, v, true); err != nil {
		t.Fatal(err)
	}
}

// Address is where s was opened.
func (s *Store) Address() string {
	switch d := s.dialect.(type) {
	case sqliteDialect:
		return "sqlite:" + d.path
	case postgresDialect:
		return d.address
	}
	return ""
}

// Statements counts the texts that s keeps prepared.
func Statements(s *Store) (n int) {
	s.stmts.Range(func(any, any) bool { n++; return true })
	return n
}

// LeaseTime is how long a node's lease in the ledger lasts.
const LeaseTime = leaseTime
