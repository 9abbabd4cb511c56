module github.com/cachemeter/cachemeter/cmd/cachemeter

go 1.26.0

require (
	github.com/alicebob/miniredis/v2 v2.40.0
	github.com/cachemeter/cachemeter v0.0.0
	github.com/creack/pty v1.1.24
	github.com/redis/go-redis/v9 v9.7.3
	github.com/stretchr/testify v1.12.1
	golang.org/x/term v0.37.0
)

require (
	github.com/cachemeter/cachemeter/wrap/auto v0.0.0
	github.com/cespare/xxhash/v2 v2.2.0 // indirect
	github.com/dgryski/go-rendezvous v0.0.0-20200823014737-9f7001d12a5f // indirect
	github.com/hashicorp/golang-lru/v2 v2.0.7 // indirect
	github.com/yuin/gopher-lua v1.1.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5
	golang.org/x/sys v0.38.0 // indirect
)

replace github.com/cachemeter/cachemeter => ../..

replace github.com/cachemeter/cachemeter/wrap/auto => ../../wrap/auto
