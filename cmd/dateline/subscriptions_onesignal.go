package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readOneSignal reads the CSV that OneSignal's export gives, gzipped or not, when it was
// asked for the extra fields web_auth and web_p256. Its tags that are on (value 1 or
// true) are taken for topics' names, as newsrooms use them; which are known here is for
// the caller to say.
//
// Legacy Chrome rows hold a bare registration token instead of an address.
func readOneSignal(r io.Reader, add func(line int, l *importedLine) error, refuse func(line int, err error)) error {
	b := bufio.NewReader(r)
	if magic, _ := b.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(b)
		if err != nil {
			return fmt.Errorf("not a whole gzip file: %w", err)
		}
		b = bufio.NewReader(z)
	}
	if bom, _ := b.Peek(3); string(bom) == "\xef\xbb\xbf" {
		b.Discard(3)
	}
	c := csv.NewReader(&lineLimit{r: b})
	c.FieldsPerRecord, c.ReuseRecord, c.LazyQuotes = -1, true, true
	head, err := c.Read()
	if err != nil {
		return errors.New("this is no CSV with a first line of column names")
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, need := range []string{"identifier", "web_auth", "web_p256"} {
		if _, ok := column[need]; !ok {
			return fmt.Errorf("there is no column %s; ask OneSignal for the export again with \"extra_fields\": [\"web_auth\", \"web_p256\"]", need)
		}
	}
	for {
		row, err := c.Read()
		line, _ := c.FieldPos(0)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, csv.ErrFieldCount) || errors.As(err, new(*csv.ParseError)):
			refuse(line, errors.New("not a line of this CSV"))
			continue
		case err != nil:
			return err
		}
		field := func(name string) string {
			if i, ok := column[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		switch {
		case field("web_p256") == "" && field("web_auth") == "":
			continue // a phone's app, mail, or an old Safari: not Web Push
		case isTrue(field("invalid_identifier")) || strings.HasPrefix(field("notification_types"), "-"):
			continue // unsubscribed
		}
		l := importedLine{Endpoint: field("identifier"), Language: field("language"), Topics: oneSignalTags(field("tags"))}
		if !strings.Contains(l.Endpoint, "/") {
			l.Endpoint = "https://fcm.googleapis.com/fcm/send/" + l.Endpoint
		}
		l.Keys.P256dh, l.Keys.Auth = field("web_p256"), field("web_auth")
		if err := add(line, &l); err != nil {
			return err
		}
	}
}

func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "1", "t", "true", "yes":
		return true
	}
	return false
}

func oneSignalTags(text string) []string {
	var tags map[string]any
	if json.Unmarshal([]byte(text), &tags) != nil {
		return nil
	}
	var on []string
	for name, v := range tags {
		if isTrue(fmt.Sprint(v)) {
			on = append(on, name)
		}
	}
	return on
}

// A lineLimit ends a file whose line never ends, before a reader keeps all of it.
type lineLimit struct {
	r    io.Reader
	line int
}

func (l *lineLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p[:min(len(p), 4096)])
	for _, c := range p[:n] {
		if l.line++; c == '\n' {
			l.line = 0
		}
	}
	if l.line > maxLine {
		return 0, errors.New("a line is longer than 64 kB")
	}
	return n, err
}
