package search

import (
	"slices"
	"strings"
	"testing"
)

// Each line is ways in which people write one thing: asked for in the first, a text with any of the others is found,
// and the other way round where they are one (=) and not only where one implies the other (>).
func TestSpellingsOfOneThing(t *testing.T) {
	for _, tt := range []struct {
		language, lines string
	}{
		{"en", `
			1,000 = 1000
			1,000,000 = 1000000 = 1.000.000 = 1'000'000 = 1’000’000
			3.5 = 3,5
			COVID-19 = covid 19 = covid19 = Covid–19 = ＣＯＶＩＤ-19
			U.S. = US = U.S = u.s.
			U.S.A. = USA
			C++ = c++ = cpp
			C# = csharp
			AT&T = at&t
			minister's = minister = minister’s = ministers = ministers’
			O'Brien = obrien = O’Brien
			won't = wont = won’t
			e-mail = email = E‑Mail
			co-operation = cooperation
			running = runs = run
			cities = city
			café = cafe = CAFÉ
			naïve = naive
			F-16 = F16 = f 16
			9/11 = 9-11 = 9 11
			ﬁnance = finance
			Erdoğan = erdogan = ERDOĞAN
			Łódź = lodz
			Ørsted = orsted
			Nguyễn = nguyen
			Đà Nẵng = da nang
			straße = strasse
			Beyoncé's = beyonce`},
		{"de", `
			Häuser = Haus = haeuser
			Müller = mueller = muller
			Straßen = strasse = Straße
			Fußball-WM = Fussball WM
			Regierungen = Regierung
			3,5 = 3.5
			1.000.000 = 1000000`},
		{"fr", `
			l'élection = élections = election = L’Élection
			aujourd'hui = aujourd’hui
			nationaux = national = nationale
			qu'il = il
			cœur = coeur`},
		{"es", `
			elecciones = elección = eleccion
			España = espana`},
		{"it", `
			dell'università = università = universita
			città = citta`},
		{"pt", `
			governos = governo
			eleição = eleicao`},
		{"nl", `
			ministers = minister
			coördinatie = coordinatie`},
		{"sv", "\nregeringen = regering\nÅland = aland"},
		{"da", "\nregeringen = regering\nKøbenhavn = kobenhavn"},
		{"no", "\nregjeringen = regjering"},
		{"fi", "\ntalossa = talo = talot"},
		{"hu", "\nkormányok = kormány = kormany"},
		{"ro", "\nalegerilor = alegeri\nBucureşti = București = bucuresti"},
		{"ga", "\ngcait = gcait"},
		{"ca", "\nl'ajuntament = ajuntament"},
		{"tr", "\nİstanbul'da = istanbul = İSTANBUL = Istanbul\nkitaplar = kitap\nIŞIK = ışık = isik"},
		{"az", "\nBakı'da = bakı = baki"},
		{"pl", "\nWałęsa = walesa"},
		{"vi", "\nHồ Chí Minh = ho chi minh"},
		{"ru", "\nвыборов = выборы = ВЫБОРЫ\nещё = еще\nСанкт-Петербург = санкт петербург"},
		{"uk", "\nп'ять = п’ять = пʼять\nКиїв = київ"},
		{"el", "\nΑθήνα = αθηνα = ΑΘΗΝΑ\nπρωθυπουργός = ΠΡΩΘΥΠΟΥΡΓΟΣ"},
		{"ar", `
			الكاظمي = كاظمي = والكاظمي = الكاظمى
			المتحدثون = متحدث
			مَدِينَة = مدينة = مدينه = المدينة
			أحمد = احمد
			الاجتمـــاع = اجتماع
			٢٠٢٦ = 2026`},
		{"fa", `
			کتاب_ها = کتابها = کتاب = كتاب_هاي
			بزرگ_ترین = بزرگترین = بزرگ
			می_شود = میشود
			۱۴۰۵ = 1405`},
		{"ur", "\nکراچی = كراچي"},
		{"he", "\nבירושלים > ירושלים\nשהממשלה > ממשלה\nצה\"ל = צה״ל = צהל\nשָׁלוֹם = שלום"},
		{"zh", "\n东京都知事 > 东京 > 东\n习近平主席 > 习近平\n习近平主席 > 主席\nＡＢＣ公司 > abc"},
		{"ja", "\nサッカー = ｻｯｶｰ\n東京オリンピック > オリンピック > ピ\n東京オリンピック > 京\nガス = ｶﾞｽ"},
		{"ko", "\n서울시장 > 서울\n서울시장 > 시장\n대통령은 > 대통령 > 령"},
		{"th", "\nการเลือกตั้งทั่วไป > เลือกตั้ง\nกรุงเทพฯ > กรุงเทพ"},
		{"hi", "\nदिल्ली = दिल्ली\n२०२६ = 2026"},
		{"ta", "\nதேர்தல் = தேர்தல்"},
	} {
		// An underscore stands for the joint that nobody sees.
		for line := range strings.Lines(strings.ReplaceAll(tt.lines, "_", string(rune(zwnj)))) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			spelt := strings.Split(strings.NewReplacer(" = ", "\x00", " > ", "\x00").Replace(line), "\x00")
			for i, a := range spelt {
				for j, b := range spelt {
					if i == j || j > i && strings.Contains(line, " > ") {
						continue
					}
					// b is the text, a is asked for.
					text, asked := b, a
					if by := speakerOf(tt.language); !found(text, asked, by) {
						t.Errorf("%s: %s is not found by %s", tt.language, text, asked)
					}
				}
			}
		}
	}
}

// found says whether a text has all that a query wants, as Highlight sees it.
func found(text, asked string, by speaker) bool {
	a := parseQuery(asked, []speaker{by})
	if a.empty() {
		return false
	}
	var places, others []string
	analyse(text, &by, func(t token) {
		if t.kind == place {
			places = append(places, t.term)
		} else {
			others = append(others, t.term)
		}
	})
	for _, w := range append(a.needed, a.words...) {
		if !slices.ContainsFunc(w.ways, func(v way) bool {
			if len(v.terms) == 1 && slices.Contains(others, v.terms[0]) {
				return true
			}
			for i := 0; i+len(v.terms) <= len(places); i++ {
				if tokens := asTokens(places[i : i+len(v.terms)]); v.matches(tokens) {
					return true
				}
			}
			return false
		}) {
			return false
		}
	}
	return true
}

func asTokens(terms []string) (list []token) {
	for _, t := range terms {
		list = append(list, token{term: t})
	}
	return list
}

// What only looks alike is not the same thing.
func TestOtherThings(t *testing.T) {
	for _, tt := range []struct{ language, text, asked string }{
		{"en", "C", "C++"}, {"en", "C++", "C#"}, {"en", "3.5", "35"}, {"en", "1,000", "1"}, {"en", "us", "U.S.A."},
		{"zh", "东京", "京东"}, {"tr", "ışık", "İşık kitap"}, {"de", "schon", "Schönheit"}, {"en", "covid 20", "covid-19"},
	} {
		if found(tt.text, tt.asked, speakerOf(tt.language)) {
			t.Errorf("%s: %s is found by %s", tt.language, tt.text, tt.asked)
		}
	}
}
