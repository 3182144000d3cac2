package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// hosts turns a mail host into ASCII as a browser's address line would (UTS 46).
var hosts = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// ParseAddress returns the one bare mail address that s is, its host in lower case
// ASCII (IDNA), at most MaxAddress bytes. Names, comments, quoted local parts, lists
// and address literals are refused, and so are local parts beyond ASCII: too few
// servers take them (RFC 6531) for a newsroom to promise delivery.
func ParseAddress(s string) (string, error) {
	wrong := errors.New("use a mail address like name@example.org")
	if len(s) > 4*MaxAddress { // the host may shrink on its way to ASCII
		return "", fmt.Errorf("%w, with at most %d characters", wrong, MaxAddress)
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || !utf8.ValidString(s) {
		return "", wrong
	}
	local, host := s[:at], s[at+1:]
	for _, atom := range strings.Split(local, ".") { // RFC 5321, section 4.1.2: Dot-string
		if atom == "" || !only(strings.ToLower(atom), lowers+"!#$%&'*+-/=?^_`{|}~") {
			return "", wrong
		}
	}
	host, err := hosts.ToASCII(host)
	if err != nil || !only(host, lowers+"-.") {
		return "", wrong
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return "", wrong
	}
	s = local + "@" + host
	if len(s) > MaxAddress {
		return "", fmt.Errorf("%w, with at most %d characters", wrong, MaxAddress)
	}
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s || a.Name != "" {
		return "", wrong
	}
	return s, nil
}
