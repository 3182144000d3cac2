package search

// What it takes to turn one spelling into another, in tenths of a plain slip. Fingers double letters, leave out one of
// two, change the order of neighbours and take one vowel for another more often than they hit a wrong key.
const (
	slip        = 10
	doubledSlip = 6
	swapSlip    = 8
	vowelSlip   = 8
	firstSlip   = 8 // in addition, for another first letter: those are nearly always right

	tooFar = 1 << 20
)

// editCost is what it takes to turn a into b, or tooFar when that is more than most. Both have at most mostRunes runes.
func editCost(a, b []rune, most int) int {
	// Every edit costs at least doubledSlip, so no path leaves this band.
	band := most / doubledSlip
	if len(a)-len(b) > band || len(b)-len(a) > band {
		return tooFar
	}
	var rows [3][mostRunes + 1]int
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range b {
		last[j+1] = last[j] + oddCost(b, j)
	}
	for i := range a {
		now[0] = last[0] + oddCost(a, i)
		least := now[0]
		from, to := max(0, i-band), min(len(b), i+band+1)
		for j := range b {
			if j < from || j >= to {
				now[j+1] = tooFar
				continue
			}
			cost := last[j]
			if a[i] != b[j] {
				cost += otherCost(a[i], b[j])
				cost = min(cost, last[j+1]+oddCost(a, i), now[j]+oddCost(b, j))
				if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
					cost = min(cost, before[j-1]+swapSlip)
				}
			}
			now[j+1] = cost
			least = min(least, cost)
		}
		if least > most+swapSlip { // a swap may still reach back one row
			return tooFar
		}
		before, last, now = last, now, before
	}
	cost := last[len(b)]
	if len(a) > 0 && len(b) > 0 && a[0] != b[0] {
		cost += firstSlip
	}
	if cost > most {
		return tooFar
	}
	return cost
}

// oddCost is for a letter too many or too few.
func oddCost(w []rune, i int) int {
	if i > 0 && w[i] == w[i-1] {
		return doubledSlip
	}
	return slip
}

func otherCost(a, b rune) int {
	if isVowel(a) && isVowel(b) {
		return vowelSlip
	}
	return slip
}

func isVowel(r rune) bool {
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'ї', 'є',
		'α', 'ε', 'η', 'ι', 'ο', 'υ', 'ω', 'ا', 'و', 'ي':
		return true
	}
	return false
}
