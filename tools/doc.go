// Package tools pins the commands that development needs, as tools of its go.mod.
package tools
