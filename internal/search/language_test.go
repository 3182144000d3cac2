package search

import "testing"

func TestLanguages(t *testing.T) {
	x := newIndex(t,
		Document{ID: "en", Language: "en-GB", Headline: "U.S. troops' vaccination", Body: "The minister's COVID-19 plan won't change, O’Brien said by e-mail on 23.11.2026. It costs 1,250,000 pounds. Côte d'Ivoire naïve co-operation AT&T MH370 Café"},
		Document{ID: "de", Language: "de", Headline: "Müllers Häuser", Body: "Die Straße nach Köln wird gesperrt."},
		Document{ID: "fr", Language: "fr", Headline: "L’élection d’aujourd’hui", Body: "Les manifestants étaient nombreux à l'Élysée."},
		Document{ID: "tr", Language: "tr", Headline: "Erdoğan İstanbul'da konuştu", Body: "IŞIK ve kitaplar."},
		Document{ID: "ru", Language: "ru", Headline: "Выборы в Москве", Body: "Всё ещё идёт подсчёт, Зеленский"},
		Document{ID: "uk", Language: "uk", Headline: "Київ: п'ять років", Body: "Зеленський"},
		Document{ID: "el", Language: "el", Headline: "Εκλογές στην Αθήνα", Body: "Ο πρωθυπουργός."},
		Document{ID: "ar", Language: "ar", Headline: "الرئيس الكاظمي يزور القاهرة", Body: "وَقَالَ المُتَحَدِّثُ إنّ الاجتمـــاع عام ٢٠٢٦ في مدينة أربيل"},
		Document{ID: "fa", Language: "fa", Headline: "کتاب\u200cها در تهران", Body: "می\u200cشود ۱۴۰۵"},
		Document{ID: "he", Language: "he", Headline: "הממשלה בירושלים", Body: "דובר צה״ל אמר שהשלום בָּא לַאֲרָצוֹת"},
		Document{ID: "zh", Language: "zh", Headline: "东京都知事选举", Body: "习近平主席访问欧洲 ＡＢＣ。"},
		Document{ID: "ja", Language: "ja", Headline: "東京オリンピック", Body: "サッカーが始まった。ｶﾞｽ"},
		Document{ID: "ko", Language: "ko", Headline: "서울시장 선거", Body: "대통령은 말했다"},
		Document{ID: "th", Language: "th", Headline: "การเลือกตั้งทั่วไป", Body: "กรุงเทพ"},
		Document{ID: "hi", Language: "hi", Headline: "प्रधानमंत्री ने कहा", Body: "दिल्ली में चुनाव"},
	)
	for _, tt := range []struct{ text, want string }{
		{"US", "en"}, {"U.S.", "en"}, {"u.s", "en"},
		{"vaccinations", "en"}, {"vaccinated troops", "en"},
		{"minister", "en"}, {"ministers’", "en"}, {"wont", "en"}, {"won’t", "en"}, {"obrien", "en"}, {"O'Brien", "en"},
		{"covid 19", "en"}, {"covid19", "en"}, {"Covid-19", "en"}, {`"covid-19 plan"`, "en"}, {`"covid19 plan"`, "en"}, {"COVID‑19", "en"},
		{"email", "en"}, {"e-mail", "en"}, {"cooperation", "en"}, {"co-operating", "en"}, {"AT&T", "en"}, {"mh 370", "en"}, {"MH-370", "en"},
		{"1250000", "en"}, {"1.250.000", "en"}, {"23.11.2026", "en"}, {"ivoire", "en"}, {"naive", "en"}, {"cafe", "en"},
		{"Müller", "de"}, {"mueller", "de"}, {"muller", "de"}, {"haus", "de"}, {"strasse", "de"}, {"STRASSE", "de"}, {"koeln", "de"},
		{"élection", "fr"}, {"elections", "fr"}, {"l'élection", "fr"}, {"elysee", "fr"}, {"manifestant", "fr"}, {"aujourd'hui", "fr"},
		{"erdogan", "tr"}, {"ERDOĞAN", "tr"}, {"Erdoğan'ın", "tr"}, {"istanbul", "tr"}, {"İstanbul", "tr"}, {"ISTANBUL", "tr"}, {"ışık", "tr"}, {"isik", "tr"}, {"kitap", "tr"},
		{"москва", "ru"}, {"все подсчет", "ru"}, {"выборов", "ru"},
		{"п’ять", "uk"}, {"київ", "uk"}, {"зеленський", "uk ru"},
		{"αθηνα", "el"}, {"ΠΡΩΘΥΠΟΥΡΓΟΣ", "el"},
		{"كاظمي", "ar"}, {"الكاظمى", "ar"}, {"والكاظمي", "ar"}, {"رئيس", "ar"}, {"اجتماع", "ar"}, {"متحدث", "ar"}, {"2026 اربيل", "ar en"}, {"مدينه", "ar"},
		{"کتاب", "fa"}, {"كتابها", "fa"}, {"کتابها", "fa"}, {"میشود", "fa"}, {"1405", "fa"},
		{"ירושלים", "he"}, {"בירושלים", "he"}, {"ממשלה", "he"}, {"שלום", "he"}, {`צה"ל`, "he"}, {"צה״ל", "he"}, {"צהל", "he"}, {"ארצות", "he"}, {`דובר צה"ל אמר`, "he"},
		{"东京", "zh"}, {"知事", "zh"}, {"习近平", "zh"}, {`"东京都知事"`, "zh"}, {"洲", "zh"}, {"欧", "zh"}, {"abc", "zh"}, {`"京东"`, ""},
		{"東京", "ja"}, {"オリンピック", "ja"}, {"サッカー", "ja"}, {"ガス", "ja"}, {"ｻｯｶｰ", "ja"},
		{"서울", "ko"}, {"시장", "ko"}, {"대통령", "ko"},
		{"เลือกตั้ง", "th"}, {"กรุงเทพ", "th"},
		{"दिल्ली", "hi"}, {"चुनाव", "hi"},
	} {
		if got := ids(find(t, x, Query{Text: tt.text}).Hits); got != tt.want {
			t.Errorf("%s finds %q, want %q", tt.text, got, tt.want)
		}
	}
}
