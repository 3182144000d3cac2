package markup

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestParseRefusesWhatTheSchemaDoesNotName(t *testing.T) {
	doc := func(content string) string { return `{"type":"doc","content":[` + content + `]}` }
	para := func(inline string) string { return doc(`{"type":"paragraph","content":[` + inline + `]}`) }
	deep := strings.Repeat(`{"type":"blockquote","content":[`, MaxDepth) + `{"type":"rule"}` + strings.Repeat(`]}`, MaxDepth)
	for _, c := range []struct{ name, in, path string }{
		{"no JSON", `{`, ""},
		{"not an object", `[]`, ""},
		{"trailing text", doc(``) + `x`, ""},
		{"no doc", `{"type":"paragraph"}`, "type"},
		{"unknown node", doc(`{"type":"iframe"}`), "content[0].type"},
		{"unknown member", doc(`{"type":"rule","id":1}`), "content[0].id"},
		{"unknown attribute", doc(`{"type":"paragraph","attrs":{"style":"x"}}`), "content[0].attrs.style"},
		{"unknown mark", para(`{"type":"text","text":"a","marks":[{"type":"underline"}]}`), "content[0].content[0].marks[0].type"},
		{"mark twice", para(`{"type":"text","text":"a","marks":[{"type":"em"},{"type":"em"}]}`), "content[0].content[0].marks[1]"},
		{"script link", para(`{"type":"text","text":"a","marks":[{"type":"link","attrs":{"href":"javascript:alert(1)"}}]}`), "content[0].content[0].marks[0].attrs.href"},
		{"link without address", para(`{"type":"text","text":"a","marks":[{"type":"link"}]}`), "content[0].content[0].marks[0].attrs.href"},
		{"span that says nothing", para(`{"type":"text","text":"a","marks":[{"type":"span"}]}`), "content[0].content[0].marks[0]"},
		{"no language", para(`{"type":"text","text":"a","marks":[{"type":"span","attrs":{"lang":"x\"y"}}]}`), "content[0].content[0].marks[0].attrs.lang"},
		{"text at the top", doc(`{"type":"text","text":"a"}`), "content[0]"},
		{"empty text", para(`{"type":"text","text":""}`), "content[0].content[0].text"},
		{"text missing", para(`{"type":"text"}`), "content[0].content[0].text"},
		{"list without items", doc(`{"type":"bullet_list"}`), "content[0].content"},
		{"list of paragraphs", doc(`{"type":"bullet_list","content":[{"type":"paragraph"}]}`), "content[0].content[0]"},
		{"item without paragraph", doc(`{"type":"bullet_list","content":[{"type":"list_item","content":[{"type":"rule"}]}]}`), "content[0].content[0].content[0]"},
		{"content in a leaf", doc(`{"type":"rule","content":[]}`), "content[0].content"},
		{"marks on a block", doc(`{"type":"paragraph","marks":[{"type":"em"}]}`), "content[0].marks"},
		{"marks in code", doc(`{"type":"code_block","content":[{"type":"text","text":"a","marks":[{"type":"em"}]}]}`), "content[0].content[0].marks"},
		{"level 1", doc(`{"type":"heading","attrs":{"level":1}}`), "content[0].attrs.level"},
		{"level as string", doc(`{"type":"heading","attrs":{"level":"2"}}`), "content[0].attrs.level"},
		{"picture without media", doc(`{"type":"picture","attrs":{"alt":"x"}}`), "content[0].attrs.media"},
		{"story that is no identifier", doc(`{"type":"related","attrs":{"story":"../x"}}`), "content[0].attrs.story"},
		{"card that mails", doc(`{"type":"link_card","attrs":{"url":"mailto:a@example.org"}}`), "content[0].attrs.url"},
		{"ragged table", doc(`{"type":"table","content":[{"type":"table_row","content":[{"type":"table_cell"}]},{"type":"table_row","content":[{"type":"table_cell"},{"type":"table_cell"}]}]}`), "content[0]"},
		{"control character", para(`{"type":"text","text":"a\u0007"}`), "content[0].content[0].text"},
		{"line end in text", para(`{"type":"text","text":"a\nb"}`), "content[0].content[0].text"},
		{"half a surrogate", para(`{"type":"text","text":"\ud83d"}`), "content[0].content[0].text"},
		{"null content", `{"type":"doc","content":null}`, "content"},
		{"key twice", `{"type":"doc","type":"doc"}`, "type"},
		{"deep key twice", doc(`{"type":"heading","attrs":{"level":2,"level":3}}`), "content[0].attrs.level"},
		{"too deep", doc(deep), strings.Repeat("content[0].", MaxDepth-1) + "content[0]"},
		{"far too deep", strings.Repeat(`[`, 9000) + strings.Repeat(`]`, 9000), ""},
		{"invalid UTF-8", para("{\"type\":\"text\",\"text\":\"a\xff\"}"), ""},
		{"too long", doc(`{"type":"paragraph","content":[{"type":"text","text":"` + strings.Repeat("x", MaxBytes) + `"}]}`), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.in))
			var pe *ParseError
			if !errors.As(err, &pe) {
				t.Fatalf("Parse = %v, want a ParseError", err)
			}
			if pe.Path != c.path {
				t.Errorf("refused at %q (%s), want %q", pe.Path, pe.Detail, c.path)
			}
		})
	}
}

func TestParseMakesTheSameOfTheSame(t *testing.T) {
	in := `{"content":[{"content":[{"text":"a","type":"text"},{"type":"text","text":"b"},
		{"type":"text","text":"c","marks":[{"type":"em"},{"type":"link","attrs":{"href":" HTTPS://Example.ORG/ä "}}]}],"type":"paragraph"},
		{"type":"heading"},{"type":"code_block","content":[{"type":"text","text":"x\n\ty"}]}],"type":"doc"}`
	want := `{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"ab"},` +
		`{"type":"text","marks":[{"type":"link","attrs":{"href":"https://example.org/%C3%A4"}},{"type":"em"}],"text":"c"}]},` +
		`{"type":"heading","attrs":{"level":2}},{"type":"code_block","content":[{"type":"text","text":"x\n\ty"}]}]}`
	d, err := Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := d.MarshalJSON()
	if string(got) != want {
		t.Errorf("canonical form\n got %s\nwant %s", got, want)
	}
	again, err := Parse(got)
	if err != nil || !again.Equal(d) {
		t.Errorf("canonical form parsed again: %v, equal %v", err, again.Equal(d))
	}
}

func TestEmptyDocument(t *testing.T) {
	var d Document
	b, err := json.Marshal(struct{ Body Document }{d})
	if err != nil || string(b) != `{"Body":{"type":"doc","content":[]}}` {
		t.Errorf("empty document = %s, %v", b, err)
	}
	var back struct{ Body Document }
	if err := json.Unmarshal(b, &back); err != nil || !back.Body.Equal(d) || !back.Body.IsEmpty() {
		t.Errorf("empty document read back: %v", err)
	}
	if err := json.Unmarshal([]byte(`{"Body":{"type":"page"}}`), &back); err == nil {
		t.Error("a page was read as a document")
	}
	for _, s := range []string{`{"type":"doc"}`, `{"type":"doc","content":[{"type":"paragraph"}]}`, `{"type":"doc","content":[{"type":"rule"}]}`} {
		if d, err := Parse([]byte(s)); err != nil || !d.IsEmpty() {
			t.Errorf("Parse(%s): %v, empty %v", s, err, d.IsEmpty())
		}
	}
}

func TestSchemaJSONNamesEveryKind(t *testing.T) {
	var s struct{ Nodes, Marks [][2]any }
	if err := json.Unmarshal(SchemaJSON(), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Nodes) != len(schema.nodes) || len(s.Marks) != len(schema.marks) {
		t.Errorf("schema has %d nodes and %d marks", len(s.Nodes), len(s.Marks))
	}
	if got := schema.node(kindListItem).expression(); got != "paragraph block*" {
		t.Errorf("content of a list item = %q", got)
	}
}
