package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// A documented flag is one row of a table of flags in docs/reference.md or README.md:
// which commands take it, its default, its environment variable.
type documented struct {
	name, cell string // "--data", "`--data DIR`"
	of         []string
	standard   string
	env        string
}

// commandsOf gives every command that runs, by its words after "dateline".
func commandsOf(t *testing.T) map[string]*kong.Node {
	t.Helper()
	p, err := kong.New(&cli{}, kong.Name("dateline"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*kong.Node{}
	for _, n := range p.Model.Leaves(true) {
		out[strings.TrimPrefix(n.Path(), "dateline ")] = n
	}
	return out
}

// flagsOf gives a command's flags but --help.
func flagsOf(n *kong.Node) map[string]*kong.Flag {
	out := map[string]*kong.Flag{}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			if f.Name != "help" {
				out["--"+f.Name] = f
			}
		}
	}
	return out
}

func TestReferenceHasEveryCommand(t *testing.T) {
	commands := commandsOf(t)
	text := section(t, "../../docs/reference.md", "## Commands")
	told := map[string]bool{}
	for _, row := range tables(text) {
		if len(row) != 2 || !strings.HasPrefix(row[0], "`dateline ") {
			continue
		}
		words := strings.Fields(strings.Trim(row[0], "`"))[1:]
		name := ""
		for n := len(words); n > 0 && name == ""; n-- {
			if at := strings.Join(words[:n], " "); commands[at] != nil {
				name = at
			}
		}
		if name == "" {
			t.Errorf("docs/reference.md has the command %s, which does not exist", row[0])
			continue
		}
		told[name] = true
		for _, f := range regexp.MustCompile(`--[a-z-]+`).FindAllString(row[0]+" "+row[1], -1) {
			if flagsOf(commands[name])[f] == nil && !slices.Contains(words, f) && !inAny(commands, f) {
				t.Errorf("docs/reference.md: %s names the flag %s, which does not exist", row[0], f)
			}
		}
		// What the first cell shows must be what the command takes.
		for _, f := range regexp.MustCompile(`--[a-z-]+`).FindAllString(row[0], -1) {
			if flagsOf(commands[name])[f] == nil {
				t.Errorf("docs/reference.md: dateline %s does not take %s", name, f)
			}
		}
		var args []string
		for _, a := range commands[name].Positional {
			args = append(args, a.Name)
		}
		shown := 0
		for _, w := range words[len(strings.Fields(name)):] {
			if strings.HasPrefix(w, "--") {
				break
			}
			shown++
		}
		if shown != len(args) {
			t.Errorf("docs/reference.md: %s shows %d arguments; dateline %s takes %d (%s)", row[0], shown, name, len(args), strings.Join(args, ", "))
		}
	}
	for name := range commands {
		if !told[name] {
			t.Errorf("docs/reference.md does not have the command dateline %s", name)
		}
	}
}

func inAny(commands map[string]*kong.Node, flag string) bool {
	for _, n := range commands {
		if flagsOf(n)[flag] != nil {
			return true
		}
	}
	return false
}

func TestReferenceHasEveryFlag(t *testing.T) {
	commands := commandsOf(t)
	rows := flagRows(t, section(t, "../../docs/reference.md", "## Commands"), commands)
	for name, n := range commands {
		for flag, f := range flagsOf(n) {
			var mine []documented
			for _, d := range rows {
				if d.name == flag && slices.Contains(d.of, name) {
					mine = append(mine, d)
				}
			}
			if len(mine) != 1 {
				t.Errorf("docs/reference.md has %d rows for %s of dateline %s, want 1", len(mine), flag, name)
				continue
			}
			compare(t, "docs/reference.md", name, mine[0], f)
		}
	}
	for _, d := range rows {
		for _, name := range d.of {
			if flagsOf(commands[name])[d.name] == nil {
				t.Errorf("docs/reference.md: dateline %s does not take %s", name, d.name)
			}
		}
	}
}

// The README's table is serve's configuration.
func TestReadmeHasServesFlags(t *testing.T) {
	commands := commandsOf(t)
	serve := flagsOf(commands["serve"])
	told := map[string]bool{}
	for _, row := range tables(section(t, "../../README.md", "## Configuration")) {
		if len(row) != 4 || !strings.HasPrefix(row[0], "`--") {
			continue
		}
		d := documented{name: strings.Fields(strings.Trim(row[0], "`"))[0], cell: row[0], env: row[1], standard: row[2]}
		told[d.name] = true
		if f := serve[d.name]; f == nil {
			t.Errorf("README.md has the flag %s, which serve does not take", d.name)
		} else {
			compare(t, "README.md", "serve", d, f)
		}
	}
	for flag := range serve {
		if !told[flag] {
			t.Errorf("README.md does not have serve's flag %s", flag)
		}
	}
}

// compare holds a row against the flag as the program has it.
func compare(t *testing.T, page, command string, d documented, f *kong.Flag) {
	t.Helper()
	switch {
	case f.HasDefault && !strings.Contains(d.standard, "`"+f.Default+"`"):
		t.Errorf("%s: the default of dateline %s %s is `%s`, not %s", page, command, d.name, f.Default, d.standard)
	case f.Required && d.standard != "needed":
		t.Errorf("%s: dateline %s needs %s; its default should read \"needed\", not %q", page, command, d.name, d.standard)
	case !f.HasDefault && !f.Required && (d.standard == "" || d.standard == "needed"):
		t.Errorf("%s: say what happens without %s of dateline %s", page, d.name, command)
	}
	want := "–"
	if len(f.Envs) > 0 {
		want = "`" + strings.Join(f.Envs, "`, `") + "`"
	}
	if d.env != want {
		t.Errorf("%s: the environment variable of dateline %s %s is %s, not %s", page, command, d.name, want, d.env)
	}
	for _, v := range strings.Split(f.Enum, ",") {
		if v != "" && !strings.Contains(d.cell, v) {
			t.Errorf("%s: %s should name its value %q", page, d.cell, v)
		}
	}
}

// flagRows reads the table of flags: flag, commands, environment, default, meaning.
func flagRows(t *testing.T, text string, commands map[string]*kong.Node) []documented {
	t.Helper()
	var out []documented
	for _, row := range tables(text) {
		if len(row) != 5 || !strings.HasPrefix(row[0], "`--") {
			continue
		}
		d := documented{name: strings.Fields(strings.Trim(row[0], "`"))[0], cell: row[0], env: row[2], standard: row[3]}
		but := strings.HasPrefix(row[1], "all but ")
		var named []string
		for _, m := range regexp.MustCompile("`([a-z -]+)`").FindAllStringSubmatch(row[1], -1) {
			if commands[m[1]] == nil {
				t.Errorf("docs/reference.md: %s is said to be of %q, which is no command", row[0], m[1])
				continue
			}
			named = append(named, m[1])
		}
		for name := range commands {
			if slices.Contains(named, name) != but {
				d.of = append(d.of, name)
			}
		}
		out = append(out, d)
	}
	return out
}

// Help names what exists and nothing else, for every command.
func TestHelpNamesWhatExists(t *testing.T) {
	commands := commandsOf(t)
	help := func(args ...string) string {
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(args, "--help"), strings.NewReader(""), &out, &errs); code != 0 {
			t.Errorf("dateline %s --help exits %d: %s", strings.Join(args, " "), code, errs.String())
		}
		return out.String()
	}
	top := help()
	_, list, _ := strings.Cut(top, "Commands:\n")
	shown := map[string]bool{}
	for _, line := range strings.Split(list, "\n") {
		if words, _, ok := strings.Cut(strings.TrimPrefix(line, "  "), "  "); ok && strings.HasPrefix(line, "  ") && line[2] != ' ' {
			shown[strings.TrimSpace(words)] = true
		}
	}
	for name, n := range commands {
		if !shown[name] {
			t.Errorf("dateline --help does not name %q:\n%s", name, top)
		}
		text := help(strings.Fields(name)...)
		for flag := range flagsOf(n) {
			if !strings.Contains(text, flag) {
				t.Errorf("dateline %s --help does not name %s", name, flag)
			}
		}
		for _, flag := range regexp.MustCompile(`--[a-z][a-z-]+`).FindAllString(text, -1) {
			if flag != "--help" && flagsOf(n)[flag] == nil && !inAny(commands, flag) {
				t.Errorf("dateline %s --help names %s, which no command takes", name, flag)
			}
		}
	}
	for name := range shown {
		if commands[name] == nil {
			t.Errorf("dateline --help names %q, which does not exist", name)
		}
	}
}

// Every command's mistakes are usage errors: exit code 2 and one line that helps.
func TestUnknownFlagIsWrongUsage(t *testing.T) {
	for name := range commandsOf(t) {
		var out, errs bytes.Buffer
		args := append(strings.Fields(name), "--no-such-flag")
		if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != 2 {
			t.Errorf("dateline %s exits %d, want 2: %s", strings.Join(args, " "), code, errs.String())
		}
		if !strings.Contains(errs.String(), "--no-such-flag") {
			t.Errorf("dateline %s does not name the flag: %s", strings.Join(args, " "), errs.String())
		}
	}
}

// section is a page's text from a heading to the next of its level.
func section(t *testing.T, path, heading string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut("\n"+string(b), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", path, heading)
	}
	level, _, _ := strings.Cut(heading, " ")
	text, _, _ := strings.Cut(after, "\n"+level+" ")
	return text
}

// tables gives the cells of all rows of all tables in a Markdown text.
func tables(text string) (rows [][]string) {
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00")
		var cells []string
		for _, c := range strings.Split(line, "|") {
			cells = append(cells, strings.TrimSpace(strings.ReplaceAll(c, "\x00", "|")))
		}
		rows = append(rows, cells)
	}
	return rows
}
