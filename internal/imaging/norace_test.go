//go:build !race

package imaging

const (
	patience = 1
	largest  = MaxFileBytes
)
