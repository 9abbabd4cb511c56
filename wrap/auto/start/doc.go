// Package start gives what the environment asks a woven program for: the figures
// served over HTTP, or printed at exit. Its aspects, in orchestrion.yml, link it into
// package main and tell it when the program ends. The environment's variables are
// those of registry.Environment.
package start
