package site

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every sentence that the rules of comments and accounts say to readers is in the list: a new one
// that was forgotten would stand in English on an Arabic page.
func TestSentencesAreKnown(t *testing.T) {
	sentence := regexp.MustCompile(`(?:Refuse\(\s*news\.\w+|Refuse\(\w+|Wrong\("(?:text|name|email|code)"), "((?:[^"\\]|\\.)+)"|CommentsShut\w+: +"((?:[^"\\]|\\.)+)"|(?:Told: |met\([^\n]*?, )"([A-Z](?:[^"\\]|\\.)+\.)"`)
	// Of moderators, who work in English, and of what no reader can bring about.
	others := regexp.MustCompile(`moderator's or an editor's account|Decide on at most|can be featured|writer has deleted|1000 characters|Write a message`)
	n := 0
	for _, files := range []string{"moderation/write.go", "moderation/judge.go", "moderation/clean.go", "moderation/rules.go", "auth/reader.go", "auth/keeper.go", "auth/passkey.go",
		"store/comment_post.go", "store/comment_decide.go", "store/reader.go", "store/passkey.go", "news/reader_name.go"} {
		text, err := os.ReadFile(filepath.Join("..", files))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range sentence.FindAllStringSubmatch(string(text), -1) {
			format := m[1] + m[2] + m[3]
			if format == "%s" || others.MatchString(format) || !strings.Contains(format, " ") {
				continue
			}
			n++
			format = regexp.MustCompile(`%q`).ReplaceAllString(format, "%s")
			if _, ok := arabicSayings[format]; !ok {
				t.Errorf("%s: %q has no Arabic", files, format)
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d sentences were found: are they written another way now?", n)
	}
	for format, s := range arabicSayings {
		if strings.Count(s.own, "{") != strings.Count(format, "%") {
			t.Errorf("%q: %q has not the same parts", format, s.own)
		}
	}
}

func TestSay(t *testing.T) {
	ar, en := newSample(t, "ar").r.Words(), newSample(t, "en").r.Words()
	const busy = "This discussion is busy: everybody waits 60 seconds between two comments. Yours can go in 12 minutes."
	if got := en.Say(busy); got != busy {
		t.Errorf("in English: %q", got)
	}
	for english, want := range map[string]string{
		busy: "هذا النقاش مزدحم: ينتظر كل واحد 60 ثانية بين تعليقين. يمكنك الإرسال بعد 12 دقيقة.",
		"You cannot comment here any more. The newsroom says: Enough <b>now</b>.": "لم يعد بإمكانك التعليق هنا. تقول هيئة التحرير: Enough <b>now</b>.",
		"You cannot comment here any more.":                                       "لم يعد بإمكانك التعليق هنا.",
		"A moderator's own words.":                                                "A moderator's own words.", "": "",
		strings.Repeat("You can comment again on ", 50): strings.Repeat("You can comment again on ", 50),
	} {
		if got := ar.Say(english); got != want {
			t.Errorf("%q is %q, want %q", english, got, want)
		}
	}
}
