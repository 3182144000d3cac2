package main_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCommands runs what an operator types, a script in testdata each. Beside
// testscript's own words they know:
//
//	ready URL          waits until the server there is ready
//	fetch STATUS URL   asks for a page, wants the status, and keeps it as stdout
//	await TEXT URL     asks again and again until the page has the text
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			address := freeAddress(t)
			env.Setenv("ADDRESS", address)
			env.Setenv("URL", "http://"+address)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready": func(ts *testscript.TestScript, _ bool, args []string) {
				for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
					res, err := http.Get(args[0] + "/readyz")
					if err == nil {
						res.Body.Close()
						if res.StatusCode == 200 {
							return
						}
					}
					if time.Now().After(end) {
						ts.Fatalf("not ready: %v", err)
					}
				}
			},
			"await": func(ts *testscript.TestScript, _ bool, args []string) {
				for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
					res, err := http.Get(args[1])
					ts.Check(err)
					b, err := io.ReadAll(res.Body)
					res.Body.Close()
					ts.Check(err)
					if strings.Contains(string(b), args[0]) {
						return
					}
					if time.Now().After(end) {
						ts.Fatalf("GET %s has no %s:\n%s", args[1], args[0], b)
					}
				}
			},
			"fetch": func(ts *testscript.TestScript, _ bool, args []string) {
				c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
				res, err := c.Get(args[1])
				ts.Check(err)
				defer res.Body.Close()
				b, err := io.ReadAll(res.Body)
				ts.Check(err)
				if fmt.Sprint(res.StatusCode) != args[0] {
					ts.Fatalf("GET %s = %d, want %s\n%s", args[1], res.StatusCode, args[0], b)
				}
				fmt.Fprintf(ts.Stdout(), "Location: %s\n%s", res.Header.Get("Location"), b)
			},
		},
	})
}
