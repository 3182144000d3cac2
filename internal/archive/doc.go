// Package archive reads other systems' exports as a stream of stories,
// pictures, comments, redirects.
//
// It stores nothing and fetches nothing: an importer ranges over the records and
// decides what becomes of each. What an export holds that does not become a story
// is a record too ([Skipped]), with the reason, so that an import's report can
// name everything that did not arrive. Exports come from strangers: every reader
// here holds one item in memory at a time, within the limits of [Options].
package archive
