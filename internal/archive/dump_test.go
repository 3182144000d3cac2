package archive

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// dump writes a record for people to compare: one line for what it is, then what
// is set.
func dump(r Record) string {
	var b strings.Builder
	line := func(name string, value any) {
		if s := fmt.Sprint(value); s != "" && s != "[]" && s != "false" && s != "0" {
			fmt.Fprintf(&b, "  %s: %s\n", name, strings.ReplaceAll(s, "\n", "\\n"))
		}
	}
	when := func(name string, t time.Time) {
		if !t.IsZero() {
			line(name, t.Format(time.RFC3339))
		}
	}
	switch r := r.(type) {
	case *Site:
		fmt.Fprintf(&b, "SITE %s (%s, %s)\n", r.Title, r.Source, r.Language)
	case *Author:
		fmt.Fprintf(&b, "AUTHOR %s: %s\n", r.Login, r.Name)
		line("guest", r.Guest)
		line("bio", r.Bio)
	case *Term:
		fmt.Fprintf(&b, "TERM %s %s: %s\n", r.Kind, r.Slug, r.Name)
		line("parent", r.Parent)
	case *Story:
		fmt.Fprintf(&b, "STORY %s %s %s: %s\n", r.Key, r.Kind, r.Status, r.Title)
		line("subtitle", r.Subtitle)
		line("slug", r.Slug)
		line("addresses", strings.Join(r.Addresses, " "))
		when("date", r.Date)
		when("modified", r.Modified)
		line("excerpt", r.Excerpt)
		for _, a := range r.Authors {
			line("author", a.Login+" "+a.Name)
		}
		for _, terms := range [][]Term{r.Categories, r.Tags, r.OtherTerms} {
			for _, t := range terms {
				line(string(t.Kind), t.Slug+" "+t.Name)
			}
		}
		line("comments open", r.CommentsOpen)
		line("format", r.Format)
		line("sticky", r.Sticky)
		line("parent", r.Parent)
		if r.Featured != nil {
			line("featured", fmt.Sprintf("%+v", *r.Featured))
		}
		for _, p := range r.Pictures {
			line("picture", fmt.Sprintf("%+v", p))
		}
		body, _ := json.Marshal(r.Body)
		var doc any
		_ = json.Unmarshal(body, &doc)
		dumpNode(&b, doc, "  |")
		for _, c := range r.Report {
			line("report", fmt.Sprintf("%s (%d, %q)", c.What, c.Count, c.Example))
		}
	case *Attachment:
		fmt.Fprintf(&b, "ATTACHMENT %s %s: %s\n", r.OldID, r.URL, r.Title)
		line("caption", r.Caption)
		line("alt", r.Alt)
		line("credit", r.Credit)
		line("parent", r.Parent)
	case *Comment:
		fmt.Fprintf(&b, "COMMENT %s on %s %s %s by %s\n", r.OldID, r.On, r.Kind, r.Approval, r.Author)
		line("answers", r.Parent)
		when("date", r.Date)
		line("text", r.Text)
	case *Skipped:
		fmt.Fprintf(&b, "SKIPPED %s %s %s: %s\n", r.Kind, r.OldID, r.Title, r.Why)
	case *Notice:
		fmt.Fprintf(&b, "NOTICE %s (%d, %q, line %d)\n", r.What, r.Count, r.Example, r.Line)
	}
	return b.String()
}

// dumpNode writes a block of a document a line, its inline content with its marks.
func dumpNode(b *strings.Builder, n any, indent string) {
	node, _ := n.(map[string]any)
	content, _ := node["content"].([]any)
	if node["type"] != "doc" {
		fmt.Fprintf(b, "%s %s", indent, node["type"])
		attrs, _ := node["attrs"].(map[string]any)
		for _, k := range []string{"level", "order", "media", "alt", "caption", "credit", "attribution", "url", "title", "description"} {
			if v, ok := attrs[k]; ok && v != "" {
				fmt.Fprintf(b, " %s=%q", k, fmt.Sprint(v))
			}
		}
		if text := inlineText(content); text != "" {
			b.WriteString(" " + text)
			content = nil
		}
		b.WriteByte('\n')
		indent += "  "
	}
	for _, c := range content {
		dumpNode(b, c, indent)
	}
}

func inlineText(content []any) string {
	var b strings.Builder
	for _, c := range content {
		n, _ := c.(map[string]any)
		text := strings.ReplaceAll(fmt.Sprint(n["text"]), "\n", "\\n")
		switch n["type"] {
		case "text":
		case "hard_break":
			text = "⏎"
		default:
			return ""
		}
		marks, _ := n["marks"].([]any)
		for _, m := range marks {
			mark, _ := m.(map[string]any)
			attrs, _ := mark["attrs"].(map[string]any)
			name := fmt.Sprint(mark["type"])
			if attrs["href"] != nil {
				name = fmt.Sprint(attrs["href"])
			}
			text = name + "{" + text + "}"
		}
		b.WriteString(text)
	}
	return b.String()
}
