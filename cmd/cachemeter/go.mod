module github.com/cachemeter/cachemeter/cmd/cachemeter

go 1.26.0

require github.com/cachemeter/cachemeter v0.0.0

replace github.com/cachemeter/cachemeter => ../..
