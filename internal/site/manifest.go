package site

import (
	"encoding/json"
	"fmt"

	"dateline/internal/markup"
	"dateline/internal/web"
)

// themeLight and themeDark are the page's own background, for the browser's frame.
const (
	themeLight = "#ffffff"
	themeDark  = "#111514"
)

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

// manifest is what a browser needs to put the site on a home screen, where
// alerts work on phones that otherwise refuse them.
func manifest(siteName, lang string, assets *web.Assets) ([]byte, error) {
	m := struct {
		ID         string         `json:"id"`
		Name       string         `json:"name"`
		ShortName  string         `json:"short_name"`
		Lang       string         `json:"lang"`
		Dir        string         `json:"dir"`
		StartURL   string         `json:"start_url"`
		Scope      string         `json:"scope"`
		Display    string         `json:"display"`
		Background string         `json:"background_color"`
		Theme      string         `json:"theme_color"`
		Icons      []manifestIcon `json:"icons"`
	}{"/", siteName, shortName(siteName), lang, markup.Dir(lang), "/", "/", "standalone", themeLight, themeLight, []manifestIcon{
		{assets.Path("icon.svg"), "any", "image/svg+xml", ""},
		{assets.Path("icon-192.png"), "192x192", "image/png", ""},
		{assets.Path("icon-512.png"), "512x512", "image/png", ""},
		{assets.Path("icon-512.png"), "512x512", "image/png", "maskable"},
	}}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write web app manifest: %w", err)
	}
	return b, nil
}

// Manifest is what "/manifest.webmanifest" answers (application/manifest+json).
func (r *Renderer) Manifest() []byte { return r.manifest }

// shortName fits under an icon: home screens cut after about twelve letters.
func shortName(name string) string {
	r := []rune(name)
	if len(r) <= 12 {
		return name
	}
	for i := 12; i > 3; i-- {
		if r[i] == ' ' {
			return string(r[:i])
		}
	}
	return string(r[:12])
}
