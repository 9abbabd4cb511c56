// Package redismeter decorates go-redis clients.
package redismeter
