package archive

import (
	"time"

	"dateline/internal/markup"
)

// A Record is one thing an export holds: *[Site], *[Author], *[Term], *[Story],
// *[Attachment], *[Comment], *[Skipped] or *[Notice].
type Record interface{ record() }

func (*Site) record()       {}
func (*Author) record()     {}
func (*Term) record()       {}
func (*Story) record()      {}
func (*Attachment) record() {}
func (*Comment) record()    {}
func (*Skipped) record()    {}
func (*Notice) record()     {}

// A Site says where an export comes from. It comes once, before the first story.
type Site struct {
	Title       string
	Description string
	URL         string // address of the front page, as exported
	Language    string // as exported, e.g. "en-US"; not checked
	Version     string // of the export format; "" when the file does not say
	Generator   string
	// Source names the site in the same way whichever export it came in:
	// "wordpress:example.org/news", without scheme, "www." and trailing slash.
	Source string
}

// An Author is somebody whose name stands over stories.
type Author struct {
	OldID string
	Login string // what Story.Authors refer to
	Email string
	Name  string // to be shown; never empty, in the worst case the login
	First string
	Last  string
	Bio   string
	Guest bool // has a byline and no account (Co-Authors Plus)
}

// A TermKind is what a [Term] is for.
type TermKind string

// The kinds of terms. OtherTerm is a taxonomy of the exporting site's own, or a
// navigation menu; Term.Taxonomy names it.
const (
	Category  TermKind = "category"
	Tag       TermKind = "tag"
	OtherTerm TermKind = "other"
)

// A Term is a category or tag.
type Term struct {
	OldID       string
	Kind        TermKind
	Taxonomy    string // the export's own word
	Slug        string
	Name        string
	Parent      string // slug of the term above it, or ""
	Description string
}

// A StoryKind tells articles from standing pages.
type StoryKind string

// The kinds of stories.
const (
	Post StoryKind = "post"
	Page StoryKind = "page"
)

// A Status says who could see a story on the exporting site.
type Status string

// What a story was. Only Published ones were open to everybody; an importer
// must keep every other one unpublished.
const (
	Published Status = "published"
	Draft     Status = "draft" // also whatever the export does not say clearly
	Pending   Status = "pending"
	Future    Status = "future"
	Private   Status = "private"
	Password  Status = "password" // published there, but behind a password
	Trash     Status = "trash"
)

// A Story is one article or standing page.
type Story struct {
	// Key names the story among those of its site, the same in every export of it;
	// with Site.Source it tells a second import what is there already. Never empty:
	// the old ID, else made of the GUID, the address or what the story says.
	Key       string
	OldID     string
	Kind      StoryKind
	Status    Status
	OldStatus string // the export's own word
	Title     string // plain text; may be empty
	Subtitle  string // plain text, from the subtitle plug-ins newsrooms use
	Slug      string // decoded, in its own script; not checked
	Link      string // full address on the exporting site
	GUID      string
	// Addresses are the root-relative addresses under which the story was known,
	// the main one first, with query forms ("/?p=7"). Paths are decoded.
	Addresses []string
	// Date is when it was or will be published, in UTC; zero when the export does
	// not say, or says a date that does not exist (then the report tells).
	Date     time.Time
	Modified time.Time // UTC; zero when unknown
	Excerpt  string    // plain text
	Authors  []Author  // as far as known; Login and Name are always set
	// Categories and Tags have Slug and Name set, and Kind.
	Categories []Term
	Tags       []Term
	OtherTerms []Term // of other taxonomies
	Body       markup.Document
	Original   string // the HTML as exported, never to be shown unparsed
	// Report names what of this story did not arrive or had to be mended.
	Report   markup.Report
	Featured *Picture
	// Pictures are the pictures in Body, in order, each address once.
	Pictures     []Picture
	CommentsOpen bool
	Format       string // post format ("gallery", "quote"); "" is standard
	Sticky       bool
	Parent       string // old ID of the page above it, or ""
	MenuOrder    int
	Line         int // of the export, where the story begins
}

// A Picture is a reference to a picture of the exporting site or of another
// host's. Importers match URL with files they have, or leave the picture out.
type Picture struct {
	URL     string // as it stands in the body; "" when only the attachment's ID is known
	OldID   string // of the Attachment; "" when the export has none with that address
	Alt     string
	Caption string
	Credit  string
}

// An Attachment is a file of the exporting site's media library.
type Attachment struct {
	OldID       string
	URL         string
	Title       string
	Caption     string // plain text, like the rest
	Description string
	Alt         string
	Credit      string
	Parent      string // old ID of the story it was uploaded to, or ""
	Author      string // login
	Date        time.Time
}

// A CommentKind tells readers' words from what machines left.
type CommentKind string

// The kinds of comments. Pings are pingbacks and trackbacks; OtherComment is what
// plug-ins keep as comments (orders, notes).
const (
	ReaderComment CommentKind = "comment"
	Ping          CommentKind = "ping"
	OtherComment  CommentKind = "other"
)

// An Approval is what the exporting site's moderators decided.
type Approval string

// What became of a comment. Held is also whatever the export does not say clearly.
const (
	Approved Approval = "approved"
	Held     Approval = "held"
	Spam     Approval = "spam"
	Binned   Approval = "binned"
)

// A Comment follows the record of what it stands under.
type Comment struct {
	OldID    string
	Story    string // Story.Key; "" under an attachment or a skipped item
	On       string // old ID of the item it stands under
	Parent   string // old ID of the comment it answers, or ""
	Kind     CommentKind
	Approval Approval
	Author   string // plain text
	Email    string
	URL      string
	UserID   string    // old ID of the account it was written from, or ""
	Date     time.Time // UTC; zero when unknown
	Text     string    // plain text, paragraphs separated by blank lines
}

// Skipped names an item that does not become a story, and why.
type Skipped struct {
	Kind  string // the export's own word
	OldID string
	Title string
	Why   string
	Line  int
}

// A Notice tells of something in the file itself that had to be mended or
// could not be used. Notices come last, one for each kind.
type Notice struct {
	What    string
	Count   int
	Example string
	Line    int // of the first
}
