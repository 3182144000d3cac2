package demodata

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// loadRecords reads a list file and hands each of its records to take.
func loadRecords(name string, take func(*fields) error) error {
	text, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the sample's %s: %w", name, err)
	}
	records, err := splitRecords(string(text))
	if err != nil {
		return fmt.Errorf("parse the sample's %s: %w", name, err)
	}
	for i := range records {
		if err := take(&records[i]); err != nil {
			return fmt.Errorf("parse the sample's %s, record %d: %w", name, i+1, err)
		}
	}
	return nil
}

func loadTopics(now time.Time) (out []Topic, err error) {
	err = loadRecords("topics.txt", func(f *fields) error {
		t := Topic{Slug: f.text("slug"), Name: f.text("name"), Kind: f.text("kind"), Aliases: f.list("aliases")}
		for _, v := range f.all("date") {
			length, title, _ := strings.Cut(v, "|")
			var days int
			if _, err := fmt.Sscanf(strings.TrimSpace(length), "in %d days", &days); err != nil || days < 1 {
				f.fail("date", "is not like `in 5 days | What happens`")
			}
			t.Dates = append(t.Dates, Date{On: now.AddDate(0, 0, days).Format(time.DateOnly), Title: strings.TrimSpace(title)})
		}
		out = append(out, t)
		return f.done()
	})
	return out, err
}

// loadComments reads what readers say, in the order in which they said it.
func loadComments(stories []Story, now time.Time) (out []Comment, err error) {
	began := map[string]time.Time{}
	for _, s := range stories {
		began[s.Key] = s.At
	}
	err = loadRecords("comments.txt", func(f *fields) error {
		c := Comment{Story: f.text("story"), Key: f.text("key"), Answers: f.text("answers"), By: f.text("by"), Text: strings.Join(f.all("text"), "\n\n"),
			Liked: f.number("liked"), Featured: f.text("featured") == "yes", Reported: f.text("reported")}
		at, ok := began[c.Story]
		if !ok {
			f.fail("story", "is none of the sample's")
		}
		if c.At = at.Add(f.delay("after")); c.At.After(now) {
			f.fail("after", "is later than now")
		}
		out = append(out, c)
		return f.done()
	})
	slices.SortStableFunc(out, func(a, b Comment) int { return a.At.Compare(b.At) })
	return out, err
}

func loadAuthors() (out []Author, err error) {
	err = loadRecords("authors.txt", func(f *fields) error {
		out = append(out, Author{Slug: f.text("slug"), Name: f.text("name"), Role: f.text("role"), Bio: f.text("bio")})
		return f.done()
	})
	return out, err
}

func loadPictures() (out []Picture, err error) {
	err = loadRecords("pictures.txt", func(f *fields) error {
		p := Picture{Key: f.text("key"), Caption: f.text("caption"), Credit: f.text("credit"), Alt: f.text("alt")}
		p.File = p.Key + ".jpg"
		data, err := files.ReadFile("pictures/" + p.File)
		if err != nil {
			return fmt.Errorf("read picture %s: %w", p.Key, err)
		}
		p.Data = data
		out = append(out, p)
		return f.done()
	})
	return out, err
}

func loadPages() ([]Page, error) {
	names, err := fs.Glob(files, "pages/*.md")
	if err != nil {
		return nil, fmt.Errorf("list the sample's pages: %w", err)
	}
	var out []Page
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read sample page %s: %w", name, err)
		}
		f, body, err := splitDocument(string(text))
		if err != nil {
			return nil, fmt.Errorf("parse sample page %s: %w", name, err)
		}
		out = append(out, Page{
			Slug:  strings.TrimSuffix(path.Base(name), ".md"),
			Title: f.text("title"), Standfirst: f.text("standfirst"), Body: body,
		})
		if err := f.done(); err != nil {
			return nil, fmt.Errorf("parse sample page %s: %w", name, err)
		}
	}
	return out, nil
}
