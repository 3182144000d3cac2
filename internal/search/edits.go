package search

// What it takes to turn one spelling into another, in tenths of a plain slip. Fingers double letters, leave out one of
// two, change the order of neighbours and take one vowel for another more often than they hit a wrong key.
const (
	slip        = 10
	doubledSlip = 6
	swapSlip    = 8
	vowelSlip   = 9
	firstSlip   = 8 // in addition, for another first letter: those are nearly always right

	tooFar = 1 << 20
)

// editCost is what it takes to turn a into b in so many edits, or tooFar when that is more than they cost. Both have at
// most mostRunes runes.
func editCost(a, b []rune, edits int) int {
	most := edits * slip
	if len(a) == 0 || len(b) == 0 || len(a)-len(b) > edits || len(b)-len(a) > edits {
		return tooFar
	}
	if a[0] != b[0] && !(len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0]) {
		most -= firstSlip
	}
	// Cells further than edits from the diagonal cannot be on the way; those at the rim are tooFar.
	var rows [3][mostRunes + 2]int
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range min(len(b), edits) {
		last[j+1] = last[j] + oddCost(b, j)
	}
	last[min(len(b), edits)+1] = tooFar
	for i := range a {
		from, to := max(0, i-edits), min(len(b), i+edits+1)
		least := tooFar
		if from == 0 {
			now[0] = last[0] + oddCost(a, i)
			least = now[0]
		} else {
			now[from] = tooFar
		}
		for j := from; j < to; j++ {
			cost := last[j]
			if a[i] != b[j] {
				cost += otherCost(a[i], b[j])
			}
			// Of two equal letters the second is the odd one, so this may be less even where the letters are the same.
			cost = min(cost, last[j+1]+oddCost(a, i), now[j]+oddCost(b, j))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] && a[i] != b[j] {
				cost = min(cost, before[j-1]+swapSlip)
			}
			now[j+1] = cost
			least = min(least, cost)
		}
		now[to+1] = tooFar
		if least > most+swapSlip { // a swap may still reach back one row
			return tooFar
		}
		before, last, now = last, now, before
	}
	cost := last[len(b)]
	if cost > most {
		return tooFar
	}
	return cost + edits*slip - most
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
