// Package auto is "cachemeter auto": it lays out what orchestrion needs to weave
// wrap/auto into a program beside the program's own files, builds with that, and
// takes it away again. It never writes a file that is not its own.
package auto
