// Package api is the newsroom's door for programs: the same as the desk, as JSON
// over HTTP. Every route stands in one table with who may call it; the table serves
// the requests, describes itself as OpenAPI, and is what the tests walk. The package
// decides nothing: it reads a request strictly, asks package desk, and writes what
// came of it. Nothing that is not visible to readers is told to anybody without a
// token, not even by a total or the time an answer takes.
package api
