package archive

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Bounds of what is remembered from item to item.
const (
	maxKnownAuthors     = 100_000
	maxKnownAttachments = 1_000_000
	maxKnownKeys        = 1_000_000
	maxKnownBytes       = 256 << 20
	maxReusable         = 1000
)

// tables are what a story may refer to that stands elsewhere in the file.
type tables struct {
	authors     map[string]Author   // by login and, for guests, by slug
	attachments map[string]media    // by old ID
	byAddress   map[string]string   // host and path → old ID
	byStory     map[string][]string // old ID of a story → those of what was uploaded to it
	reusable    map[string]string   // old ID of a reusable block → its HTML
	size        int
	site        *url.URL // address of the front page, or nil
	host        string   // of the site, lower case
	base        string   // path of its front page, without a slash at the end
}

// media is what is remembered of an Attachment.
type media struct{ url, alt, caption, credit string }

func newTables() *tables {
	return &tables{
		authors:     map[string]Author{},
		attachments: map[string]media{},
		byAddress:   map[string]string{},
		byStory:     map[string][]string{},
		reusable:    map[string]string{},
	}
}

func (k *tables) setSite(s Site) {
	if u, err := url.Parse(s.URL); err == nil {
		k.site = u
		k.host, k.base = strings.ToLower(u.Host), strings.TrimSuffix(u.Path, "/")
	}
}

// source names the site; see Site.Source.
func (k *tables) source(title string) string {
	name := strings.TrimPrefix(k.host, "www.") + k.base
	if name == "" {
		name = title
	}
	return "wordpress:" + clip(name, 300)
}

func (k *tables) addAuthor(a Author) {
	if len(k.authors) < maxKnownAuthors {
		k.authors[a.Login] = a
	}
}

func (k *tables) addAttachment(a *Attachment) {
	m := media{url: a.URL, alt: a.Alt, caption: a.Caption, credit: a.Credit}
	k.size += 2*len(m.url) + len(m.alt) + len(m.caption) + len(m.credit) + 200
	if a.OldID == "" || len(k.attachments) >= maxKnownAttachments || k.size > maxKnownBytes {
		return
	}
	if _, twice := k.attachments[a.OldID]; !twice && a.Parent != "" {
		k.byStory[a.Parent] = append(k.byStory[a.Parent], a.OldID)
	}
	k.attachments[a.OldID] = m
	if key := addressKey(a.URL); key != "" {
		k.byAddress[key] = a.OldID
	}
}

// addReusable remembers a reusable block of a reasonable size.
func (k *tables) addReusable(id, content string) {
	if len(content) < maxField && len(k.reusable) < maxReusable {
		k.reusable[id] = content
	}
}

// author resolves a login; an unknown one is its own name.
func (k *tables) author(login string) Author {
	if a, ok := k.authors[login]; ok {
		return a
	}
	return Author{Login: login, Name: plainLine(login)}
}

// sized matches what WordPress adds to the names of the renditions it makes.
var sized = regexp.MustCompile(`-(?:\d{1,5}x\d{1,5}|scaled|rotated|e\d{10,14})(\.[A-Za-z0-9]{2,5})$`)

// picture finds the attachment that an address in a body shows, whole or as one of
// its renditions ("-300x200", "-scaled").
func (k *tables) picture(src string) (id string, m media, ok bool) {
	key := addressKey(src)
	if key == "" {
		return "", media{}, false
	}
	for range 3 {
		for _, candidate := range []string{key, sized.ReplaceAllString(key, "-scaled$1")} {
			if id, ok = k.byAddress[candidate]; ok {
				return id, k.attachments[id], true
			}
		}
		shorter := sized.ReplaceAllString(key, "$1")
		if shorter == key {
			break
		}
		key = shorter
	}
	return "", media{}, false
}

// absolute completes an address that a body gives without its host.
func (k *tables) absolute(address string) string {
	if u, err := url.Parse(address); err == nil && k.site != nil && k.site.Host != "" && u.Host == "" && u.Opaque == "" && u.Scheme == "" {
		return k.site.ResolveReference(u).String()
	}
	return address
}

// addressKey is host and path, without what differs between two mentions of the
// same file: scheme, "www.", Jetpack's image host, query, escaping.
func addressKey(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Path == "" || u.Path == "/" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	if len(host) == len("i0.wp.com") && host[0] == 'i' && strings.HasSuffix(host, ".wp.com") {
		return strings.TrimPrefix(strings.TrimPrefix(u.Path, "/"), "www.")
	}
	return host + path.Clean(u.Path)
}

// addGuestSlug makes a guest author known by the slug that stories refer to.
func (k *tables) addGuestSlug(slug string, a Author) {
	if _, taken := k.authors[slug]; !taken && slug != "" && len(k.authors) < maxKnownAuthors {
		k.authors[slug] = a
	}
}

// uploadedTo lists the pictures uploaded to a story: what a gallery shows that
// names none.
func (k *tables) uploadedTo(story string) []string {
	var pictures []string
	for _, id := range k.byStory[story] {
		if isPicture(k.attachments[id].url) {
			pictures = append(pictures, id)
		}
	}
	return pictures
}

func isPicture(address string) bool {
	switch strings.ToLower(path.Ext(address)) {
	case ".jpg", ".jpeg", ".jpe", ".png", ".gif", ".webp", ".avif", ".heic", ".tif", ".tiff", ".bmp":
		return true
	}
	return false
}
