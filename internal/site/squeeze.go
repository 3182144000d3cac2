package site

import "bytes"

// squeezeStyles takes comments and needless white space out of a stylesheet.
// Text in quotes stays as it is. It knows only what our own files use.
func squeezeStyles(css []byte) []byte {
	out := make([]byte, 0, len(css))
	var quote byte
	for i := 0; i < len(css); i++ {
		c := css[i]
		switch {
		case quote != 0:
			if out = append(out, c); c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			out, quote = append(out, c), c
		case c == '/' && i+1 < len(css) && css[i+1] == '*':
			end := bytes.Index(css[i+2:], []byte("*/"))
			if end < 0 {
				return out
			}
			i += end + 3
		case c == ' ' || c == '\n' || c == '\t':
			// One space, unless it stands beside punctuation that needs none.
			// Not after ")" nor around ":", "+" or "-": selectors and calc()
			// mean something else without theirs.
			if n := len(out); n == 0 || bytes.IndexByte([]byte(" {};,>:("), out[n-1]) >= 0 {
				continue
			}
			out = append(out, ' ')
		case c == '{' || c == '}' || c == ';' || c == ',' || c == '>' || c == ')':
			if n := len(out); n > 0 && out[n-1] == ' ' {
				out = out[:n-1]
			}
			if n := len(out); c == '}' && n > 0 && out[n-1] == ';' {
				out = out[:n-1]
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out
}

// squeezeScript takes comment lines and indentation out of a script. It goes
// by lines: a comment in our script has its line to itself.
func squeezeScript(js []byte) []byte {
	var out []byte
	for line := range bytes.Lines(js) {
		if line = bytes.TrimSpace(line); len(line) == 0 || bytes.HasPrefix(line, []byte("//")) {
			continue
		}
		out = append(append(out, line...), '\n')
	}
	return out
}
