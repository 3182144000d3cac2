package main

import (
	"context"
	"regexp"
)

var (
	sheetPattern  = regexp.MustCompile(`<link rel="?stylesheet"? [^>]*href="?([^">\s]+)|<link href="?([^">\s]+)"? [^>]*rel="?stylesheet`)
	scriptPattern = regexp.MustCompile(`<script [^>]*src="?([^">\s]+)`)
)

// weight adds up what a browser must have for an article, compressed and without its
// pictures.
func (m *siteMeasure) weight(ctx context.Context, articles []string) error {
	path, page, err := m.typical(ctx, articles)
	if err != nil {
		return err
	}
	plain, err := m.server.fetch(ctx, path, "identity")
	if err != nil {
		return err
	}
	add := func(p *regexp.Regexp) (sum float64, err error) {
		for _, found := range p.FindAllStringSubmatch(string(plain.body), -1) {
			href := found[1]
			if href == "" {
				href = found[len(found)-1]
			}
			f, err := m.server.fetch(ctx, href, "br")
			if err != nil {
				return 0, err
			}
			sum += float64(len(f.body))
		}
		return sum, nil
	}
	sheets, err := add(sheetPattern)
	if err != nil {
		return err
	}
	scripts, err := add(scriptPattern)
	if err != nil {
		return err
	}
	m.report.told("article, HTML as sent", float64(len(page.body))/1000, "kB")
	m.report.told("article, style sheets as sent", sheets/1000, "kB")
	m.report.atMost("article, scripts as sent", scripts/1000, "kB", 6)
	m.report.atMost("article with style sheets and scripts as sent", (float64(len(page.body))+sheets+scripts)/1000, "kB", 25)
	return nil
}
