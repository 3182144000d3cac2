package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/textproto"
	"strings"
)

// IsPermanent says that sending the same message again is useless: its address or
// content was refused, here or by the mail server. Everything else may pass: a network
// that is gone, a server that asks for patience (4xx, greylisting), and whatever the
// operator can mend, such as a wrong password or a sender that is not allowed.
func IsPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// refused classes what the server answered to the recipient or the content.
func refused(err error) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return err
	}
	switch reply.Code {
	case 501, 550, 551, 552, 553, 554, 555, 556:
		// X.7.X (RFC 3463) is about who sends, not who is written to: relaying denied,
		// a sender without SPF. Were it permanent, one wrong setting would lose a
		// night's alerts.
		if !strings.HasPrefix(reply.Msg, "5.7.") {
			return permanent{err}
		}
	}
	return err
}

// A hinted error ends with what the operator can do.
func hinted(err error) error {
	var (
		reply *textproto.Error
		name  x509.HostnameError
		cert  *tls.CertificateVerificationError
		other tls.RecordHeaderError
	)
	hint := ""
	switch {
	case errors.As(err, &name):
		hint = "write the name that stands in its certificate in --smtp"
	case errors.As(err, &cert):
		hint = "give the mail server a certificate from an authority this machine trusts, or name its authority's file in SSL_CERT_FILE"
	case errors.As(err, &other):
		hint = "use smtp:// for a port that begins without encryption (587), smtps:// for one that begins with it (465)"
	case errors.As(err, &reply) && (reply.Code == 534 || reply.Code == 535):
		hint = "check the user in --smtp and the password in DATELINE_SMTP_PASSWORD"
	case errors.As(err, &reply) && reply.Code == 530:
		hint = "name the user in --smtp, as smtp://user@host, and the password in DATELINE_SMTP_PASSWORD"
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w; %s", err, hint)
}

// spoken makes a server's reply fit to be logged: one line, not long, and without the
// recipient's address, which servers like to repeat.
func spoken(err error, to string) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return err
	}
	msg := line(reply.Msg, 300)
	if to != "" {
		msg = strings.ReplaceAll(msg, to, "the recipient")
	}
	return &textproto.Error{Code: reply.Code, Msg: msg}
}
