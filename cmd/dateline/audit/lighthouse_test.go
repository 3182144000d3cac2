//go:build lighthouse

package audit_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Lighthouse gives four times 100 to front, article, listing and results. It is
// asked by ./test --lighthouse only: it takes a quarter of a minute a page, and its
// speed mark depends on what else the machine does.
func TestLighthouse(t *testing.T) {
	s, c := theReaders(t)
	chrome, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	closeBrowser()
	cli := filepath.Join("..", "..", "..", "tools", "lighthouse", "node_modules", "lighthouse", "cli", "index.js")
	for _, name := range []string{"front", "article", "section", "search results"} {
		p := kind(t, c, name)
		file := filepath.Join(t.TempDir(), "report.json")
		cmd := exec.Command("node", cli, s.origin+p.path, "--quiet", "--output=json", "--output-path="+file,
			"--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
			"--only-categories=performance,accessibility,best-practices,seo")
		cmd.Env = append(os.Environ(), "CHROME_PATH="+chrome)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("lighthouse %s: %v: %s", p.path, err, out)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var report struct {
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
			}
		}
		if err := json.Unmarshal(b, &report); err != nil {
			t.Fatal(err)
		}
		for _, category := range []string{"performance", "accessibility", "best-practices", "seo"} {
			score := report.Categories[category].Score * 100
			t.Logf("%-16s %-16s %.0f", name, category, score)
			if score >= 100 {
				continue
			}
			t.Errorf("%s: %s is %.0f, want 100", p.path, category, score)
			for _, ref := range report.Categories[category].AuditRefs {
				if a := report.Audits[ref.ID]; ref.Weight > 0 && a.Score != nil && *a.Score < 1 {
					t.Logf("  %s: %s %s", ref.ID, a.Title, a.DisplayValue)
				}
			}
		}
	}
}
