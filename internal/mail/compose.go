package mail

import (
	"bytes"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// compose writes a message that is ready, as RFC 5322 wants it sent: lines end in CRLF
// and hold 7-bit bytes only, so no server on the way has a reason to change it and
// break its signature. The same message at the same second is the same bytes.
func compose(m Message, from mail.Address, now time.Time) []byte {
	domain := from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	var b bytes.Buffer
	header(&b, "Date", now.UTC().Format(time.RFC1123Z))
	header(&b, "From", mailbox(from))
	header(&b, "To", "<"+m.To+">")
	header(&b, "Subject", encoded(m.Subject))
	header(&b, "Message-ID", "<"+m.ID+"@"+domain+">")
	// RFC 3834: nobody's away-notice or ticket system should answer. Exchange listens
	// to a header of its own only.
	header(&b, "Auto-Submitted", "auto-generated")
	header(&b, "X-Auto-Response-Suppress", "All")
	if m.List != "" {
		header(&b, "List-Id", "<"+m.List+"."+domain+">")
		header(&b, "Precedence", "bulk")
	}
	if m.Unsubscribe != "" {
		header(&b, "List-Unsubscribe", "<"+m.Unsubscribe+">")
		if strings.HasPrefix(m.Unsubscribe, "https:") { // RFC 8058, section 3.1
			header(&b, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		}
	}
	if m.Language != "" {
		header(&b, "Content-Language", m.Language)
	}
	header(&b, "MIME-Version", "1.0")
	if !rightToLeft(m.Language) {
		part(&b, "text/plain", m.Text)
		return b.Bytes()
	}
	// Quoted-printable cannot hold "=_", so the boundary cannot stand in a part.
	boundary := "=_" + m.ID
	header(&b, "Content-Type", `multipart/alternative; boundary="`+boundary+`"`)
	b.WriteString("\r\n--" + boundary + "\r\n")
	part(&b, "text/plain", m.Text)
	b.WriteString("\r\n--" + boundary + "\r\n")
	part(&b, "text/html", htmlOf(m))
	b.WriteString("\r\n--" + boundary + "--\r\n")
	return b.Bytes()
}

// mailbox is a as a header holds it. The standard library leaves a backslash in an
// encoded name as it is, which no reader of RFC 2047 (section 5, rule 3) takes.
func mailbox(a mail.Address) string {
	if words := encoded(a.Name); words != a.Name {
		return words + " <" + a.Address + ">"
	}
	return a.String()
}

// part writes one text with its headers, quoted-printable.
func part(b *bytes.Buffer, kind, text string) {
	header(b, "Content-Type", kind+"; charset=utf-8")
	header(b, "Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(b)
	w.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n"))) // to memory: cannot fail
	w.Close()
}
