// Package demodata is the sample newsroom that `dateline demo` shows: invented stories, people, places and drawn pictures; it imports nothing of ours and knows no store.
//
// Everything is a text file that a person can open and change: a story in
// stories/, a standing page in pages/, and topics.txt, authors.txt,
// pictures.txt and comments.txt beside them. [Load] reads them all and gives every moment a
// date relative to the hour the demo starts, so that the front page always
// looks like this morning's.
package demodata

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed topics.txt authors.txt pictures.txt comments.txt stories/*.md pages/*.md pictures/*.jpg
var files embed.FS

// A Newsroom is the whole sample, ready to be loaded in the order of its fields.
type Newsroom struct {
	Name     string // what the site is called
	Topics   []Topic
	Authors  []Author
	Pictures []Picture
	Stories  []Story // oldest first, so a card names a story that is already there
	Pages    []Page
	Comments []Comment // in the order in which they were said
}

// A Topic is what stories share.
type Topic struct {
	Slug, Name string
	Kind       string // subject, person, place, organisation or event
	Aliases    []string
	Dates      []Date // to come
}

// A Date is a day on which something happens.
type Date struct {
	On    string // like 2026-12-01
	Title string
}

// A Comment is what a reader says under a story.
type Comment struct {
	Story, Key, Answers string // keys of the sample's
	By, Text            string
	At                  time.Time
	Liked               int
	Featured            bool
	Reported            string // why, by another reader
}

// An Author is somebody whose name stands in a byline.
type Author struct {
	Slug, Name, Role, Bio string
}

// A Picture is a drawing. Its caption, credit and alt are in the file's
// metadata too, as an agency would send them.
type Picture struct {
	Key                  string
	File                 string // the name to upload it under
	Data                 []byte // a JPEG, 1600 × 1067
	Caption, Credit, Alt string
}

// A Page is a standing page such as About.
type Page struct {
	Slug, Title, Standfirst string
	Body                    string // Markdown
}

// Load reads the newsroom as it looks at now. Days and clock times are counted
// in now's location, which should be the site's time zone. Nothing in it
// happens later than now but the releases of what is scheduled or embargoed.
func Load(now time.Time) (Newsroom, error) {
	room := Newsroom{Name: "The Saltmere Courier"}
	var err error
	if room.Topics, err = loadTopics(now); err != nil {
		return Newsroom{}, err
	}
	if room.Authors, err = loadAuthors(); err != nil {
		return Newsroom{}, err
	}
	if room.Pictures, err = loadPictures(); err != nil {
		return Newsroom{}, err
	}
	if room.Pages, err = loadPages(); err != nil {
		return Newsroom{}, err
	}
	names, err := fs.Glob(files, "stories/*.md")
	if err != nil {
		return Newsroom{}, fmt.Errorf("list the sample stories: %w", err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return Newsroom{}, fmt.Errorf("read sample story %s: %w", name, err)
		}
		key := strings.TrimSuffix(path.Base(name), ".md")
		story, err := parseStory(key, string(text), now)
		if err != nil {
			return Newsroom{}, fmt.Errorf("parse sample story %s: %w", name, err)
		}
		room.Stories = append(room.Stories, story)
	}
	slices.SortStableFunc(room.Stories, func(a, b Story) int { return a.At.Compare(b.At) })
	room.Comments, err = loadComments(room.Stories, now)
	return room, err
}

// Resolve returns Markdown in which every [[story:KEY]] and media:KEY names
// what the loader made of that key. A key the loader does not know is an
// error, since a reader would meet it as a hole in the page.
func Resolve(markdown string, story, media func(key string) (id string, ok bool)) (string, error) {
	var missing []string
	swap := func(kind string, look func(string) (string, bool)) func(string) string {
		return func(match string) string {
			key := match[strings.IndexByte(match, ':')+1:]
			id, ok := look(key)
			if !ok {
				missing = append(missing, kind+" "+key)
				return match
			}
			return match[:len(match)-len(key)] + id
		}
	}
	out := storyRef.ReplaceAllStringFunc(markdown, swap("story", story))
	out = mediaRef.ReplaceAllStringFunc(out, swap("picture", media))
	if len(missing) > 0 {
		return "", fmt.Errorf("resolve the sample's references: no %s", strings.Join(missing, ", no "))
	}
	return out, nil
}
