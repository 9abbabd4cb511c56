// Package trust holds the tests of what the project promises across its packages: that
// wrapping changes nothing, that no count is lost, that nothing grows, and that no input
// or callback of a user brings it down. docs/promises.md says which test holds which.
package trust
