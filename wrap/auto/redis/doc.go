// Package redisauto makes the go-redis clients of a woven program count: its aspects,
// in orchestrion.yml, tell the registry of each client, and link this package, which
// listens there and adds redismeter's hook.
package redisauto
