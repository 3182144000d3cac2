package markup

import "strings"

// The bounds of what goldmark is given. Its time grows with the square of
// nested containers, of unclosed brackets in one paragraph, and of table
// columns times rows (measured: 20 kB of ">" took 144 ms, of "[](" 175 ms, a
// table of 2,000 × 2,000 from 12 kB took 1.7 s and 40 MB).
const (
	guardMarkers = 2 * maxNesting // quotation and list signs that begin one line
	guardIndent  = 100            // columns of white space that begin one line
	guardSigns   = 600            // signs of emphasis and links in one run of lines
	guardRun     = 64 << 10       // bytes of one run of lines in which signs count
)

// guard makes any Markdown one that is read in linear time. What no writer
// ever writes is changed to plain text, and reported.
func guard(src string, report *Report) string {
	g := guarding{report: report}
	g.out.Grow(len(src) + len(src)/64)
	for line := range strings.SplitAfterSeq(src, "\n") {
		g.line(line)
	}
	return g.out.String()
}

// guarded are the signs that make goldmark look for their partners.
const guarded = "[]*_~`<"

type guarding struct {
	out    strings.Builder
	report *Report
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
	g.run += len(line)
	n := 0
	for i := range len(line) {
		if strings.IndexByte(guarded, line[i]) >= 0 {
			n++
		}
	}
	if g.run <= guardRun && g.signs+n <= guardSigns {
		g.signs += n
		g.out.WriteString(line)
		return
	}
	g.inline(line)
}

// containers bounds how many quotations and lists one line opens.
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

// inline writes a line with its signs made plain once there are too many.
func (g *guarding) inline(line string) {
	for i := 0; i < len(line); i++ {
		c := line[i]
		if strings.IndexByte(guarded, c) < 0 {
			g.out.WriteByte(c)
			continue
		}
		escaped := i > 0 && line[i-1] == '\\'
		if g.signs++; !escaped && (g.signs > guardSigns || g.run > guardRun) {
			g.report.note("signs of emphasis or links beyond what a paragraph may hold: made plain", line)
			g.out.WriteByte('\\')
		}
		g.out.WriteByte(c)
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
