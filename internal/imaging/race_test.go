//go:build race

package imaging

// The race detector makes pixel loops ten times slower: give them time, and
// leave the large files to the ordinary run.
const (
	patience = 15
	largest  = 100 << 10
)
