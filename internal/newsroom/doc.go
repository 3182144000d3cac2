// Package newsroom is the desk's pages: where reporters write and editors publish,
// served under /desk/ to staff only.
//
// Pages are plain HTML forms that work without script; small modules add live preview,
// uploads by dragging, a copy of unsaved text, and an alert's numbers as it goes out. What a person may do is
// decided by the rules in news, run by desk; a page only leaves out buttons that
// would be refused. Nothing here is ever cached.
package newsroom
