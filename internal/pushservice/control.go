package pushservice

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"strconv"
	"time"
)

// maxCommand bounds the body of a command, in bytes.
const maxCommand = 1 << 20

// serveControl opens the door for commands: plain HTTP on the loopback.
//
//	GET    /info                     Info
//	GET    /ca.pem                   the certificate to trust
//	GET    /stats                    Stats
//	GET    /subscriptions/{n}?key=K  Subscription n, bound to the VAPID key K
//	GET    /messages?after=N         [Message, …]
//	GET    /received                 a byte per subscription
//	GET    /troubles                 [Trouble, …]
//	POST   /troubles                 [Trouble, …] to begin, besides others
//	DELETE /troubles                 ends all
//	DELETE /troubles/{name}          ends one
//	POST   /forget                   sets all counts to zero
func (s *Service) serveControl() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /info", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Info()) })
	mux.HandleFunc("GET /ca.pem", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(s.ca.pem())
	})
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Stats()) })
	mux.HandleFunc("GET /subscriptions/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(s.counts) {
			http.Error(w, "no such subscription", http.StatusNotFound)
			return
		}
		sub, err := s.Subscribe(n, r.FormValue("key"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		reply(w, sub)
	})
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, r *http.Request) {
		after, err := strconv.ParseInt("0"+r.FormValue("after"), 10, 64)
		if err != nil {
			http.Error(w, "after: want a number", http.StatusBadRequest)
			return
		}
		reply(w, s.Messages(after))
	})
	mux.HandleFunc("GET /received", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(s.ReceivedAll())
	})
	mux.HandleFunc("GET /troubles", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Troubles()) })
	mux.HandleFunc("POST /troubles", func(w http.ResponseWriter, r *http.Request) {
		var list []Trouble
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxCommand))
		d.DisallowUnknownFields()
		if err := d.Decode(&list); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, t := range list { // all or none
			if err := t.check(len(s.origins)); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		for _, t := range list {
			if err := s.Trouble(t); err != nil {
				refuse(w, err)
				return
			}
		}
		w.WriteHeader(http.StatusNoContent)
	})
	lift := func(w http.ResponseWriter, r *http.Request) {
		var names []string
		if name := r.PathValue("name"); name != "" {
			names = []string{name}
		}
		if err := s.Lift(names...); err != nil {
			refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
	mux.HandleFunc("DELETE /troubles", lift)
	mux.HandleFunc("DELETE /troubles/{name}", lift)
	mux.HandleFunc("POST /forget", func(w http.ResponseWriter, _ *http.Request) {
		s.Forget()
		w.WriteHeader(http.StatusNoContent)
	})
	server := &http.Server{Handler: fromHere(mux), ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second}
	s.wg.Go(func() { _ = server.Serve(s.control) })
	s.wg.Go(func() {
		<-s.ctx.Done()
		_ = server.Close()
	})
}

// fromHere refuses what a page in somebody's browser sends to the loopback.
func fromHere(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
			http.Error(w, "not for browsers", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, ErrTrouble) {
		status = http.StatusBadRequest
	}
	http.Error(w, err.Error(), status)
}

func reply(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}
