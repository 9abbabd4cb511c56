// Package generic decorates any cache.
package generic
