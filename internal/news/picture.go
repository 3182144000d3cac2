package news

import (
	"strconv"
	"time"
)

// A Picture is an uploaded picture and what was made of it. The original file is
// private; renditions are public while a visible story uses the picture.
type Picture struct {
	ID         MediaID
	Token      string // 128 random bits in hex: the public address, /media/{Token}/{width}.{ext}
	Hash       string // SHA-256 of the original, hex; files are stored under it
	Type       string // of the original: image/jpeg …
	Width      int    // of the original, orientation applied
	Height     int
	Bytes      int64
	Caption    string
	Credit     string
	Alt        string
	Copyright  string
	Colour     int // one of 64 colour classes, shown while loading
	Renditions []Rendition
	Created    time.Time
	By         string
}

// A Rendition is one public file of a picture.
type Rendition struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Type   string `json:"type"` // image/jpeg
	Ext    string `json:"ext"`  // jpg
	Bytes  int64  `json:"bytes"`
}

// Path is the rendition's public address.
func (p *Picture) Path(r Rendition) string {
	return "/media/" + p.Token + "/" + strconv.Itoa(r.Width) + "." + r.Ext
}

// File is the name in the media store of a rendition, or with no width of the original.
func (p *Picture) File(r Rendition) string {
	if r.Width == 0 {
		return p.Hash + "/original"
	}
	return p.Hash + "/" + strconv.Itoa(r.Width) + "." + r.Ext
}
