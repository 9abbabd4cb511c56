package start

import (
	"fmt"
	"os"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/auto/registry"
)

// A woven program links this package by name alone, so that only init can begin.
func init() {
	if registry.Asked.Dump != "" {
		registry.AtExit(func() {
			if err := dump(registry.Asked.Dump, metrics.Default()); err != nil {
				fmt.Fprintf(os.Stderr, "cachemeter: CACHEMETER_DUMP: %v\n", err)
			}
		})
	}
	if registry.Asked.HTTP != "" {
		if err := serve(registry.Asked.HTTP, metrics.Default()); err != nil {
			fmt.Fprintf(os.Stderr, "cachemeter: CACHEMETER_HTTP: %v; the figures are counted, not served\n", err)
		}
	}
}
