package site

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"dateline/internal/news"
	"dateline/internal/pagecache"
)

// workerPath is where browsers keep looking for our service worker. It must never change.
const workerPath = "/sw.js"

// oldWorkers are where OneSignal's worker stands on sites that used it, with and
// without its WordPress plug-in. Browsers that have it go on asking there; they find
// ours, and the next page view makes a subscription of ours of theirs.
var oldWorkers = []string{
	"/OneSignalSDKWorker.js", "/OneSignalSDK.sw.js", "/OneSignalSDKUpdaterWorker.js",
	"/wp-content/plugins/onesignal-free-web-push-notifications/sdk_files/OneSignalSDKWorker.js",
	"/wp-content/plugins/onesignal-free-web-push-notifications/sdk_files/OneSignalSDKUpdaterWorker.js",
	"/wp-content/plugins/onesignal-free-web-push-notifications/sdk_files/OneSignalSDKWorker.js.php",
	"/wp-content/plugins/onesignal-free-web-push-notifications/sdk_files/OneSignalSDKUpdaterWorker.js.php",
}

// workers are all addresses of the service worker, each once. What cannot be one
// (a pattern, a relative address) is left out.
func (s *Site) workers() []string {
	all := append([]string{workerPath}, oldWorkers...)
	for _, p := range s.c.OldWorkers {
		if strings.HasPrefix(p, "/") && strings.Trim(p, "/") != "" && !strings.ContainsAny(p, "{}?# ") && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// serveWorker answers with the service worker: asked for again whenever a browser
// looks, and allowed to stand for the whole site wherever it was found. Its policy lets
// it show the icon that it carries.
func (s *Site) serveWorker(w http.ResponseWriter, r *http.Request) error {
	return s.c.Cache.Serve(w, r, "", func(context.Context) (pagecache.Response, error) {
		return pagecache.Response{
			ContentType: "text/javascript; charset=utf-8", Body: s.c.Renderer.worker, Tags: []string{news.SiteTag}, CacheControl: "no-cache",
			Header: http.Header{
				"Service-Worker-Allowed":  {"/"},
				"Content-Security-Policy": {"default-src 'none'; connect-src 'self'; img-src 'self' data:"},
			},
		}, nil
	})
}
