package imaging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMetadataAsExiftoolReadsIt compares each field with what exiftool found,
// taken in the same order: XMP, IPTC, EXIF.
func TestMetadataAsExiftoolReadsIt(t *testing.T) {
	expected, pictures := data(t, "pictures", "imagemeta-expected"), data(t, "pictures", "imagemeta")
	fields := []struct {
		name string
		of   func(Metadata) string
		from []string // "group:tag" in exiftool's words
	}{
		{"caption", func(m Metadata) string { return m.Caption }, []string{"XMP:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"}},
		{"headline", func(m Metadata) string { return m.Headline }, []string{"XMP:Headline", "IPTC:Headline"}},
		{"credit", func(m Metadata) string { return m.Credit }, []string{"XMP:Credit", "IPTC:Credit"}},
		{"byline", func(m Metadata) string { return m.Byline }, []string{"XMP:Creator", "IPTC:By-line", "EXIF:Artist"}},
		{"copyright", func(m Metadata) string { return m.Copyright }, []string{"XMP:Rights", "IPTC:CopyrightNotice", "EXIF:Copyright"}},
		{"source", func(m Metadata) string { return m.Source }, []string{"XMP:Source", "IPTC:Source"}},
		{"orientation", func(m Metadata) string { return fmt.Sprint(m.Orientation) }, []string{"EXIF:Orientation"}},
		{"day", func(m Metadata) string { return m.Created[:min(10, len(m.Created))] }, []string{"XMP:DateCreated", "XMP:DateTimeOriginal", "XMP:CreateDate", "IPTC:DateCreated", "EXIF:DateTimeOriginal"}},
	}
	same, differ, held := map[string]int{}, 0, 0
	files(t, expected, func(name string, b []byte) {
		rel, err := filepath.Rel(expected, name)
		if err != nil {
			t.Fatal(err)
		}
		pic, err := os.ReadFile(filepath.Join(pictures, strings.TrimSuffix(rel, ".json")))
		if err != nil || !strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".config.json") {
			return
		}
		var tags map[string]any
		if err := json.Unmarshal(bytes.Trim(b, "[] \n"), &tags); err != nil { // some are a list of one
			t.Fatalf("%s: %v", name, err)
		}
		if tags["XMP"] == nil && tags["IPTC"] == nil && tags["EXIF"] == nil {
			return // cut short; exiftool gave up where we need not
		}
		h := header{}
		if h.format, err = sniff(pic); err != nil {
			return
		}
		switch h.format {
		case "png":
			err = walkPNG(pic, &h)
		case "webp":
			err = walkWebP(pic, &h)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		held++
		got := readMetadata(context.Background(), pic, h)
		for _, f := range fields {
			want := ""
			for _, from := range f.from {
				group, tag, _ := strings.Cut(from, ":")
				if in, ok := tags[group].(map[string]any); ok && want == "" {
					want = exiftoolValue(in[tag])
				}
			}
			want = cleanText(want, 5000)
			switch f.name {
			case "orientation":
				if want == "" || want == "0" {
					want = "1"
				}
			case "day":
				want = normalDate(want[:min(10, len(want))], "", "")
			}
			if g := f.of(got); g == want {
				if want != "" {
					same[f.name]++
				}
			} else {
				differ++
				t.Logf("%s: %s is %q, exiftool %q", rel, f.name, g, want)
			}
		}
	})
	t.Logf("%d pictures; fields alike: %v; different: %d", held, same, differ)
	// One is known: a PNG with its EXIF as text in hexadecimal, an old habit of
	// one program, from which only the day would be wanted.
	if differ > 1 || held < 45 {
		t.Errorf("%d fields differ in %d pictures, want at most 1 in 45 or more", differ, held)
	}
}

func exiftoolValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var parts []string
		for _, p := range v {
			parts = append(parts, exiftoolValue(p))
		}
		return joinDistinct(parts, strings.TrimSpace)
	case map[string]any: // languages
		return exiftoolValue(v["x-default"])
	}
	return fmt.Sprint(v)
}

func TestRefusedCarriesItsCause(t *testing.T) {
	cause := errors.New("cause")
	if err := broken(cause); !errors.Is(err, cause) || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("%v, want reason and cause", err)
	}
}
