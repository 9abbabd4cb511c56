// Package demo is a program with caches, small enough to read: an in-process LRU
// in front of a Redis in front of a slow origin that sometimes fails, used by
// several namespaces in several ways, and decorated by this project.
//
// The clients are ordinary client code. What the decoration is, stack.go shows.
package demo
