// Package webpush encrypts, signs and sends Web Push messages (RFC 8030, 8188,
// 8291, 8292) at the speed of the network; knows nothing of news.
//
// A subscription comes in as an Endpoint, which only Services.Parse makes, and
// its Keys. Prepare does the expensive part of the encryption for one message,
// at any time before it is sent; a Sender seals and delivers a Batch and says
// of every message what became of it. There are two: Fast, which speaks HTTP/2
// by hand and seals into its write buffer, and Plain, which is net/http and
// what Fast is measured and checked against.
//
// It keeps nothing on disk but the key file, decides nothing about pruning,
// retrying or pace, and never follows a redirect or uses a proxy.
package webpush
