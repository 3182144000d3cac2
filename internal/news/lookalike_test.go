package news

import (
	"strings"
	"testing"
)

func fold(s string) string {
	var b strings.Builder
	for _, f := range FoldLookalikes(s) {
		b.WriteRune(f.R)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestFoldLookalikes(t *testing.T) {
	for in, want := range map[string]string{
		"Viagra": "viagra", "VІАGRА": "viagra", "v1@gr4": "viagra", "ｖｉａｇｒａ": "viagra", "v\u200bia\u0301gra": "viagra",
		"100 % of 2025!": "100 of 2025", "Great!!": "great", "cash$": "cash", "f!sh": "fish", "a-b_c": "a b c", "مرحبا": "مرحبا",
	} {
		if got := fold(in); got != want {
			t.Errorf("%q reads as %q, want %q", in, got, want)
		}
	}
}

func TestReaderNames(t *testing.T) {
	taken := []string{"Mira Lind", "The Harbour Times"}
	for _, ok := range []string{"Ann", "Öztürk", "María José", "نور", "李雷", "Иван", "O’Neill", "k8"} {
		if got, err := CleanReaderName(" "+ok+" ", taken); err != nil || got != ok {
			t.Errorf("%q: %q, %v", ok, got, err)
		}
	}
	for _, bad := range []string{"", "  ", "...", "1234", "Mira Lind", "Mіra Lind", "MIRA  LlND", "Mira.Lind", "mira lind jr", "The Harbour Tirnes", "a\u200bb", "\u3164", "a@b.example", "www.example",
		"Аnn", "z\u0301\u0301\u0301\u0301\u0301", strings.Repeat("a", 41), "a\x00b", "a\xffb", "\u202eabc\u202c\u202e"} {
		if got, err := CleanReaderName(bad, taken); KindOf(err) != Invalid && got == bad {
			t.Errorf("%q is taken as %q", bad, got)
		}
	}
}

func FuzzReaderName(f *testing.F) {
	f.Add("Ann")
	f.Add("\u202eA\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := CleanReaderName(s, []string{"Mira Lind"})
		if err != nil {
			return
		}
		if again, err := CleanReaderName(got, nil); err != nil || again != got {
			t.Errorf("%q became %q, and that %q, %v", s, got, again, err)
		}
		if NameSkeleton(got) == NameSkeleton("Mira Lind") {
			t.Errorf("%q looks like the newsroom's", got)
		}
	})
}
