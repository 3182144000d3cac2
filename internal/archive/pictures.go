package archive

import "dateline/internal/markup"

// pictures gives the body's pictures the address of the file they are a rendition
// of, where the export has it, and lists them.
func (p *wxr) pictures(s *Story, doc markup.Document) markup.Document {
	seen := map[string]bool{}
	return doc.MapPictures(func(in markup.Picture) (markup.Picture, bool) {
		pic := Picture{URL: in.Media, Alt: in.Alt, Caption: in.Caption, Credit: in.Credit}
		pic.URL = p.known.absolute(in.Media)
		if id, m, ok := p.known.picture(pic.URL); ok {
			pic.URL, pic.OldID = m.url, id
			if pic.Alt == "" {
				pic.Alt = m.alt
			}
			if pic.Credit == "" {
				pic.Credit = m.credit
			}
		}
		if !seen[pic.URL] {
			seen[pic.URL] = true
			s.Pictures = append(s.Pictures, pic)
		}
		in.Media, in.Alt, in.Credit = pic.URL, pic.Alt, pic.Credit
		return in, true
	})
}
