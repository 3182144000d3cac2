package web

import "strconv"

// Size writes a number of bytes for people: "850 kB", "2 MB", "1.5 GB".
func Size(n int64) string {
	for _, u := range []struct {
		unit int64
		name string
	}{{1_000_000_000, "GB"}, {1_000_000, "MB"}, {1_000, "kB"}} {
		if n >= u.unit {
			tenths := (n*10 + u.unit/2) / u.unit
			s := strconv.FormatInt(tenths/10, 10)
			if tenths < 100 && tenths%10 != 0 {
				s += "." + strconv.FormatInt(tenths%10, 10)
			}
			return s + " " + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
