// Package lruauto is the aspects for hashicorp/golang-lru/v2, in orchestrion.yml: what
// they weave calls a registry.Meter, by the rules of wrap/lru.
package lruauto

import _ "github.com/cachemeter/cachemeter/wrap/auto/registry" // what is woven in must be vendored with us
