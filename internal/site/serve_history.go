package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/news"
)

// historyVersions are how many versions one page compares; older ones have pages of
// their own, at /history/{number of the version that they are before}.
const historyVersions = 20

func (s *Site) serveHistory(w http.ResponseWriter, r *http.Request) error {
	before, rest := 0, "/history"
	if number := r.PathValue("before"); number != "" {
		before, _ = strconv.Atoi(number)
		if rest += "/" + number; before < 2 || strconv.Itoa(before) != number {
			return s.serveOld(w, r, r.URL.Path)
		}
	}
	path, whole := strings.CutSuffix(r.URL.Path, rest)
	if !dated(r) || !whole {
		return s.serveOld(w, r, r.URL.Path)
	}
	return s.page(w, r, func(ctx context.Context) (Page, []string, error) {
		p, tags, err := s.history(ctx, path, before)
		if to := movedTo(err); to != "" {
			e := news.Missing("page")
			e.Moved = to + rest
			return nil, []string{news.PathTag(path), news.PathTag(to)}, e
		}
		// The record of a taken-down story answers like the story, and when that changes.
		return p, append(tags, news.PathTag(path)), err
	})
}

func (s *Site) history(ctx context.Context, path string, before int) (Page, []string, error) {
	st, err := s.c.Stories.ShownAt(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	if before > st.Version {
		return nil, nil, news.Missing("page")
	}
	// One more than is shown: the last is compared with it.
	versions, err := s.c.Stories.ShownVersions(ctx, st.ID, before, historyVersions+1)
	if err != nil {
		return nil, nil, err
	}
	own := href(st.Address) + "/history"
	if before > 0 {
		own += "/" + strconv.Itoa(before)
	}
	c, err := s.chrome(ctx, own, st.Live.Content.Section.Slug)
	if err != nil {
		return nil, nil, err
	}
	// Search engines should find the story, not its past.
	c.NoIndex = true
	p := &HistoryPage{Chrome: c, Headline: st.Live.Content.Headline, Lang: s.langOf(st.Live.Content.Language, st.Live.Content.Headline), URL: href(st.Address)}
	for i, v := range versions {
		if i > 0 && i+1 == len(versions) && v.N > 1 {
			p.Older, p.OlderURL = v.N, href(st.Address)+"/history/"+strconv.Itoa(v.N+1)
			break
		}
		e := VersionEntry{Number: v.N, At: v.At, Kind: VersionKind(v.Change), Note: v.Note}
		if v.N == 1 {
			e.Kind = VersionFirst
		}
		if i+1 < len(versions) {
			e.Changes = changed(&versions[i+1], &v)
		}
		p.Versions = append(p.Versions, e)
	}
	return p, []string{news.StoryTag(st.ID)}, nil
}

// changed compares two versions of a story part by part.
func changed(before, after *news.Version) []Change {
	a, b := &before.Content, &after.Content
	var out []Change
	line := func(part ChangePart, before, after string) {
		if before != after {
			out = append(out, Change{part, []ChangedParagraph{{Runs: DiffWords(before, after)}}})
		}
	}
	line(PartKicker, a.Kicker, b.Kicker)
	line(PartHeadline, a.Headline, b.Headline)
	line(PartStandfirst, a.Standfirst, b.Standfirst)
	line(PartByline, namesOf(a.Byline), namesOf(b.Byline))
	line(PartDateline, a.Dateline, b.Dateline)
	line(PartPicture, pictureWords(a), pictureWords(b))
	if was, is := paragraphs(before), paragraphs(after); !slices.Equal(was, is) {
		out = append(out, Change{PartBody, DiffParagraphs(was, is)})
	}
	return out
}

func namesOf(refs []news.Ref) string {
	var names []string
	for _, r := range refs {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

func pictureWords(c *news.Content) string {
	if c.Picture == nil {
		return ""
	}
	return strings.TrimSpace(c.Picture.Caption + " " + c.Picture.Credit)
}

func paragraphs(v *news.Version) []string { return strings.Split(v.Text, "\n\n") }
