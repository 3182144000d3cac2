// Command search-bleve answers queries with github.com/blevesearch/bleve/v2, so that
// "dateline bench search --beside" can measure Dateline's index beside it; what it is asked
// stands in package searchpeer. One field holds the whole text, since Bleve ranks news worse
// with several, with positions for phrases and nothing stored; batches are written safely.
package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"

	"dateline/bench/internal/searchpeer"
)

func main() { searchpeer.Main("search-bleve", open) }

type engine struct{ index bleve.Index }

func open(dir string) (searchpeer.Engine, error) {
	path := filepath.Join(dir, "index.bleve")
	index, err := bleve.Open(path)
	if errors.Is(err, bleve.ErrorIndexPathDoesNotExist) || errors.Is(err, os.ErrNotExist) {
		index, err = bleve.New(path, newMapping())
	}
	if err != nil {
		return nil, err
	}
	return &engine{index}, nil
}

func newMapping() mapping.IndexMapping {
	text := bleve.NewTextFieldMapping()
	text.Analyzer, text.Store, text.DocValues, text.IncludeInAll = "en", false, false, false
	key := bleve.NewTextFieldMapping()
	key.Analyzer, key.Store, key.IncludeInAll, key.IncludeTermVectors = keyword.Name, false, false, false
	date := bleve.NewNumericFieldMapping()
	date.Store, date.IncludeInAll = false, false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("text", text)
	for _, name := range []string{"section", "topics", "authors", "year"} {
		doc.AddFieldMappingsAt(name, key)
	}
	doc.AddFieldMappingsAt("published", date)
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.DefaultField, m.ScoringModel = doc, "text", "bm25"
	return m
}

func (e *engine) Put(batch []searchpeer.Article) error {
	b := e.index.NewBatch()
	for _, a := range batch {
		err := b.Index(a.ID, map[string]any{
			"text":    strings.Join([]string{a.Headline, a.Standfirst, a.Body, strings.Join(a.Authors, ", "), strings.Join(a.Topics, ", ")}, "\n"),
			"section": a.Section, "topics": a.Topics, "authors": a.Authors, "year": a.Published.UTC().Format("2006"), "published": float64(a.Published.Unix()),
		})
		if err != nil {
			return err
		}
	}
	return e.index.Batch(b)
}

func (e *engine) Ask(q *searchpeer.Query) ([]string, error) {
	r := bleve.NewSearchRequestOptions(expression(q), 10, 0, false)
	switch q.Kind {
	case searchpeer.Newest:
		r.SortBy([]string{"-published"})
	case searchpeer.Facets:
		for _, name := range []string{"section", "topics", "authors", "year"} {
			r.AddFacet(name, bleve.NewFacetRequest(name, 20))
		}
	}
	found, err := e.index.Search(r)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(found.Hits))
	for _, h := range found.Hits {
		ids = append(ids, h.ID)
	}
	return ids, nil
}

func expression(q *searchpeer.Query) query.Query {
	match := func(text string) *query.MatchQuery {
		m := bleve.NewMatchQuery(text)
		m.SetField("text")
		m.SetOperator(query.MatchQueryOperatorAnd)
		return m
	}
	switch q.Match {
	case "phrase":
		p := bleve.NewMatchPhraseQuery(strings.Trim(q.Text, `"`))
		p.SetField("text")
		return p
	case "any":
		m := match(q.Text)
		m.SetOperator(query.MatchQueryOperatorOr)
		return m
	case "prefix":
		at := strings.LastIndexByte(q.Text, ' ')
		last := bleve.NewPrefixQuery(strings.ToLower(q.Text[at+1:]))
		last.SetField("text")
		if at < 0 {
			return last
		}
		return bleve.NewConjunctionQuery(match(q.Text[:at]), last)
	}
	m := match(q.Text)
	if q.Kind == searchpeer.Misspelt {
		m.SetFuzziness(2) // two letters that changed places are two edits to it
	}
	return m
}

func (e *engine) Close() error { return e.index.Close() }
