package markup

import (
	"strings"
	"unicode/utf8"
)

// The bounds of what goldmark is given. Its time grows with the square of
// nested containers, of unclosed brackets in one paragraph, and of table
// columns times rows (measured: 20 kB of ">" took 144 ms, of "[](" 175 ms, a
// table of 2,000 × 2,000 from 12 kB took 1.7 s and 40 MB).
const (
	guardMarkers = 2 * maxNesting // quotation and list signs that begin one line
	guardIndent  = 100            // columns of white space that begin one line
	guardSigns   = 2000           // signs of emphasis and links in one run of lines
	guardLines   = 100_000        // lines; a document cannot hold as many blocks
	guardRun     = 256 << 10      // bytes of one run of lines; what is longer is split

	// Of the whole text, so that its tree stays small: one of 2 MB that opened 20 lists
	// on every line took 1.2 GB and 12 s, one full of emphasis half a gigabyte. More
	// than this no document can hold.
	guardContainers = maxNodes / 2 // quotation and list signs; each makes two nodes at least
	guardAllSigns   = 2 * maxNodes // signs of emphasis and links; they come in pairs
)

// guard makes any Markdown one that is read in linear time. What no writer
// ever writes is changed to plain text, and reported.
func guard(src string, report *Report) string {
	g := guarding{report: report}
	g.out.Grow(len(src) + len(src)/64)
	lines := 0
	for line := range strings.SplitAfterSeq(src, "\n") {
		if lines++; lines > guardLines {
			report.note(tooLong, line)
			break
		}
		g.line(line)
	}
	return g.out.String()
}

type guarding struct {
	out    strings.Builder
	report *Report
	opened int // quotations and lists, by their signs
	inText int // signs of emphasis and links
	signs  int // in this run of lines without an empty one between
	run    int // its bytes
	width  int // columns of the table that the run may be
	cells  int // of all tables
}

func (g *guarding) line(line string) {
	line = g.containers(line)
	if strings.TrimSpace(strings.TrimLeft(line, "> \t")) == "" {
		g.signs, g.run, g.width = 0, 0, 0
		g.out.WriteString(line)
		return
	}
	g.table(line)
	for g.run+len(line) > guardRun {
		at := splitAt(line, max(guardRun-g.run, 0))
		g.report.note("a paragraph of more than 256 kB split", line)
		g.inline(line[:at])
		g.out.WriteString("\n\n")
		line = strings.TrimLeft(line[at:], " \t")
		g.signs, g.run, g.width = 0, 0, 0
	}
	g.run += len(line)
	g.inline(line)
}

// splitAt is where to split a line of which at most n bytes may stay: after a
// word if there is one, never inside a character.
func splitAt(line string, n int) int {
	n = min(n, len(line))
	if at := strings.LastIndexByte(line[:n], ' '); at > n/2 {
		return at
	}
	for n > 0 && n < len(line) && !utf8.RuneStart(line[n]) {
		n--
	}
	return n
}

// inline writes a line, its signs made plain once there are too many.
func (g *guarding) inline(line string) {
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' && i+1 < len(line) && line[i+1] < utf8.RuneSelf {
			// What stands behind a backslash is plain already.
			g.out.WriteString(line[i : i+2])
			i++
			continue
		}
		if signAt(line, i) {
			g.inText++
			if g.signs++; g.signs > guardSigns {
				g.report.note("signs of emphasis or links beyond what a paragraph may hold: made plain", line)
				g.out.WriteByte('\\')
			} else if g.inText > guardAllSigns {
				g.report.note("signs of emphasis or links beyond what a story may hold: made plain", line)
				g.out.WriteByte('\\')
			}
		}
		g.out.WriteByte(line[i])
	}
}

// signAt says whether the character at i makes goldmark look for a partner,
// or for an address (60 µs each).
func signAt(line string, i int) bool {
	switch line[i] {
	case '[', ']', '*', '_', '~', '`', '<', '@':
		return true
	case ':':
		return strings.HasPrefix(line[i:], "://")
	case '.':
		return i >= 3 && strings.EqualFold(line[i-3:i], "www")
	}
	return false
}

// containers bounds how many quotations and lists one line opens, and all lines.
func (g *guarding) containers(line string) string {
	markers, columns, i := 0, 0, 0
	for i < len(line) {
		n := markerAt(line, i)
		switch {
		case n > 0:
			if markers++; markers > guardMarkers {
				g.report.note("quotation or list signs nested too deeply", line)
				return line[:i] + strings.TrimLeft(line[i:], ">*+- \t0123456789.)") // the line end stays
			}
			if g.opened++; g.opened > guardContainers {
				g.report.note("quotation or list signs beyond what a story may hold: made plain", line)
				return line[:i+n-1] + `\` + line[i+n-1:] // a number's sign is behind it
			}
			i += n
		case line[i] == ' ' || line[i] == '\t':
			if columns++; line[i] == '\t' {
				columns += 3
			}
			if i++; columns > guardIndent {
				return line[:i] + strings.TrimLeft(line[i:], " \t")
			}
		default:
			return line
		}
	}
	return line
}

// markerAt is the length of a container's sign at i, or 0.
func markerAt(line string, i int) int {
	switch c := line[i]; {
	case c == '>':
		return 1
	case c == '-' || c == '*' || c == '+':
		if i+1 < len(line) && strings.IndexByte(" \t\n", line[i+1]) >= 0 {
			return 1
		}
	case '0' <= c && c <= '9':
		j := i
		for j < len(line) && j < i+9 && '0' <= line[j] && line[j] <= '9' {
			j++
		}
		if j+1 < len(line) && (line[j] == '.' || line[j] == ')') && strings.IndexByte(" \t\n", line[j+1]) >= 0 {
			return j + 1 - i
		}
	}
	return 0
}

// table ends a table that would grow beyond what a story may hold.
func (g *guarding) table(line string) {
	if strings.Trim(line, "|:- \t>\r\n") == "" && strings.Contains(line, "-") {
		g.width = max(g.width, strings.Count(line, "|")+1)
		if g.width > 2*maxColumns {
			g.report.note("table with too many columns", line)
			g.out.WriteString("\n")
			g.width, g.signs, g.run = 0, 0, 0
		}
	}
	if g.cells += g.width; g.width > 0 && g.cells > 2*maxCells {
		g.report.note("table rows beyond what a story may hold", line)
		g.out.WriteString("\n")
		g.width, g.signs, g.run = 0, 0, 0
	}
}

// dropControls takes out what no text may hold, before goldmark gives some of
// it a meaning.
func dropControls(s string) string {
	return strings.Map(func(r rune) rune {
		if badRune(r) && r != '\n' && r != '\r' && r != '\t' {
			return -1
		}
		return r
	}, s)
}
