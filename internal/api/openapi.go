package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"dateline/internal/web"
)

func (a *API) describeItself(context.Context, *request) (answer, error) {
	return answer{status: http.StatusOK, body: a.openapi}, nil
}

// obj is a part of the description whose members are all ours.
type obj = map[string]any

// describe writes the routes as an OpenAPI 3.1 document.
func describe(routes []Route, public *url.URL) []byte {
	types := book{}
	types["Problem"] = problemSchema()
	paths := map[string]obj{}
	for _, rt := range routes {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		if paths[path] == nil {
			paths[path] = obj{}
		}
		paths[path][strings.ToLower(method)] = types.operation(rt, method, path)
	}
	doc := obj{
		"openapi": "3.1.0",
		"info": obj{
			"title": "Dateline", "version": "1",
			"description": "The newsroom's API. Unknown fields and parameters are refused. Times are RFC 3339 in UTC. " +
				"Errors are application/problem+json (RFC 9457). A POST with an Idempotency-Key may be sent again for 24 hours " +
				"and is done once; its answer then carries Idempotency-Replayed: true.",
			"license": obj{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []obj{{"url": strings.TrimSuffix(public.String(), "/")}},
		"paths":   paths,
		"components": obj{
			"schemas":         types,
			"securitySchemes": obj{"token": obj{"type": "http", "scheme": "bearer", "description": "Made by: dateline token new --name N --role R"}},
			"responses": obj{"Problem": obj{
				"description": "A refusal, with a stable type and a plain sentence.",
				"content":     obj{"application/problem+json": obj{"schema": &schema{Ref: "#/components/schemas/Problem"}}},
			}},
		},
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("api: describe itself: " + err.Error()) // the table is ours: a test finds it
	}
	return append(b, '\n')
}

func (b book) operation(rt Route, method, path string) obj {
	op := obj{
		"operationId": operationID(method, path), "summary": rt.Summary, "tags": []string{tag(path)},
		"x-role": rt.Who, "security": []obj{{"token": []string{}}},
	}
	if rt.Who == Anyone {
		op["security"] = []obj{{}, {"token": []string{}}}
	}
	if params := parameters(rt, method, path); len(params) > 0 {
		op["parameters"] = params
	}
	if rt.In != nil {
		kind := "application/json"
		t := reflect.TypeOf(rt.In)
		if t == reflect.TypeFor[upload]() {
			kind = "multipart/form-data"
		}
		ref := b.of(t, true)
		op["requestBody"] = obj{"required": len(b[title(t)].Required) > 0 || method == http.MethodPatch, "content": obj{kind: obj{"schema": ref}}}
	}
	success := obj{"description": http.StatusText(rt.Status)}
	if rt.Status == http.StatusNoContent {
		// has none
	} else if rt.Out != nil {
		success["content"] = obj{"application/json": obj{"schema": b.of(reflect.TypeOf(rt.Out), false)}}
	} else {
		success["content"] = obj{"application/json": obj{"schema": obj{"type": "object"}}}
	}
	responses := obj{strconv.Itoa(rt.Status): success}
	for _, status := range refusals(rt, method, path) {
		responses[strconv.Itoa(status)] = obj{"$ref": "#/components/responses/Problem"}
	}
	op["responses"] = responses
	return op
}

// refusals are the statuses besides success that a caller should expect.
func refusals(rt Route, method, path string) []int {
	out := []int{http.StatusServiceUnavailable}
	if rt.Who != Anyone {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden)
	} else if rt.Out != nil || rt.limit != nil {
		out = append(out, http.StatusUnauthorized, http.StatusTooManyRequests)
	}
	if strings.Contains(path, "{") {
		out = append(out, http.StatusNotFound)
	}
	if rt.Query != nil || rt.In != nil {
		out = append(out, http.StatusUnprocessableEntity)
	}
	if rt.In != nil {
		out = append(out, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		if rt.Who != Anyone && (method == http.MethodPost || rt.IfMatch) {
			out = append(out, http.StatusConflict)
		}
	}
	if rt.IfMatch {
		out = append(out, http.StatusPreconditionRequired)
	}
	if rt.IfMatch || takesIfMatch(method, path) {
		out = append(out, http.StatusPreconditionFailed)
	}
	return out
}

func parameters(rt Route, method, path string) []obj {
	var out []obj
	for part := range strings.SplitSeq(path, "/") {
		if inner, ok := strings.CutPrefix(part, "{"); ok {
			s := &schema{Type: "string"}
			if inner = strings.TrimSuffix(inner, "}"); inner == "n" {
				s = &schema{Type: "integer"}
			}
			out = append(out, obj{"name": inner, "in": "path", "required": true, "schema": s})
		}
	}
	for _, p := range rt.Query {
		s := &schema{Type: "string"}
		switch {
		case p.Name == "limit" || p.Name == "page":
			s = &schema{Type: "integer"}
		case p.Enum != nil:
			for _, v := range p.Enum {
				s.Enum = append(s.Enum, v)
			}
		}
		out = append(out, obj{"name": p.Name, "in": "query", "description": p.Doc, "schema": s})
	}
	if rt.IfMatch {
		out = append(out, obj{"name": "If-Match", "in": "header", "required": true, "description": "The ETag of the revision that the change starts from.", "schema": &schema{Type: "string"}})
	} else if takesIfMatch(method, path) {
		out = append(out, obj{"name": "If-Match", "in": "header", "description": "Refuse when the story has been saved since this revision.", "schema": &schema{Type: "string"}})
	}
	if method == http.MethodPost && rt.Who != Anyone {
		out = append(out, obj{"name": "Idempotency-Key", "in": "header", "description": "Of your choosing, at most 255 characters: the same request with the same key is done once within 24 hours.", "schema": &schema{Type: "string"}})
	}
	return out
}

// takesIfMatch tells the steps of a story, which may say which revision they are about.
func takesIfMatch(method, path string) bool {
	return method == http.MethodPost && strings.HasPrefix(path, storiesPath+"{id}/")
}

// tag sorts an operation under what it is about.
func tag(path string) string {
	rest, ok := strings.CutPrefix(path, "/api/v1/")
	if !ok {
		return "api"
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}

// operationID names an operation for generators: post-stories-id-take-down.
func operationID(method, path string) string {
	path = strings.NewReplacer("/api/v1/", "", "/api/", "", "{", "", "}", "", "/", "-", ".", "-").Replace(path)
	return strings.ToLower(method) + "-" + path
}

func problemSchema() *schema {
	str, num := &schema{Type: "string"}, &schema{Type: "integer"}
	return &schema{
		Type: "object", Required: []string{"type", "title", "status", "detail"},
		Properties: map[string]*schema{
			"type":   {Type: "string", Description: "Stable, for programs: " + web.ProblemType + "invalid, …stale, …conflict."},
			"title":  str,
			"status": num,
			"detail": {Type: "string", Description: "A plain sentence for people."},
			"errors": {Type: "array", Description: "What to change in the input.", Items: &schema{
				Type: "object", Required: []string{"field", "detail"}, Properties: map[string]*schema{"field": str, "detail": str},
			}},
			"allowed":          {Type: "array", Description: "The steps possible instead.", Items: str},
			"current_revision": {Type: "integer", Description: "When somebody else was faster."},
			"request_id":       {Type: "string", Description: "Names the request in the server's log."},
		},
	}
}
