//go:build lighthouse

package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Lighthouse gives four times 100 to front, article and listings (results of a search
// ask not to be indexed, for which it takes marks). It is asked by ./test
// --lighthouse only: it takes a quarter of a minute a page, and its speed mark
// depends on what else the machine does, so that the best of three counts.
func TestLighthouse(t *testing.T) {
	s, c := theReaders(t)
	chrome, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	closeBrowser()
	for _, name := range []string{"front", "article", "section", "topic"} {
		p := kind(t, c, name)
		var short []string
		for range 3 {
			if short, err = audit(t, chrome, s.origin+p.path); err != nil {
				t.Fatal(err)
			}
			if len(short) == 0 {
				break // the machine was quiet enough
			}
			t.Logf("%s: %s", name, strings.Join(short, "\n  "))
		}
		if len(short) > 0 {
			t.Errorf("%s (%s) is short of four times 100", p.path, name)
		} else {
			t.Logf("%s: 100 100 100 100", name)
		}
	}
}

// A report is what we read of Lighthouse's.
type report struct {
	Categories map[string]struct {
		Score     float64
		AuditRefs []struct {
			ID     string
			Weight float64
		}
	}
	Audits map[string]struct {
		Score        *float64
		Title        string
		DisplayValue string
		Details      json.RawMessage
	}
}

// audit runs Lighthouse once and says what keeps the page from four times 100.
func audit(t *testing.T, chrome, url string) (short []string, err error) {
	file := filepath.Join(t.TempDir(), "report.json")
	cmd := exec.Command("node", filepath.Join("..", "..", "..", "tools", "lighthouse", "node_modules", "lighthouse", "cli", "index.js"),
		url, "--quiet", "--output=json", "--output-path="+file,
		"--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
		"--only-categories=performance,accessibility,best-practices,seo")
	cmd.Env = append(os.Environ(), "CHROME_PATH="+chrome)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("lighthouse %s: %w: %s", url, err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, err
	}
	for _, category := range []string{"performance", "accessibility", "best-practices", "seo"} {
		if r.Categories[category].Score >= 1 {
			continue
		}
		short = append(short, fmt.Sprintf("%s is %.0f", category, r.Categories[category].Score*100))
		for _, ref := range r.Categories[category].AuditRefs {
			if a := r.Audits[ref.ID]; ref.Weight > 0 && a.Score != nil && *a.Score < 1 {
				short = append(short, fmt.Sprintf("  %s: %s %s %s", ref.ID, a.Title, a.DisplayValue, items(a.Details)))
			}
		}
	}
	return short, nil
}

// items gives what Lighthouse says of an audit, without the table's headings.
func items(details json.RawMessage) string {
	var d struct{ Items json.RawMessage }
	if json.Unmarshal(details, &d) != nil || d.Items == nil {
		return ""
	}
	var b bytes.Buffer
	json.Compact(&b, d.Items)
	return b.String()[:min(b.Len(), 800)]
}
