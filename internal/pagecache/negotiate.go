package pagecache

import "strings"

// A coding is a content coding that a page may be kept in.
type coding int

const (
	identity coding = iota
	gzipped
	brotlied
	codings
)

// accepted reads the Accept-Encoding lines of a request and returns each
// coding's weight in thousandths, 0 for refused. Identity, where nothing speaks
// of it, is taken last (RFC 9110, 12.5.3); here it is taken even when refused,
// since a page the client did not ask for in this form beats no page.
func accepted(lines []string) (weight [codings]int) {
	if len(lines) == 1 {
		switch lines[0] { // what today's browsers send, word for word
		case "gzip, deflate, br, zstd", "gzip, deflate, br":
			return [codings]int{gzipped: 1000, brotlied: 1000}
		}
	}
	const unsaid = -1
	for i := range weight {
		weight[i] = unsaid
	}
	star := unsaid
	for _, line := range lines {
		for line != "" {
			var item string
			item, line, _ = strings.Cut(line, ",")
			name, params, _ := strings.Cut(item, ";")
			q := quality(params)
			switch name = trim(name); {
			case equalFold(name, "br"):
				weight[brotlied] = q
			case equalFold(name, "gzip"), equalFold(name, "x-gzip"):
				weight[gzipped] = q
			case equalFold(name, "identity"):
				weight[identity] = q
			case name == "*":
				star = q
			}
		}
	}
	for _, c := range [...]coding{gzipped, brotlied} {
		if weight[c] == unsaid {
			weight[c] = max(star, 0)
		}
	}
	if weight[identity] == unsaid {
		weight[identity] = 0
	}
	return weight
}

// quality reads the q parameter of one item, in thousandths: 1000 when there is
// none, 0 when it can't be read.
func quality(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, _ := strings.Cut(p, "=")
		if !equalFold(trim(name), "q") {
			continue
		}
		value = trim(value)
		if value == "" || len(value) > 5 || value[0] != '0' && value[0] != '1' || len(value) > 1 && value[1] != '.' {
			return 0
		}
		q, unit := int(value[0]-'0')*1000, 100
		for i := 2; i < len(value); i++ {
			if value[i] < '0' || value[i] > '9' {
				return 0
			}
			q += int(value[i]-'0') * unit
			unit /= 10
		}
		return min(q, 1000)
	}
	return 1000
}

// matches reports whether an If-None-Match header names etag, compared weakly
// (proxies weaken what they recompress). What can't be read matches nothing.
func matches(lines []string, etag string) bool {
	for _, line := range lines {
		for {
			line = strings.TrimLeft(line, " \t,")
			if line == "" {
				break
			}
			if line[0] == '*' {
				return true
			}
			line = strings.TrimPrefix(line, "W/")
			if line == "" || line[0] != '"' {
				break
			}
			end := strings.IndexByte(line[1:], '"')
			if end < 0 {
				break
			}
			if line[:end+2] == etag {
				return true
			}
			line = line[end+2:]
		}
	}
	return false
}

func trim(s string) string { return strings.Trim(s, " \t") }

// equalFold compares ASCII, lower being in lower case; unlike strings.EqualFold
// it takes no Kelvin sign for a k.
func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
