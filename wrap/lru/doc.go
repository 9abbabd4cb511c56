// Package lrumeter decorates golang-lru caches.
package lrumeter
