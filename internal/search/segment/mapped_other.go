//go:build !unix

package segment

import "os"

// Where files cannot be mapped they are read, which costs memory and is right otherwise.
func mapFile(path string) ([]byte, error) { return os.ReadFile(path) }

func unmapFile([]byte) error { return nil }
