package imaging

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bep/imagemeta"
)

// markers walks a rendition's segments: these may be there, and no others.
func markers(b []byte) (names []string, rest int) {
	w := jpegWalk{data: b, pos: 2, h: &header{}}
	for {
		m, ok := w.next()
		if !ok {
			return names, -1
		}
		if m == markEOI {
			return names, len(b) - w.pos
		}
		if _, ok := w.segment(); !ok {
			return names, -1
		}
		names = append(names, fmt.Sprintf("%02X", m))
	}
}

// TestNothingLeavesButCreditAndCopyright re-reads every rendition of every
// picture that we have, and of some that were made to give people away.
func TestNothingLeavesButCreditAndCopyright(t *testing.T) {
	up := jpegOf(t, scene(600, 400), 80)
	telling := withSegment(withSegment(withSegment(up, 0xE1, exif(6)), 0xED, iptc(true, map[byte]string{120: "caption", 80: "Confidential Source", 110: "of the file"})),
		0xE1, xmp(`photoshop:City="Secret place"/>`))
	telling = withSegment(telling, 0xFE, []byte("comment of a Confidential Source"))
	telling = append(telling, "PK\x03\x04 trailing Confidential Source"...)
	made := map[string][]byte{"telling.jpg": telling}
	all := t.TempDir()
	check := func(name string, b []byte) {
		rs, err := Renditions(context.Background(), b, Options{Widths: []int{120}, Credit: "Agency <&> Co", Copyright: "© 2026 Agency"})
		if err != nil {
			return
		}
		for _, r := range rs {
			segments, rest := markers(r.Bytes)
			for _, s := range segments {
				if !strings.Contains("E1 DB C0 C4 DA", s) {
					t.Errorf("%s: %d wide has a segment %s", name, r.Width, s)
				}
			}
			if rest != 0 || bytes.Count(r.Bytes, []byte("Confidential")) > 0 {
				t.Errorf("%s: %d wide has %d bytes behind the picture, or the source's name", name, r.Width, rest)
			}
			seen := 0
			_, err := imagemeta.Decode(imagemeta.Options{R: bytes.NewReader(r.Bytes), ImageFormat: imagemeta.JPEG,
				ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
				HandleTag: func(tag imagemeta.TagInfo) error {
					switch {
					case tag.Source == imagemeta.XMP && tag.Tag == "Credit" && tag.Value == "Agency <&> Co":
					case tag.Source == imagemeta.XMP && tag.Tag == "Rights" && tag.Value == "© 2026 Agency":
					default:
						t.Errorf("%s: %d wide has %v %s = %v", name, r.Width, tag.Source, tag.Tag, tag.Value)
					}
					seen++
					return nil
				}})
			if err != nil || seen != 2 {
				t.Errorf("%s: %d wide has %d tags, %v, want credit and copyright", name, r.Width, seen, err)
			}
		}
		file := filepath.Join(all, strings.NewReplacer("/", "~", "..", "").Replace(name)+".jpg")
		if err := os.WriteFile(file, rs[0].Bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range made {
		check(name, b)
	}
	if _, err := os.Stat(filepath.Join("..", "..", "..", "shared", "data", "pictures")); err == nil {
		for _, folder := range []string{"pictures", "hostile/generated"} {
			files(t, data(t, folder), check)
		}
	}
	exiftoolAgrees(t, all)
}

// exiftoolAgrees asks a second opinion where there is one: it knows every
// maker's notes. (The first opinion stands without it.)
func exiftoolAgrees(t *testing.T, dir string) {
	tool, err := exec.LookPath("exiftool")
	if err != nil {
		t.Log("exiftool is not installed; the renditions were read by imagemeta alone")
		return
	}
	out, err := exec.Command(tool, "-json", "-G0", "-a", "-u", "-ee3", "-r", dir).Output()
	if err != nil {
		t.Fatalf("exiftool: %v", err)
	}
	var list []map[string]any
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	for _, tags := range list {
		for tag, v := range tags {
			group, name, _ := strings.Cut(tag, ":")
			switch group {
			case "SourceFile", "ExifTool", "Composite", "File":
				if name == "Comment" || name == "Error" || name == "Warning" {
					t.Errorf("%v: exiftool reads %s = %v", tags["SourceFile"], tag, v)
				}
				continue
			}
			if tag != "XMP:Credit" && tag != "XMP:Rights" {
				t.Errorf("%v: exiftool reads %s = %v", tags["SourceFile"], tag, v)
			}
		}
		if tags["XMP:Credit"] != "Agency <&> Co" || tags["XMP:Rights"] != "© 2026 Agency" {
			t.Errorf("%v: exiftool reads credit %v, copyright %v", tags["SourceFile"], tags["XMP:Credit"], tags["XMP:Rights"])
		}
	}
	t.Logf("exiftool agrees on %d renditions", len(list))
}

func TestWithoutCreditNothingIsWritten(t *testing.T) {
	rs, err := Renditions(context.Background(), jpegOf(t, scene(300, 200), 80), Options{Credit: " \x00 "})
	if err != nil {
		t.Fatal(err)
	}
	if segments, _ := markers(rs[0].Bytes); strings.Contains(strings.Join(segments, " "), "E") {
		t.Errorf("segments %v, want no application segment", segments)
	}
}

func TestLongCreditsStillMakeAFile(t *testing.T) {
	rs, err := Renditions(context.Background(), jpegOf(t, scene(300, 200), 80), Options{Credit: strings.Repeat("&", 70_000), Copyright: strings.Repeat("<ü>", 70_000)})
	if err != nil {
		t.Fatal(err)
	}
	decoded(t, rs[0])
	if n := len(creditSegment(strings.Repeat("&", 9000), strings.Repeat("\u20AC", 9000))); n > 65_000 {
		t.Errorf("segment of %d bytes", n)
	}
}
