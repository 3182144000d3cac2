package site

import "time"

// FrontPage is the page at "/". Everything may be missing on a new site.
type FrontPage struct {
	Chrome
	Lead   *StoryCard
	Pinned []StoryCard
	// Latest are the newest stories of all sections, newest first.
	Latest []StoryCard
	// Blocks are the sections in the newsroom's order, without empty ones.
	Blocks []FrontBlock
	// Updated is when the newest story was published, for those who preview
	// links; readers see it on the line of time.
	Updated time.Time
}

func (*FrontPage) template() string { return "front" }

// Beside are the pins in the column beside the lead, on screens that are wide
// enough: two, or three where one would be left over.
func (p *FrontPage) Beside() []StoryCard { return p.Pinned[:p.beside()] }

// Below are the pins that stand in a row of their own.
func (p *FrontPage) Below() []StoryCard { return p.Pinned[p.beside():] }

func (p *FrontPage) beside() int {
	if len(p.Pinned) == 3 {
		return 3
	}
	return min(2, len(p.Pinned))
}

// A FrontBlock is one section on the front page; five stories fill it.
type FrontBlock struct {
	Section NavItem
	Stories []StoryCard
}

// Empty tells whether there is no story to show at all.
func (p *FrontPage) Empty() bool {
	return p.Lead == nil && len(p.Pinned) == 0 && len(p.Latest) == 0 && len(p.Blocks) == 0
}

// arranged is a section's stories as its block shows them: the first that has
// a picture stands large, and none repeats the section's name.
func arranged(b FrontBlock) []StoryCard {
	out := make([]StoryCard, 0, len(b.Stories))
	large := 0
	for i := range b.Stories {
		if b.Stories[i].Picture != nil {
			large = i
			break
		}
	}
	for i, s := range b.Stories {
		if s.Section.URL == b.Section.URL {
			s.Section = NavItem{}
		}
		if out = append(out, s); i == large {
			copy(out[1:], out)
			out[0] = s
		}
	}
	return out
}
