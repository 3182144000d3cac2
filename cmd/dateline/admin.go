package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dateline/internal/web"
)

// serveAdmin answers metrics and profiles on the admin address, if there is one.
// Nothing there needs a password: the address is the operator's alone.
func (n *node) serveAdmin(failed chan<- error) (stop func(context.Context), err error) {
	if n.o.AdminListen == "" {
		return func(context.Context) {}, nil
	}
	l, err := net.Listen("tcp", n.o.AdminListen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for metrics: %w; choose another address with --admin-listen", n.o.AdminListen, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics(), promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /healthz", n.health.Live)
	mux.HandleFunc("GET /readyz", n.health.Readiness)
	srv := web.NewServer(mux, n.log)
	srv.WriteTimeout = 0 // a profile takes as long as it was asked to
	go func() {
		if err := srv.Serve(l); err != http.ErrServerClosed {
			failed <- err
		}
	}()
	return func(ctx context.Context) {
		if err := srv.Shutdown(ctx); err != nil {
			srv.Close() // a profile under way; what it reads from goes away now
		}
	}, nil
}

// metrics counts what an operator watches.
func (n *node) metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	counter := func(name, help string, v func() float64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "dateline", Name: name, Help: help}, v))
	}
	gauge := func(name, help string, v func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "dateline", Name: name, Help: help}, v))
	}
	counter("page_hits_total", "Pages answered from memory.", func() float64 { return float64(n.cache.Stats().Hits) })
	counter("page_not_modified_total", "Pages the browser had already.", func() float64 { return float64(n.cache.Stats().NotModified) })
	counter("page_misses_total", "Pages that had to be made or waited for.", func() float64 { return float64(n.cache.Stats().Misses) })
	counter("page_renders_total", "Pages made.", func() float64 { return float64(n.cache.Stats().Renders) })
	counter("page_bytes_total", "Bytes of pages sent from memory.", func() float64 { return float64(n.cache.Stats().Bytes) })
	counter("page_evictions_total", "Pages dropped for lack of room.", func() float64 { return float64(n.cache.Stats().Evictions) })
	gauge("pages", "Pages held in memory.", func() float64 { return float64(n.cache.Stats().Pages) })
	gauge("page_memory_bytes", "Memory of the pages held.", func() float64 { return float64(n.cache.Stats().PageBytes) })
	counter("access_log_dropped_total", "Lines of the access log left out because it was not taken fast enough.", func() float64 { return float64(n.access.Dropped()) })
	gauge("stories_searchable", "Stories in the search index.", func() float64 { return float64(n.index.Len()) })
	gauge("change_shown", "The last change this node shows.", func() float64 { return float64(n.live.Shown()) })
	gauge("ready", "1 while this node should get readers.", func() float64 { return truth(n.live.Ready()) })
	gauge("database_reachable", "1 while the database answers.", func() float64 { return truth(n.live.Reachable()) })
	r.MustRegister(n.operator.told)
	gauge("notices_open", "Things that the operator was told of and that are neither over nor dismissed.", counted(func(ctx context.Context) (int, error) {
		open, err := n.store.Notices(ctx)
		return len(open), err
	}))
	gauge("jobs_waiting", "Jobs to be run, now or later, those being run included.", counted(n.store.WaitingJobs))
	gauge("jobs_given_up", "Jobs that failed for good.", counted(n.store.FailedJobs))
	gauge("jobs_running", "Jobs that this node is running.", func() float64 { return float64(n.jobs.Stats().Running) })
	counter("jobs_done_total", "Jobs that this node has done.", func() float64 { return float64(n.jobs.Stats().Done) })
	counter("jobs_failed_total", "Attempts at a job that ended in an error here.", func() float64 { return float64(n.jobs.Stats().Failed) })
	gauge("subscriptions_active", "Readers' subscriptions that alerts are sent to.", func() float64 { return float64(n.alerts.roll.Index.Active()) })
	gauge("alert_keys_prepared", "Subscriptions with a key made ahead.", func() float64 { ready, _ := n.alerts.keyring.Armed(); return float64(ready) })
	gauge("alert_keys_wanted", "Subscriptions that are to have one.", func() float64 { _, want := n.alerts.keyring.Armed(); return float64(want) })
	return r
}

// counted is what a glance at the database counts, -1 when it does not say.
func counted(count func(context.Context) (int, error)) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), lookTime)
		defer cancel()
		k, err := count(ctx)
		if err != nil {
			return -1
		}
		return float64(k)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
