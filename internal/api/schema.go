package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// A schema is a JSON Schema (draft 2020-12, as OpenAPI 3.1 has it), with what we use
// of it.
type schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a name or a list of them
	Description string             `json:"description,omitempty"`
	Format      string             `json:"format,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	MinItems    int                `json:"minItems,omitempty"`
	MaxItems    int                `json:"maxItems,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"` // false or nothing
	AnyOf       []*schema          `json:"anyOf,omitempty"`
}

// A book collects the named schemas of Go types, so that the description is made of
// the very structs that requests are read into and answers written from.
type book map[string]*schema

// of is the schema of a Go type; in says that it is read, not written: then unknown
// fields are refused and null clears.
func (b book) of(t reflect.Type, in bool) *schema {
	switch {
	case t.Kind() == reflect.Pointer:
		return orNull(b.of(t.Elem(), in))
	case t == reflect.TypeFor[time.Time]():
		return &schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return &schema{Type: "object"}
	case t == reflect.TypeFor[[]byte]():
		return &schema{Type: "string", Format: "binary"}
	case t == reflect.TypeFor[name]():
		return &schema{AnyOf: []*schema{{Type: "string"}, b.of(reflect.TypeFor[ref](), in)}}
	}
	switch t.Kind() {
	case reflect.String:
		return &schema{Type: "string"}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return &schema{Type: "integer"}
	case reflect.Float64:
		return &schema{Type: "number"}
	case reflect.Array:
		return &schema{Type: "array", Items: b.of(t.Elem(), in), MinItems: t.Len(), MaxItems: t.Len()}
	case reflect.Slice:
		return &schema{Type: "array", Items: b.of(t.Elem(), in)}
	case reflect.Struct:
		return b.object(t, in)
	}
	panic("api: no schema for " + t.String())
}

// object is a reference to a struct's schema.
func (b book) object(t reflect.Type, in bool) *schema {
	called := title(t)
	if _, done := b[called]; !done {
		s := &schema{Type: "object", Properties: map[string]*schema{}}
		b[called] = s // before its fields: a type may hold itself
		if in && !t.Implements(reflect.TypeFor[tolerant]()) {
			s.Additional = false
		}
		b.fields(s, t, in)
	}
	return &schema{Ref: "#/components/schemas/" + called}
}

func (b book) fields(s *schema, t reflect.Type, in bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		key, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && key == "" {
			b.fields(s, f.Type, in)
			continue
		}
		p := b.of(f.Type, in)
		needed := !in && !strings.Contains(rest, "omitempty")
		if in {
			needed = f.Tag.Get("need") == "yes" && !strings.HasSuffix(t.Name(), "Patch")
		}
		if enum := f.Tag.Get("enum"); enum != "" {
			for v := range strings.SplitSeq(enum, ",") {
				p.Enum = append(p.Enum, v)
			}
		}
		if in && !needed {
			p = orNull(p)
		}
		p.Description = f.Tag.Get("doc")
		s.Properties[key] = p
		if needed {
			s.Required = append(s.Required, key)
		}
	}
}

// orNull lets null stand in s's place too.
func orNull(s *schema) *schema {
	if kind, ok := s.Type.(string); ok {
		c := *s
		c.Type = []string{kind, "null"}
		if c.Enum != nil {
			c.Enum = append(append([]any{}, c.Enum...), nil)
		}
		return &c
	}
	if _, already := s.Type.([]string); already {
		return s
	}
	if s.Ref != "" {
		return &schema{AnyOf: []*schema{s, {Type: "null"}}}
	}
	return &schema{AnyOf: append(append([]*schema{}, s.AnyOf...), &schema{Type: "null"})}
}

// title is a type's name in the description: storyReply is Story, storyInput is
// StoryInput, list[storyReply] is StoryList.
func title(t reflect.Type) string {
	n := t.Name()
	if outer, inner, generic := strings.Cut(n, "["); generic {
		inner = strings.TrimSuffix(inner[strings.LastIndexByte(inner, '.')+1:], "]")
		n = strings.TrimSuffix(inner, "Reply") + strings.ToUpper(outer[:1]) + outer[1:]
	}
	n = strings.TrimSuffix(n, "Reply")
	r := []rune(n)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}
