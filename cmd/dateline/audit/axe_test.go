package audit_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// nodeModules is where ./test installs what tools/audit pins.
func nodeModules(path ...string) string {
	return filepath.Join(append([]string{"..", "..", "..", "tools", "audit", "node_modules"}, path...)...)
}

var axeSource = sync.OnceValues(func() (string, error) {
	b, err := os.ReadFile(nodeModules("axe-core", "axe.min.js"))
	if err != nil {
		return "", fmt.Errorf("axe-core is not installed (./test does it): %w", err)
	}
	return string(b), nil
})

const axeRun = `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']})
	.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.target.join(' ') + ' ' + n.html.slice(0, 120))}))))`

// axe finds no violation, in light and dark, on a phone and on a desk. It goes in
// as an expression, which the page's content policy does not forbid.
func axe(b *tab, _ *page) (wrong []string, err error) {
	source, err := axeSource()
	if err != nil {
		return nil, err
	}
	if _, err := ask[bool](b, source+"; true"); err != nil {
		return nil, fmt.Errorf("put axe in: %w", err)
	}
	defer b.prefer("")
	for _, width := range []int64{375, 1440} {
		if err := b.size(width, 900, 1); err != nil {
			return nil, err
		}
		for _, scheme := range []string{"light", "dark"} {
			if err := b.prefer("", "prefers-color-scheme", scheme); err != nil {
				return nil, err
			}
			// A colour that is still fading is not the one to be read.
			if _, err := ask[bool](b, `(document.getAnimations().forEach(a => a.finish()), true)`); err != nil {
				return nil, err
			}
			found, err := ask[string](b, axeRun)
			if err != nil {
				return nil, err
			}
			var violations []struct {
				ID, Help string
				Nodes    []string
			}
			if err := json.Unmarshal([]byte(found), &violations); err != nil {
				return nil, err
			}
			for _, v := range violations {
				wrong = append(wrong, fmt.Sprintf("axe, %s at %d pixels: %s (%s) ×%d:\n\t%s", scheme, width, v.ID, v.Help, len(v.Nodes),
					strings.Join(v.Nodes[:min(len(v.Nodes), 3)], "\n\t")))
			}
		}
	}
	return wrong, b.size(375, 812, 1)
}
