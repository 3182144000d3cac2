package site

// A Plural is a message that depends on a number, in the six forms of Unicode
// CLDR. A language fills those it has; Arabic has all of them.
type Plural struct {
	Zero, One, Two, Few, Many, Other string
}

// form picks the message for n in a language.
func (p Plural) form(lang string, n int) string {
	switch lang {
	case "ar":
		switch r := n % 100; {
		case n == 0:
			return p.Zero
		case n == 1:
			return p.One
		case n == 2:
			return p.Two
		case r >= 3 && r <= 10:
			return p.Few
		case r >= 11:
			return p.Many
		}
		return p.Other
	default:
		if n == 1 {
			return p.One
		}
		return p.Other
	}
}

// forms lists the forms that a language must fill.
func (p Plural) forms(lang string) map[string]string {
	if lang == "ar" {
		return map[string]string{"zero": p.Zero, "one": p.One, "two": p.Two, "few": p.Few, "many": p.Many, "other": p.Other}
	}
	return map[string]string{"one": p.One, "other": p.Other}
}
