package site

import (
	"html/template"
	"time"
)

// A StoryCard is a story as other pages show it. Fields may be empty except
// URL, Headline and Published.
type StoryCard struct {
	URL      string
	Kicker   string
	Headline string
	// Standfirst is plain text.
	Standfirst string
	// Lang is the story's language (BCP 47); empty means the site's.
	Lang      string
	Picture   *Picture
	Published time.Time
	// Updated is the last change of substance; zero if there was none.
	Updated time.Time
	Section NavItem
	Byline  []NavItem
	// Comments counts those that readers see; 0 says nothing.
	Comments int
	// Reason says why a related story stands here, in the story's own words
	// ("Harbour", a topic); empty for none.
	Reason string
}

// A Picture is one picture in the sizes a browser may choose from.
type Picture struct {
	// Sources hold every rendition; those of the same type become one srcset,
	// types in the order in which they first appear. JPEG is the fallback and
	// there must be at least one.
	Sources []Rendition
	// Width and Height are of the largest, so that the page does not move.
	Width, Height int
	// Alt describes the picture to who cannot see it. Where it says only what
	// the caption says it is left out, or a screen reader would say it twice.
	Alt, Caption, Credit string
	// Lang is the language of alt and caption; empty means the story's.
	Lang string
	// Colour is the placeholder's class, 0 to 63.
	Colour int
}

// A Rendition is one file of a picture.
type Rendition struct {
	URL           string
	Width, Height int
	// Type is the media type: image/avif, image/webp or image/jpeg.
	Type string
}

// A BodyPiece is one part of a story's text: exactly one field is set.
type BodyPiece struct {
	// HTML comes from internal/markup.
	HTML    template.HTML
	Picture *Picture
	// Card is a related story that stands in the text.
	Card *StoryCard
}

// A Correction is public and dated. Kind is correction, clarification or update.
type Correction struct {
	Kind string
	At   time.Time
	Text string
}
