package dateline_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A room is one package under internal/: what it may import of ours, and which
// foreign modules. Imports point downwards: a room names only rooms of lower floors.
// To change a line here is a design decision; say why in the commit.
type room struct {
	ours    string
	foreign string
}

var layout = map[string]room{
	// tools: import nothing of ours
	"markup":         {"", "github.com/yuin/goldmark golang.org/x/net golang.org/x/text"},
	"search":         {"search/segment", "golang.org/x/text github.com/blevesearch/snowballstem"},
	"search/segment": {"", ""}, // the index itself: terms as bytes, documents as numbers
	"mediastore":     {"", "github.com/minio/minio-go/v7"},
	"pagecache":      {"", "github.com/andybalholm/brotli github.com/klauspost/compress"},
	"webpush":        {"", "golang.org/x/net golang.org/x/crypto"},
	"mail":           {"", "github.com/wneessen/go-mail golang.org/x/net golang.org/x/text"},
	"pushservice":    {"", "golang.org/x/net golang.org/x/crypto"}, // for trying: what webpush sends to, and the demo
	// the newsroom's things and rules
	"news": {"markup", "github.com/google/uuid golang.org/x/text"},
	// translators
	"store":        {"news markup", "modernc.org/sqlite github.com/jackc/pgx/v5 github.com/pressly/goose/v3"},
	"store/pgtest": {"", "github.com/jackc/pgx/v5"}, // for tests: a throw-away PostgreSQL
	"auth":         {"news", "golang.org/x/crypto github.com/go-webauthn/webauthn"},
	"imaging":      {"news", "golang.org/x/image github.com/bep/imagemeta golang.org/x/sync golang.org/x/text"},
	"archive":      {"news markup", "golang.org/x/net golang.org/x/text github.com/klauspost/compress"},
	"syndication":  {"news markup", ""},
	"jobs":         {"news", ""},
	// decisions
	"desk":              {"news markup imaging", ""},
	"moderation":        {"news markup", ""},
	"fanout":            {"news webpush", ""},
	"fanout/ledgertest": {"fanout news", "github.com/google/go-cmp"}, // for tests: a ledger in memory, and what every ledger must do
	"readmore":          {"news markup search", ""},
	// live
	"live": {"news markup search pagecache", ""},
	// what the doors share
	"web": {"news auth", "golang.org/x/net golang.org/x/sync golang.org/x/text github.com/andybalholm/brotli github.com/klauspost/compress"},
	// doors
	"site":     {"web news markup moderation readmore search syndication pagecache auth", "golang.org/x/text github.com/andybalholm/brotli github.com/klauspost/compress"},
	"newsroom": {"web news markup desk moderation readmore auth", "golang.org/x/text"},
	"api":      {"web news markup desk moderation readmore search syndication webpush auth", "golang.org/x/text"},
}

// Only the command may import the store, and anything else it wires.
const command = "cmd/dateline"

func TestLayout(t *testing.T) {
	fset := token.NewFileSet()
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != "." && (name[0] == '.' || name == "testdata" || name == "node_modules" || path == "bench" || path == "tools") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || filepath.Dir(path) == "." {
			return nil
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		test := strings.HasSuffix(path, "_test.go")
		name, inside := strings.CutPrefix(dir, "internal/")
		r, known := layout[name]
		if inside && !known {
			t.Errorf("%s: package internal/%s is not in the layout", path, name)
			return nil
		}
		if !inside && !strings.HasPrefix(dir, command) {
			t.Errorf("%s: code stands under internal/ or %s", path, command)
			return nil
		}
		seen[name] = true
		f, err := parser.ParseFile(fset, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			p, _ := strconv.Unquote(spec.Path.Value)
			if what := refused(p, dir, r, inside, test); what != "" {
				t.Errorf("%s imports %s: %s", path, p, what)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range layout {
		for _, o := range strings.Fields(r.ours) {
			if back := strings.Fields(layout[o].ours); slices.Contains(back, name) {
				t.Errorf("internal/%s and internal/%s import each other in the table", name, o)
			}
		}
	}
}

// refused says why the file in dir may not import p, or nothing. Tests may use the
// store to come in through the front door, and the testing modules.
func refused(p, dir string, r room, inside, test bool) string {
	ours, isOurs := strings.CutPrefix(p, "dateline/")
	switch {
	case isOurs && !inside:
		return ""
	case isOurs:
		o := strings.TrimPrefix(ours, "internal/")
		if ours == dir || slices.Contains(strings.Fields(r.ours), o) {
			return ""
		}
		if test {
			return ""
		}
		return "the layout does not have this arrow"
	case !strings.Contains(strings.SplitN(p, "/", 2)[0], "."):
		if p == "C" {
			return "no cgo"
		}
		return "" // the standard library
	case test || !inside:
		return ""
	}
	for _, m := range strings.Fields(r.foreign) {
		if p == m || strings.HasPrefix(p, m+"/") {
			return ""
		}
	}
	return "this foreign module is not allowed here"
}

// The binary is built without cgo, everywhere.
func TestNoCgo(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if .CgoFiles}}{{.ImportPath}}{{end}}", "./cmd/dateline").Output()
	if err != nil {
		t.Fatal(err)
	}
	// With CGO_ENABLED=0 nothing may be missing: list again so.
	cmd := exec.Command("go", "list", "-deps", "-e", "-f", "{{if and .Error (not .Standard)}}{{.ImportPath}}: {{.Error}}{{end}}", "./cmd/dateline")
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	broken, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if s := strings.TrimSpace(string(broken)); s != "" {
		t.Errorf("without cgo these do not build: %s", s)
	}
	for _, p := range strings.Fields(string(out)) {
		if strings.Contains(strings.SplitN(p, "/", 2)[0], ".") {
			t.Errorf("%s needs cgo", p)
		}
	}
}
