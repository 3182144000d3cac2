package site

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"

	"dateline/internal/web"
)

//go:embed assets
var assetFiles embed.FS

// hashedFiles are the files in assets/ whose address carries a hash.
var hashedFiles = []string{"icon.svg", "icon-180.png", "icon-192.png", "icon-512.png"}

// addFace registers the stylesheet and the icons. colours is a
// style rule for each class c0 to c63, what stands in a picture's place until
// it has come; who chooses a picture's class (internal/imaging) writes them.
func addFace(assets *web.Assets, colours string) error {
	css, err := stylesheet(colours)
	if err != nil {
		return err
	}
	assets.Add("site.css", css)
	for _, name := range hashedFiles {
		b, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			return fmt.Errorf("read asset %s: %w", name, err)
		}
		assets.Add(name, b)
	}
	return nil
}

// stylesheet joins the files in assets/css in the order of their names, and
// the placeholder colours.
func stylesheet(colours string) ([]byte, error) {
	names, err := fs.Glob(assetFiles, "assets/css/*.css")
	if err != nil {
		return nil, fmt.Errorf("list stylesheets: %w", err)
	}
	var b bytes.Buffer
	for _, name := range names {
		text, err := assetFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read stylesheet %s: %w", name, err)
		}
		b.Write(text)
	}
	b.WriteString(colours)
	return squeezeStyles(b.Bytes()), nil
}

// Favicon is what "/favicon.ico" answers (image/vnd.microsoft.icon): browsers
// ask for it whatever a page says.
func Favicon() []byte {
	b, err := assetFiles.ReadFile("assets/favicon.ico")
	if err != nil {
		panic(err) // it is compiled in
	}
	return b
}
