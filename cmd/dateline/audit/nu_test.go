package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The Nu HTML checker finds neither error nor warning on any page that a reader or
// the staff can reach: all of them in one go, since Java takes its time to start.
func TestEveryPageIsSoundHTML(t *testing.T) {
	s, c := theReaders(t)
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip("Java is not installed (Debian: default-jre-headless)")
	}
	jar := nodeModules("vnu-jar", "build", "dist", "vnu.jar")
	if _, err := os.Stat(jar); err != nil {
		t.Skip("the Nu HTML checker is not installed (./test does it)")
	}
	pages := append([]*page(nil), c.all...)
	pages = append(pages, theDesk(t, s).census.all...)
	if p, err := s.gone(t.Context(), theDesk(t, s).census); err == nil {
		pages = append(pages, p)
	}
	if ar, err := arabicOf(); err == nil && os.Getenv("DATELINE_AUDIT_SITE") == "" {
		pages = append(pages, ar.kinds...)
	}
	soundHTML(t, jar, pages)
}

func soundHTML(t *testing.T, jar string, pages []*page) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-Xss1m", "-jar", jar, "--exit-zero-always", "--format", "json"}
	from := map[string]*page{}
	for i, p := range pages {
		file := filepath.Join(dir, fmt.Sprintf("%04d.html", i))
		if err := os.WriteFile(file, p.body, 0o644); err != nil {
			t.Fatal(err)
		}
		from[filepath.Base(file)] = p
		args = append(args, file)
	}
	cmd := exec.Command("java", args...)
	var said bytes.Buffer
	cmd.Stderr = &said // where the checker's JSON goes
	if err := cmd.Run(); err != nil {
		t.Fatalf("run the checker: %v: %s", err, said.Bytes())
	}
	var result struct {
		Messages []struct {
			Type, SubType, URL, Message, Extract string
			LastLine                             int
		}
	}
	if err := json.Unmarshal(said.Bytes(), &result); err != nil {
		t.Fatalf("read the checker's result: %v: %.400s", err, said.Bytes())
	}
	told := map[string]int{}
	for _, m := range result.Messages {
		if m.Type == "info" && m.SubType == "" {
			continue // a remark, such as on a trailing slash
		}
		if told[m.Message]++; told[m.Message] > 2 {
			continue
		}
		p := from[filepath.Base(m.URL)]
		if p == nil {
			t.Fatalf("the checker says: %s", m.Message)
		}
		t.Errorf("%s (%s), line %d: %s: %s\n\t%s", p.path, p.kind, m.LastLine, m.Type, m.Message, m.Extract)
	}
	for message, n := range told {
		if n > 2 {
			t.Errorf("%d times in all: %s", n, message)
		}
	}
	t.Logf("%d pages checked", len(pages))
}
