package syndication

// Robots writes robots.txt (text/plain): everything may be read but the doors that
// are no reading, and search results, of which there is no end.
func Robots(origin string) []byte {
	s := &Site{Origin: origin}
	return []byte("User-agent: *\n" +
		"Disallow: /desk/\n" +
		"Disallow: /api/\n" +
		"Disallow: /search?\n" +
		"\n" +
		"Sitemap: " + s.abs("/sitemap.xml") + "\n" +
		"Sitemap: " + s.abs("/sitemap-news.xml") + "\n")
}
