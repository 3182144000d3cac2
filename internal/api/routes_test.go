package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/api"
	"dateline/internal/news"
)

// example is a route's path with its wildcards filled.
func example(rt api.Route) (method, path string) {
	method, path, _ = strings.Cut(rt.Pattern, " ")
	return method, strings.NewReplacer("{id}", string(news.NewID[news.StoryID]()), "{n}", "1", "{slug}", "nothing").Replace(path)
}

func TestWhoMayCall(t *testing.T) {
	h := newHouse(t)
	admits := map[api.Who]map[news.Role]bool{
		api.Anyone:     {"": true, news.Moderator: true, news.Reporter: true, news.Editor: true, news.Admin: true},
		api.Staff:      {news.Moderator: true, news.Reporter: true, news.Editor: true, news.Admin: true},
		api.Writers:    {news.Reporter: true, news.Editor: true, news.Admin: true},
		api.Deciders:   {news.Editor: true, news.Admin: true},
		api.Moderators: {news.Moderator: true, news.Editor: true, news.Admin: true},
		api.Speakers:   {}, // no token of the newsroom's; readers are tried in comment_test.go
		api.Talkers:    {news.Moderator: true, news.Reporter: true, news.Editor: true, news.Admin: true},
	}
	for _, rt := range h.api.Routes() {
		method, path := example(rt)
		for _, role := range []news.Role{"", news.Moderator, news.Reporter, news.Editor, news.Admin} {
			s := h.call(role, method, path, "")
			refused := s.Code == http.StatusUnauthorized || s.Code == http.StatusForbidden
			if want := !admits[rt.Who][role]; refused != want {
				t.Errorf("%s as %q: %d, refused = %v, want %v", rt.Pattern, role, s.Code, refused, want)
			}
			if role == "" && refused && (s.Code != http.StatusUnauthorized || !strings.HasPrefix(s.Header().Get("WWW-Authenticate"), "Bearer")) {
				t.Errorf("%s without a token: %d %q, want 401 with WWW-Authenticate", rt.Pattern, s.Code, s.Header().Get("WWW-Authenticate"))
			}
			if role != "" && refused && s.Code != http.StatusForbidden {
				t.Errorf("%s as %s: %d, want 403", rt.Pattern, role, s.Code)
			}
		}
		for _, header := range []string{"Bearer dl_" + strings.Repeat("0", 64), "Bearer ", "Basic eDp5", "nonsense"} {
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("Authorization", header)
			h.client = h.client.Next() // guessing from one address is throttled
			h.want(h.ask(r, ""), 401, rt.Pattern+" with "+header)
		}
	}
	// A revoked token is nobody's at once.
	if err := h.store.RevokeToken(t.Context(), news.Command("test"), string(h.ids[news.Editor])); err != nil {
		t.Fatal(err)
	}
	h.want(h.call(news.Editor, "GET", "/api/v1/stories", ""), 401, "a revoked token")
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/api/", "/api", "/api/v1", "/api/v1/", "/api/v2/stories", "/api/v1/stories/", "/api/v1//stories", "/api/v1/stories/x/y", "/api/v1/wire", "/api/v1/push", "/api/v1/stories/../stories", "/api/openapi"} {
		for _, method := range []string{"GET", "POST", "DELETE", "PUT"} {
			h.want(h.call(news.Admin, method, path, ""), 404, method+" "+path)
		}
	}
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", "/api/v1/stories/x", "GET, HEAD, PATCH"}, {"PUT", "/api/v1/stories", "GET, HEAD, POST"}, {"GET", "/api/v1/stories/x/publish", "POST"},
		{"POST", "/api/v1/search", "GET, HEAD"}, {"PATCH", "/api/openapi.json", "GET, HEAD"}, {"GET", "/api/v1/media", "POST"},
	} {
		s := h.want(h.call(news.Admin, c.method, c.path, ""), 405, c.method+" "+c.path)
		if got := s.Header().Get("Allow"); got != c.allow {
			t.Errorf("%s %s allows %q, want %q", c.method, c.path, got, c.allow)
		}
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, httptest.NewRequest("HEAD", "/api/v1/search?q=x", nil))
	if w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
}

// The description and the routes are the same set, and every reference in it leads
// somewhere.
func TestDescription(t *testing.T) {
	h := newHouse(t)
	s := h.want(h.call("", "GET", "/api/openapi.json", ""), 200, "openapi")
	paths := s.at("paths").(map[string]any)
	described := map[string]bool{}
	ids := map[string]bool{}
	for path, methods := range paths {
		for method, op := range methods.(map[string]any) {
			op := op.(map[string]any)
			described[strings.ToUpper(method)+" "+path] = true
			if id := op["operationId"].(string); ids[id] {
				t.Errorf("two operations are called %s", id)
			} else {
				ids[id] = true
			}
			if op["summary"] == "" || len(op["responses"].(map[string]any)) < 2 {
				t.Errorf("%s %s is poorly described: %v", method, path, op)
			}
			want := strings.Count(path, "{")
			got := 0
			params, _ := op["parameters"].([]any)
			for _, p := range params {
				if p.(map[string]any)["in"] == "path" {
					got++
				}
			}
			if got != want {
				t.Errorf("%s %s describes %d parts of its path, want %d", method, path, got, want)
			}
		}
	}
	for _, rt := range h.api.Routes() {
		if !described[rt.Pattern] {
			t.Errorf("%s is not described", rt.Pattern)
		}
		op := paths[strings.Fields(rt.Pattern)[1]].(map[string]any)[strings.ToLower(strings.Fields(rt.Pattern)[0])].(map[string]any)
		if op["x-role"] != string(rt.Who) {
			t.Errorf("%s is described for %v, is for %s", rt.Pattern, op["x-role"], rt.Who)
		}
		if op["responses"].(map[string]any)[strconv.Itoa(rt.Status)] == nil {
			t.Errorf("%s does not describe its success", rt.Pattern)
		}
		delete(described, rt.Pattern)
		method, path := example(rt)
		if c := h.call(news.Admin, method, path, "{}").Code; c == 405 || c == 501 {
			t.Errorf("%s is described and not served: %d", rt.Pattern, c)
		}
	}
	for p := range described {
		t.Errorf("%s is described and is no route", p)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && s.at(strings.ReplaceAll(strings.TrimPrefix(ref, "#/"), "/", ".")) == nil {
				t.Errorf("%s leads nowhere", ref)
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(s.m)
	if s.str("components.schemas.StoryInput.properties.headline.type") != "string" || s.at("components.schemas.StoryInput.additionalProperties") != false ||
		!strings.Contains(s.Body.String(), `"StoryList"`) || s.at("components.schemas.StoryPatch.required") != nil {
		t.Error("the schema of a story is not what is read")
	}
}

// What routes answer has the members that the description promises, and no others.
func TestAnswersAreAsDescribed(t *testing.T) {
	h := newHouse(t)
	doc := h.call("", "GET", "/api/openapi.json", "")
	h.published(`"headline":"Ferry strike ends","section":"world","topics":["Ferries"],"byline":["Ren"],"body":"The ferry strike ends today after talks."`)
	h.published(`"headline":"Ferry crews rest","section":"world","topics":["Crews"],"body":"Crews of the ferry rest."`)
	id := h.published(`"headline":"Ferry strike talks","section":"world","topics":["Ferries"],"byline":["Ren"],"body":"Talks on the ferry strike go on. Crews wait.\n\n| a | b |\n|---|---|\n| 1 | 2 |"`)
	second := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"story":"`+id+`","title":"Ferry strike","followers":true}`), 202, "alert").str("id")
	h.want(h.call("", "POST", "/api/v1/push/subscriptions", browser("one", `"quiet_hours":{"from":"22:00","to":"07:00"}`)), 201, "subscribe")
	media := h.want(h.ask(file("file", "p.png", png(t, 40, 30)), news.Editor), 201, "upload").str("id")
	for _, c := range []struct{ method, path, body, schema string }{
		{"GET", "/api/v1/stories", "", "StoryList"}, {"GET", "/api/v1/stories/" + id, "", "Story"}, {"GET", "/api/v1/stories/" + id + "/versions", "", "VersionList"},
		{"GET", "/api/v1/stories/" + id + "/versions/1", "", "Version"}, {"GET", "/api/v1/stories/" + id + "/related", "", "RelatedList"}, {"GET", "/api/v1/stories/" + id + "/suggested-topics", "", "SuggestedTopicList"},
		{"GET", "/api/v1/sections", "", "SectionList"}, {"GET", "/api/v1/topics", "", "TopicList"}, {"GET", "/api/v1/topics/ferries", "", "Topic"},
		{"POST", "/api/v1/alerts/preview", `{"story":"` + id + `","title":"Ferry strike","audience":"all"}`, "AlertPreview"}, {"GET", "/api/v1/alerts", "", "AlertList"},
		{"GET", "/api/v1/alerts/" + second, "", "Alert"}, {"POST", "/api/v1/alerts/" + second + "/stop", "", "Alert"},
		{"GET", "/api/v1/push/key", "", "PushKey"}, {"POST", "/api/v1/push/lookup", `{"endpoint":"` + endpoint("one") + `"}`, "Choices"},
		{"GET", "/api/v1/media/" + media, "", "Media"}, {"GET", "/api/v1/search?q=ferry", "", "Search"},
		{"POST", "/api/v1/stories/" + id + "/corrections", `{"kind":"update","text":"More."}`, "Correction"},
		{"POST", "/api/v1/stories/" + id + "/publish", "", "Publish"}, {"POST", "/api/v1/stories/x/publish", "", "Problem"},
	} {
		s := h.call(news.Editor, c.method, c.path, c.body)
		conforms(t, doc, c.method+" "+c.path, s.m, "#/components/schemas/"+c.schema)
		if strings.HasSuffix(c.schema, "List") && s.len("items") == 0 {
			t.Errorf("%s lists nothing", c.path)
		}
	}
}

// conforms checks v against the part of JSON Schema that the description uses.
func conforms(t *testing.T, doc said, where string, v any, ref string) {
	t.Helper()
	var check func(where string, v any, s map[string]any) bool
	resolve := func(s map[string]any) map[string]any {
		for s["$ref"] != nil {
			s = doc.at(strings.ReplaceAll(strings.TrimPrefix(s["$ref"].(string), "#/"), "/", ".")).(map[string]any)
		}
		return s
	}
	kind := func(v any) string {
		switch v := v.(type) {
		case nil:
			return "null"
		case string:
			return "string"
		case bool:
			return "boolean"
		case float64:
			if v == float64(int64(v)) {
				return "integer"
			}
			return "number"
		case []any:
			return "array"
		}
		return "object"
	}
	check = func(where string, v any, s map[string]any) bool {
		s = resolve(s)
		if any := s["anyOf"]; any != nil {
			return slices.ContainsFunc(any.([]interface{}), func(o interface{}) bool { return check(where, v, o.(map[string]interface{})) })
		}
		var types []string
		switch x := s["type"].(type) {
		case string:
			types = []string{x}
		case []any:
			for _, y := range x {
				types = append(types, y.(string))
			}
		}
		got := kind(v)
		if !slices.Contains(types, got) && !(got == "integer" && slices.Contains(types, "number")) {
			return false
		}
		switch v := v.(type) {
		case []any:
			for i, x := range v {
				if !check(where, x, s["items"].(map[string]any)) {
					t.Errorf("%s: item %d is not as described: %v", where, i, x)
				}
			}
		case map[string]any:
			props, _ := s["properties"].(map[string]any)
			if props == nil {
				return true // a document of its own
			}
			for key, x := range v {
				if props[key] == nil {
					t.Errorf("%s: %s is not described", where, key)
				} else if !check(where+" "+key, x, props[key].(map[string]any)) {
					t.Errorf("%s: %s is not as described: %v", where, key, x)
				}
			}
			required, _ := s["required"].([]any)
			for _, key := range required {
				if _, ok := v[key.(string)]; !ok {
					t.Errorf("%s: %s is missing", where, key)
				}
			}
		}
		return true
	}
	if !check(where, v, map[string]any{"$ref": ref}) {
		b, _ := json.Marshal(v)
		t.Errorf("%s is no %s: %.300s", where, ref, b)
	}
}

// docs/reference.md names every route with what it does.
func TestReference(t *testing.T) {
	doc, err := os.ReadFile("../../docs/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	rows := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if row, ok := strings.CutPrefix(line, "| `"); ok {
			first, _, _ := strings.Cut(row, "`")
			rows[first] = true
		}
	}
	for _, rt := range h.api.Routes() {
		if !rows[rt.Pattern] {
			t.Errorf("docs/reference.md has no row that begins with `%s`", rt.Pattern)
		}
		for _, p := range rt.Query {
			if !strings.Contains(string(doc), "`"+p.Name+"`") {
				t.Errorf("docs/reference.md does not name the parameter `%s` of %s", p.Name, rt.Pattern)
			}
		}
		delete(rows, rt.Pattern)
	}
	for row := range rows {
		if method, path, ok := strings.Cut(row, " "); ok && strings.HasPrefix(path, "/api/") {
			t.Errorf("docs/reference.md describes %s %s, which is no route", method, path)
		}
	}
	// Every field that a request may have is explained there.
	s := h.call("", "GET", "/api/openapi.json", "")
	for name, sch := range s.at("components.schemas").(map[string]any) {
		if !strings.HasSuffix(name, "Input") && !strings.HasSuffix(name, "Patch") {
			continue
		}
		for field := range sch.(map[string]any)["properties"].(map[string]any) {
			if !strings.Contains(string(doc), "`"+field+"`") && !strings.Contains(string(doc), `"`+field+`"`) {
				t.Errorf("docs/reference.md does not name the field `%s` of %s", field, name)
			}
		}
	}
}
