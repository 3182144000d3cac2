package syndication

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/language"

	xhtml "golang.org/x/net/html"
)

var (
	number      = regexp.MustCompile(`^\d+$`)
	rfc822Shape = regexp.MustCompile(`^(?:(\w{3}), ?)?(\d{1,2}) (\w{3}) (\d{4}) (\d\d:\d\d)(:\d\d)? ((?i:[A-Z]{1,3})|[+-]\d{4})$`)
	shortYear   = regexp.MustCompile(`\w{3} \d\d \d\d:`)
	entityWhole = regexp.MustCompile(`&(#x?)?\w+;`)
	mimeType    = regexp.MustCompile(`^[\w!#$&^.+-]+/[\w!#$&^.+-]+(;.*)?$`)
)

// rfc822 wants four digits of year, a weekday that is right, seconds or none, and
// a numeric zone of whole hours or a name that everybody knows.
func (c *feedChecker) rfc822(n *feedNode) {
	s := n.text
	m := rfc822Shape.FindStringSubmatch(strings.ReplaceAll(strings.Join(strings.Fields(s), " "), " ,", ","))
	if m == nil {
		if problematic(s) {
			c.say("ProblematicalRFC822Date", n, "", s)
		} else {
			c.say("InvalidRFC2822Date", n, "", s)
		}
		return
	}
	sec := first(m[6], ":00")
	t, err := time.Parse("2 Jan 2006 15:04:05", m[2]+" "+m[3]+" "+m[4]+" "+m[5]+sec)
	if err != nil || m[1] != "" && !strings.EqualFold(t.Format("Mon"), m[1]) {
		c.say("InvalidRFC2822Date", n, "", s)
		return
	}
	zone := strings.ToUpper(m[7])
	switch zone {
	case "GMT", "UT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT":
	default:
		if zone[0] != '+' && zone[0] != '-' || !strings.HasSuffix(zone, "00") {
			c.say("ProblematicalRFC822Date", n, "", s)
		}
	}
	if m[1] != "" && !strings.Contains(s, ", ") {
		c.say("ProblematicalRFC822Date", n, "", s)
	}
	c.plausible(n, t)
}

// problematic dates are what the standard allows but programs stumble over.
func problematic(s string) bool {
	return strings.Contains(s, "(") || shortYear.MatchString(s)
}

func (c *feedChecker) rfc3339(n *feedNode) {
	s := n.text
	if s != strings.TrimSpace(s) {
		c.say("UnexpectedWhitespace", n, "", s)
		s = strings.TrimSpace(s)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !strings.Contains(s, "T") {
		c.say("InvalidRFC3339Date", n, "", s)
		return
	}
	c.plausible(n, t)
}

// plausible is against years no feed is from. The validator compares with today;
// here the bounds are fixed so that a test does not rot.
func (c *feedChecker) plausible(n *feedNode, t time.Time) {
	if t.Year() < 1970 || t.Year() > 2099 {
		c.say("ImplausibleDate", n, "", t.String())
	}
}

// addressFault says what is wrong with a whole web address in ASCII, or nothing.
func addressFault(s string) string {
	if s != strings.TrimSpace(s) || strings.ContainsAny(s, " \t\r\n\"<>\\^`{|}") {
		return "a character that an address may not have"
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return err.Error()
	case u.Scheme == "":
		return "no scheme"
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host == "":
		return "no host"
	case strings.Contains(u.Host, "/"), strings.HasSuffix(u.Host, ":"):
		return "a bad host"
	}
	return ""
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 126 }) < 0
}

// httpURL checks an address in RSS, which knows URLs only.
func (c *feedChecker) httpURL(n *feedNode, attr, s string) bool {
	s = strings.TrimSpace(s)
	if fault := addressFault(s); fault != "" {
		c.say("InvalidLink", n, attr, fault)
		return false
	}
	if !isASCII(s) {
		c.say("UriNotIri", n, attr, s)
		return false
	}
	return true
}

// iri and iriFull check addresses in Atom, iriFull those that may not be relative.
// This package writes none that are, so both refuse a relative one where no base
// is given; that one finding has a name of its own.
func (c *feedChecker) iri(n *feedNode, attr, s string) {
	if s != strings.TrimSpace(s) {
		rule := "UnexpectedWhitespace"
		if attr != "" {
			rule = "InvalidLink"
		}
		c.say(rule, n, attr, s)
		s = strings.TrimSpace(s)
	}
	fault := addressFault(s)
	if fault == "no scheme" {
		rule := "RelativeAddress"
		if rel, _ := n.attr("rel"); rel == "self" {
			rule = "RelativeSelf"
		}
		for p := n; p != nil; p = p.parent {
			if _, based := p.attr("base"); based {
				return
			}
		}
		c.say(rule, n, attr, s)
	} else if fault != "" {
		c.say("InvalidLink", n, attr, fault)
	}
}

func (c *feedChecker) iriFull(n *feedNode, attr, s string) {
	if s != strings.TrimSpace(s) {
		c.say("UnexpectedWhitespace", n, attr, s)
		s = strings.TrimSpace(s)
	}
	switch fault := addressFault(s); fault {
	case "":
	case "no scheme":
		c.say("InvalidFullLink", n, attr, s)
		c.say("InvalidLink", n, attr, s)
	default:
		c.say("InvalidLink", n, attr, fault)
	}
}

var (
	urnShape  = regexp.MustCompile(`^(?i:urn):[A-Za-z0-9][A-Za-z0-9-]{0,31}:.+$`)
	uuidShape = regexp.MustCompile(`^(?i:urn:uuid:)[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$`)
)

// name checks a permanent identifier that is a URN.
func (c *feedChecker) name(n *feedNode, s string) {
	low := strings.ToLower(strings.TrimSpace(s))
	switch {
	case strings.HasPrefix(low, "urn:uuid:") && !uuidShape.MatchString(low):
		c.say("InvalidUUID", n, "", s)
	case strings.HasPrefix(low, "urn:") && !urnShape.MatchString(low):
		c.say("InvalidURN", n, "", s)
	}
}

func (c *feedChecker) language(n *feedNode, attr, s string) {
	if _, err := language.Parse(s); err != nil || strings.Contains(s, "_") {
		c.say("InvalidLanguage", n, attr, s)
	}
}

var (
	tagLike     = regexp.MustCompile(`<[a-zA-Z/!?]`)
	entityLike  = regexp.MustCompile(`&(#?\w+)`)
	advised     = regexp.MustCompile(`(?i)&#x0*(26|3c);`)
	entityKnown = func(name string) bool {
		return strings.HasPrefix(name, "#") || html.UnescapeString("&"+name+";") != "&"+name+";"
	}
)

func looksLikeHTML(s string) bool {
	if tagLike.MatchString(s) {
		return true
	}
	for _, m := range entityLike.FindAllStringSubmatch(s, -1) {
		if entityKnown(m[1]) {
			return true
		}
	}
	return false
}

// plainText is for what is text in RSS but what many readers take for HTML. The
// references that the RSS profile advises for & and < are safe.
func (c *feedChecker) plainText(n *feedNode) {
	text := n.text
	raw := strings.TrimSuffix(strings.TrimPrefix(n.raw, "<![CDATA["), "]]>")
	if advised.MatchString(raw) {
		text = html.UnescapeString(advised.ReplaceAllString(raw, "\uE000"))
	}
	if looksLikeHTML(text) {
		c.say("ContainsHTML", n, "", text)
	}
}

// undeclared is for Atom's text that looks like HTML and does not say so.
func (c *feedChecker) undeclared(n *feedNode, s string) {
	if tagLike.MatchString(s) || entityWhole.MatchString(s) && looksLikeHTML(s) {
		c.say("ContainsUndeclaredHTML", n, "", s)
	}
}

var risky = map[string]bool{
	"script": true, "meta": true, "embed": true, "object": true, "iframe": true, "style": true, "form": true, "base": true, "link": true, "import": true,
}

// html finds in HTML what readers refuse to show and addresses that lead nowhere.
func (c *feedChecker) html(n *feedNode, s string) {
	z := xhtml.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case xhtml.ErrorToken:
			return
		case xhtml.CommentToken:
			if strings.HasPrefix(string(z.Raw()), "<?") {
				c.say("SecurityRisk", n, "", "instruction")
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			t := z.Token()
			if risky[t.Data] || strings.Contains(t.Data, ":") {
				c.say("SecurityRisk", n, "", t.Data)
			}
			for _, a := range t.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style":
					c.say("SecurityRisk", n, "", a.Key)
				case a.Key == "href" || a.Key == "src":
					if addressFault(strings.TrimSpace(a.Val)) == "no scheme" {
						c.say("ContainsRelRef", n, "", a.Val)
					}
				}
			}
		}
	}
}
