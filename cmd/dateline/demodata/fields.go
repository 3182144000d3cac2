package demodata

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// fields are the `name: value` lines at the head of a file. A line that begins
// with two spaces goes on with the one before. Every field that was never
// asked for is an error in done: a mistyped name must not lose what it says.
type fields struct {
	values map[string][]string
	asked  map[string]bool
	errs   []error
}

// parseFields reads lines of `name: value`.
func parseFields(text string) (fields, error) {
	f := fields{values: map[string][]string{}, asked: map[string]bool{}}
	last := ""
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "  ") && last != "":
			v := f.values[last]
			v[len(v)-1] += " " + strings.TrimSpace(line)
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.ContainsAny(name, " \t") {
			return fields{}, fmt.Errorf("line %d is not `name: value`: %q", i+1, line)
		}
		f.values[name] = append(f.values[name], strings.TrimSpace(value))
		last = name
	}
	return f, nil
}

// splitDocument parts a file at its line of three dashes.
func splitDocument(text string) (fields, string, error) {
	head, body, ok := strings.Cut(text, "\n---\n")
	if !ok {
		return fields{}, "", errors.New("no line of three dashes between fields and body")
	}
	f, err := parseFields(head)
	return f, strings.TrimSpace(body) + "\n", err
}

// splitRecords parts a list file at its blank lines.
func splitRecords(text string) ([]fields, error) {
	var out []fields
	for _, block := range strings.Split(text, "\n\n") {
		f, err := parseFields(block)
		if err != nil {
			return nil, err
		}
		if len(f.values) > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

func (f *fields) fail(name, why string) {
	f.errs = append(f.errs, fmt.Errorf("%s %s", name, why))
}

// all returns every value of a field that may stand more than once.
func (f *fields) all(name string) []string {
	f.asked[name] = true
	return f.values[name]
}

// text returns a field's value, or "" when it is not there.
func (f *fields) text(name string) string {
	switch v := f.all(name); len(v) {
	case 0:
		return ""
	case 1:
		return v[0]
	default:
		f.fail(name, "stands more than once")
		return v[0]
	}
}

// list returns what stands between a field's semicolons.
func (f *fields) list(name string) []string {
	var out []string
	for _, v := range strings.Split(f.text(name), ";") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (f *fields) number(name string) int {
	v := f.text(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		f.fail(name, "is not a number")
	}
	return n
}

// moment returns the time a field names, or the zero time when it is not there.
func (f *fields) moment(name string, now time.Time) time.Time {
	v := f.text(name)
	if v == "" {
		return time.Time{}
	}
	t, err := parseMoment(v, now)
	if err != nil {
		f.fail(name, err.Error())
	}
	return t
}

// delay returns how long after publication a field says, or 0.
func (f *fields) delay(name string) time.Duration {
	v := f.text(name)
	if v == "" {
		return 0
	}
	d, err := parseDelay(v)
	if err != nil {
		f.fail(name, err.Error())
	}
	return d
}

// done reports what was wrong with the fields and which nobody asked for.
func (f *fields) done() error {
	for name := range f.values {
		if !f.asked[name] {
			f.fail(name, "is no field here")
		}
	}
	return errors.Join(f.errs...)
}
