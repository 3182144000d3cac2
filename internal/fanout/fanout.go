// Package fanout delivers one alert to every matching subscription, resuming after a
// crash, stoppable.
//
// An Engine waits until the alert's story is shown everywhere, freezes the audience
// (an Index of bitmaps knows who wants what), and sends in chunks of 256 leased from a
// Ledger, so that several nodes may share one alert and take over from each other. It
// keeps a pace of its own for every push service. Where subscriptions and ledger are
// kept, who may send and what an alert says is decided elsewhere; the desk's rules are
// in package news, encryption and connections in package webpush.
//
// Around it a Roll keeps index and addresses (a Book) as the database has them, a
// Courier begins and ends what is due, and a Keyring makes keys ahead while there is
// nothing to do. Command dateline wires them.
package fanout
