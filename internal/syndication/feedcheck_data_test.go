package syndication

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const dataFolder = "../../../shared/data/"

func needData(t testing.TB, name string) string {
	t.Helper()
	path := dataFolder + name
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the test material %s is not here", name)
	}
	return path
}

// claimed are the validator's rules that the checker has.
var claimed = strings.Fields(`SAXError InvalidRSSVersion MissingElement MissingTitle MissingLink MissingDescription
	MissingGuid MissingHref MissingSelf MissingAttribute MissingContentOrAlternate MissingTextualContent
	ItemMustContainTitleOrDescription NeedDescriptionBeforeContent DuplicateElement DuplicateEnclosure
	DuplicateAtomLink DuplicateEntries DuplicateUpdated DuplicateValue DuplicateItemSemantics NotBlank AttrNotBlank
	InvalidRFC2822Date ProblematicalRFC822Date InvalidRFC3339Date ImplausibleDate UnexpectedWhitespace
	InvalidLink InvalidFullLink InvalidURLAttribute UriNotIri RelativeSelf InvalidHttpGUID InvalidPermalink
	InvalidURN InvalidUUID InvalidLanguage InvalidMIMEType InvalidMIMEAttribute InvalidTextType InvalidBooleanAttribute
	InvalidIntegerAttribute ImageTitleDoesntMatch ImageLinkDoesntMatch ImageUrlFormat UnexpectedText AtomLinkNotEmpty
	ContainsHTML ContainsUndeclaredHTML ContainsRelRef SecurityRisk`)

// opposites: what must not be found where the validator says that a value is right.
var opposites = map[string][]string{
	"ValidRFC2822Date": {"InvalidRFC2822Date"}, "ValidW3CDTFDate": {"InvalidRFC3339Date"},
	"ValidURI": {"InvalidLink", "InvalidFullLink"}, "ValidURN": {"InvalidURN", "InvalidUUID"},
	"ValidLanguage": {"InvalidLanguage"}, "ValidMIMEAttribute": {"InvalidMIMEType", "InvalidMIMEAttribute"},
	"ValidHttpGUID": {"InvalidHttpGUID", "InvalidPermalink"}, "ValidTitle": {"NotBlank", "AttrNotBlank"},
	"ValidElement": {"ContainsUndeclaredHTML"}, "ValidHtml": {"SecurityRisk"},
	"ValidURLAttribute": {"InvalidURLAttribute"}, "ValidBooleanAttribute": {"InvalidBooleanAttribute"},
	"ValidIntegerAttribute": {"InvalidIntegerAttribute"},
}

// warnings are no errors to the validator; our own feeds have none all the same.
var warnings = strings.Fields(`MissingSelf MissingGuid MissingTextualContent ProblematicalRFC822Date ImplausibleDate
	DuplicateEntries DuplicateUpdated DuplicateItemSemantics NeedDescriptionBeforeContent ContainsHTML
	ContainsUndeclaredHTML ContainsRelRef SecurityRisk UriNotIri NotBlank RelativeAddress ImageTitleDoesntMatch ImageLinkDoesntMatch`)

// written are the elements and attributes that this package writes: a case about
// another (cloud, skipHours, textInput, source …) is not the checker's.
var written = strings.Fields(`rss channel title link description language lastBuildDate generator image url item guid
	pubDate category enclosure dc:creator content:encoded atom:link feed entry id subtitle updated published author
	name uri summary content icon scheme term href hreflang type length rel isPermaLink xml:lang`)

// notWritten are whole constructions that this package never writes.
var notWritten = regexp.MustCompile(`<(textInput|cloud|skipDays|skipHours)\b|type=["']([a-z]+/svg\+xml|svg|application/xhtml\+xml)`)

var expectation = regexp.MustCompile(`Expect:\s*(!?)(\w+)(?:\{([^}]*)\})?`)

// TestCheckerAgainstValidator holds the checker against the validator's cases.
func TestCheckerAgainstValidator(t *testing.T) {
	root := needData(t, "feeds/feedvalidator/testcases")
	wrong, right, outside := 0, 0, 0
	for _, dir := range []string{"rss", "rss20", "atom"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".xml" {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			m := expectation.FindStringSubmatch(string(data))
			if m == nil {
				outside++
				return nil
			}
			switch ok, bad, msg := judge(m, data); {
			case msg != "":
				t.Errorf("%s: %s", strings.TrimPrefix(path, root), msg)
			case bad:
				wrong++
			case ok:
				right++
			default:
				outside++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d faulty cases found, %d right ones passed; %d are about what is not written here", wrong, right, outside)
	if wrong < 200 || right < 200 {
		t.Errorf("only %d and %d cases were tried", wrong, right)
	}
}

// judge says whether the case was one of the right or of the faulty ones, or what
// the checker got wrong; nothing of it for a case that is not the checker's.
func judge(m []string, data []byte) (right, faulty bool, msg string) {
	not, rule := m[1] == "!", m[2]
	place := map[string]string{}
	for _, kv := range strings.Split(m[3], ",") {
		k, v, _ := strings.Cut(kv, ":")
		place[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	for k, v := range place {
		if k != "" && !slices.Contains(written, v) {
			return false, false, ""
		}
	}
	if notWritten.Match(data) {
		return false, false, ""
	}
	found := checkFeed(data)
	if hasFinding(found, "UndefinedElement") {
		return false, false, ""
	}
	at := func(rule string) *finding {
		for i, f := range found {
			el, par := place["element"], place["parent"]
			if f.rule == rule && (el == "" || el == f.element || el == f.attr) && (par == "" || par == f.parent || par == f.element) {
				return &found[i]
			}
		}
		return nil
	}
	absent, known := []string{rule}, slices.Contains(claimed, rule)
	if opp, ok := opposites[rule]; ok {
		absent, not, known = opp, true, true
	}
	switch {
	case rule == "Error" && not:
		for _, f := range found {
			if !slices.Contains(warnings, f.rule) {
				return false, false, "a valid feed was refused: " + f.String()
			}
		}
		return true, false, ""
	case !known:
		return false, false, ""
	case not:
		for _, r := range absent {
			if f := at(r); f != nil {
				return false, false, "refused, but is right: " + f.String()
			}
		}
		return true, false, ""
	case at(rule) == nil:
		return false, false, "not found: " + m[0]
	}
	return false, true, ""
}
