package syndication

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A schema is as much of JSON Schema 2020-12 as the ninjs schemas use. It refuses
// keywords that it does not know, rather than passing over them.
type schema struct {
	root  map[string]any
	other map[string]*schema // by address without fragment
}

func readSchema(t *testing.T, path string, other map[string]*schema) *schema {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &schema{other: other}
	if err := json.Unmarshal(data, &s.root); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}

func (s *schema) check(v any) error {
	_, err := s.at(s.root, v, "$")
	return err
}

// at checks v and tells which members of an object were looked at.
func (s *schema) at(rules map[string]any, v any, path string) (seen map[string]bool, err error) {
	seen = map[string]bool{}
	obj, isObj := v.(map[string]any)
	list, isList := v.([]any)
	str, isStr := v.(string)
	num, isNum := v.(float64)
	for _, key := range slices.Sorted(maps(rules)) {
		rule := rules[key]
		switch key {
		case "$schema", "$id", "$defs", "title", "description", "additionalProperties", "unevaluatedProperties", "examples", "$comment", "default":
		case "$ref":
			more, err := s.ref(rule.(string), v, path)
			if err != nil {
				return nil, err
			}
			for k := range more {
				seen[k] = true
			}
		case "type":
			ok := map[string]bool{"object": isObj, "array": isList, "string": isStr, "number": isNum, "integer": isNum && num == math.Trunc(num)}[rule.(string)]
			if _, isBool := v.(bool); !ok && (rule != "boolean" || !isBool) {
				return nil, fmt.Errorf("%s is no %s", path, rule)
			}
		case "properties":
			for name, sub := range rule.(map[string]any) {
				if x, there := obj[name]; there {
					seen[name] = true
					if _, err := s.at(sub.(map[string]any), x, path+"."+name); err != nil {
						return nil, err
					}
				}
			}
		case "required":
			for _, name := range rule.([]any) {
				if _, there := obj[name.(string)]; isObj && !there {
					return nil, fmt.Errorf("%s lacks %q", path, name)
				}
			}
		case "items":
			for i, x := range list {
				if _, err := s.at(rule.(map[string]any), x, fmt.Sprintf("%s[%d]", path, i)); err != nil {
					return nil, err
				}
			}
		case "minItems":
			if isList && len(list) < int(rule.(float64)) {
				return nil, fmt.Errorf("%s has too few", path)
			}
		case "enum":
			if !slices.ContainsFunc(rule.([]any), func(x any) bool { return reflect.DeepEqual(x, v) }) {
				return nil, fmt.Errorf("%s may not be %v", path, v)
			}
		case "minimum":
			if isNum && num < rule.(float64) {
				return nil, fmt.Errorf("%s is too small", path)
			}
		case "maximum":
			if isNum && num > rule.(float64) {
				return nil, fmt.Errorf("%s is too large", path)
			}
		case "pattern":
			if isStr && !regexp.MustCompile(rule.(string)).MatchString(str) {
				return nil, fmt.Errorf("%s does not match %s", path, rule)
			}
		case "format":
			if isStr && !format(rule.(string), str) {
				return nil, fmt.Errorf("%s is no %s: %q", path, rule, str)
			}
		case "anyOf", "oneOf":
			n := 0
			for _, sub := range rule.([]any) {
				if more, err := s.at(sub.(map[string]any), v, path); err == nil {
					n++
					for k := range more {
						seen[k] = true
					}
				}
			}
			if n == 0 || key == "oneOf" && n > 1 {
				return nil, fmt.Errorf("%s fits %d of %s", path, n, key)
			}
		default:
			return nil, fmt.Errorf("%s: the schema's %q is not known here", path, key)
		}
	}
	for _, key := range []string{"additionalProperties", "unevaluatedProperties"} {
		for name := range obj {
			if rules[key] == false && !seen[name] {
				return nil, fmt.Errorf("%s may not have %q", path, name)
			}
		}
	}
	return seen, nil
}

func (s *schema) ref(ref string, v any, path string) (map[string]bool, error) {
	if name, ok := strings.CutPrefix(ref, "#/$defs/"); ok {
		return s.at(s.root["$defs"].(map[string]any)[name].(map[string]any), v, path)
	}
	other := s.other[strings.TrimSuffix(ref, "#")]
	if other == nil {
		return nil, fmt.Errorf("%s: no schema %s", path, ref)
	}
	return other.at(other.root, v, path)
}

func format(name, s string) bool {
	switch name {
	case "date-time":
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	case "uri":
		u, err := url.Parse(s)
		return err == nil && u.Scheme != "" && isASCII(s)
	}
	return false
}

func maps(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
