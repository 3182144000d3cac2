//go:build !unix

package pushservice

import "time"

// processCPU is not known here.
func processCPU() time.Duration { return 0 }
