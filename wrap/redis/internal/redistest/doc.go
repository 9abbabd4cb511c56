// Package redistest starts real Redis servers for tests, and scripted ones that answer
// what no real server would. They listen on free ports of the loopback and end with
// the test that started them. Where redis-server is not on the PATH, tests that ask for
// a real one are skipped.
package redistest
