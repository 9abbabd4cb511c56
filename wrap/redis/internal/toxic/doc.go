// Package toxic is a TCP proxy for tests that stands between a client and a real
// server and does to the replies what networks and broken machines do. Its tests hold
// the hook to account under each of them.
package toxic
