// Package markup is the strict story document: made from Markdown, HTML and imports, turned into safe HTML and plain text; nothing else may make HTML.
//
// A [Document] is ProseMirror JSON that follows one table, in schema.go.
// [Parse] reads it and refuses whatever the table does not name; [FromMarkdown],
// [FromHTML] and [FromText] make one from foreign text and report what did not
// fit. Since nothing but the table's kinds can be in a Document, there is no
// foreign HTML left to sanitise when [Render] writes it out.
//
// The package knows nothing of stories, pictures or people: pictures and
// related stories are identifiers in the document and slots in the rendered
// [Body], filled by whoever may see them.
package markup
