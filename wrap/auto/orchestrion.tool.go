//go:build tools

package auto

import (
	_ "github.com/cachemeter/cachemeter/wrap/auto/lru"   // golang-lru v2
	_ "github.com/cachemeter/cachemeter/wrap/auto/redis" // go-redis v9
	_ "github.com/cachemeter/cachemeter/wrap/auto/start" // package main
)
