package redismeter

import (
	"errors"
	"strconv"
	"strings"
)

// checkVersion refuses the releases of go-redis that no hook can count on.
func checkVersion(version string) error {
	switch version {
	case "9.5.0":
		return errors.New("redismeter: go-redis 9.5.0 does not run hooks; use another version")
	case "9.14.0":
		return errors.New("redismeter: go-redis 9.14.0 marks every command behind a pipeline's first miss as missing; use another version")
	}
	return nil
}

// clonesDropHooks tells whether the clients that WithTimeout makes lack the hooks.
func clonesDropHooks(version string) bool { return minorOf(version) >= 15 }

// connsDropHooks tells whether a Conn lacks the hooks of its client.
func connsDropHooks(version string) bool { return minorOf(version) < 9 }

// minorOf returns the 23 of 9.23.1; a version it cannot read is taken for a new one.
func minorOf(version string) int {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return 1 << 30
	}
	minor, err := strconv.Atoi(parts[1])
	if err != nil {
		return 1 << 30
	}
	return minor
}
