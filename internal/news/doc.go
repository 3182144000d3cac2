// Package news is what a newsroom works with (stories, revisions, versions,
// pictures, sections, topics, alerts, subscriptions, people, changes) and the rules
// that hold wherever they are kept. The rules are pure: they take the time as an
// argument, touch no database and no network, and may be run twice on the same
// story. Package store runs them inside its transactions; packages desk and api call
// them through it; nothing here knows SQL, HTTP or HTML beyond package markup's
// documents.
package news
