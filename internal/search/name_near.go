package search

// nearName is how near two names of one key must sound (Jaro–Winkler of their sounds) to be taken for one. On half of
// the study's list and the words of 28,000 news stories: see TestNameVariants for what it gives.
const nearName = 0.84

// jaroWinkler is how alike two ASCII strings are, from 0 to 1: letters that both have near the same place, and more
// if they begin alike.
func jaroWinkler(a, b string) float64 {
	if a == b {
		return 1
	}
	if len(a) == 0 || len(b) == 0 || len(a) > longest || len(b) > longest {
		return 0
	}
	window := max(max(len(a), len(b))/2-1, 0)
	var inA, inB uint64
	same := 0
	for i := range len(a) {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if inB&(1<<j) == 0 && a[i] == b[j] {
				inA |= 1 << i
				inB |= 1 << j
				same++
				break
			}
		}
	}
	if same == 0 {
		return 0
	}
	swapped, j := 0, 0
	for i := range len(a) {
		if inA&(1<<i) == 0 {
			continue
		}
		for inB&(1<<j) == 0 {
			j++
		}
		if a[i] != b[j] {
			swapped++
		}
		j++
	}
	m := float64(same)
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(swapped)/2)/m) / 3
	prefix := 0
	for prefix < min(len(a), len(b), 4) && a[prefix] == b[prefix] {
		prefix++
	}
	return jaro + float64(prefix)*0.1*(1-jaro)
}
