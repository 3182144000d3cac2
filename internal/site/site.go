// Package site is everything readers meet: their pages, the words on them,
// the stylesheet, the scripts, the service worker and the icons.
//
// A page is a view (FrontPage, ArticlePage, …: plain data, no store types)
// that a Renderer turns into bytes. Views hold text as it was written; the
// templates escape it. Only the fields of type template.HTML and template.JS
// are taken as they are, and they must come from internal/markup and
// internal/syndication, which make nothing else.
package site
