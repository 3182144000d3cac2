package alerted_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

type fields = map[string]any

// call sends a request to the API, wants a status, and reads the answer into into.
func (s *site) call(method, path string, in any, status int, into any) {
	s.t.Helper()
	got, body, err := s.try(method, path, in)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	if got != status {
		s.t.Fatalf("%s %s = %d, want %d\n%s", method, path, got, status, body)
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			s.t.Fatalf("%s %s: %v in %.300s", method, path, err, body)
		}
	}
}

func (s *site) try(method, path string, in any) (status int, body []byte, err error) {
	b, err := json.Marshal(in)
	if err != nil {
		return 0, nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.listen+"/api/v1"+path, bytes.NewReader(b))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

// A story is as much of one as these tests look at.
type story struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	Path string `json:"-"`
}

// publish makes a story that readers see, with a topic called Bridges.
func (s *site) publish(headline string) story {
	s.t.Helper()
	var st story
	s.call("POST", "/stories", fields{"headline": headline, "section": "world", "topics": []string{"Bridges"},
		"body": "ORRIN – The bridge over the Orrin was closed on Thursday morning.\n\nEngineers found cracks in two of its cables."}, 201, &st)
	s.call("POST", "/stories/"+st.ID+"/publish", fields{}, 200, &st)
	st.Path = strings.TrimPrefix(st.URL, s.origin)
	return st
}

// An alert is how one stands.
type alert struct {
	ID       string  `json:"id"`
	State    string  `json:"state"`
	Kind     string  `json:"kind"`
	Replaces *string `json:"replaces"`
	Audience int     `json:"audience"`
	Accepted int     `json:"accepted"`
	Gone     int     `json:"gone"`
	Failed   int     `json:"failed"`
	Retrying int     `json:"retrying"`
}

// send has the desk send an alert, and returns while its countdown runs.
func (s *site) send(f fields) alert {
	s.t.Helper()
	var a alert
	s.call("POST", "/alerts", f, 202, &a)
	return a
}

// sent waits until an alert is sent, and wants nobody left out.
func (s *site) sent(id string) alert {
	s.t.Helper()
	var a alert
	eventually(s.t, "alert "+id+" is sent", func() bool {
		s.call("GET", "/alerts/"+id, nil, 200, &a)
		return a.State == "sent"
	})
	if a.Accepted+a.Gone+a.Failed != a.Audience || a.Retrying != 0 {
		s.t.Errorf("the record of alert %s does not add up: %+v", id, a)
	}
	return a
}

// knows reports whether the server knows an endpoint.
func (s *site) knows(endpoint string) bool {
	s.t.Helper()
	status, body, err := s.try("POST", "/push/lookup", fields{"endpoint": endpoint})
	if err != nil || status != 200 && status != 404 {
		s.t.Fatalf("look up: %d, %v\n%s", status, err, body)
	}
	return status == 200
}
