// Package house holds the tests of the architecture: who may import whom, how large
// a file may grow, and that the documentation's programs compile.
package house
