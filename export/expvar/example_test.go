package expvarmeter_test

import (
	"fmt"

	expvarmeter "github.com/cachemeter/cachemeter/export/expvar"
	"github.com/cachemeter/cachemeter/metrics"
)

func ExampleVar() {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	tracker.RecordMiss("user")
	caches := expvarmeter.Var(tracker) // expvar.Publish("caches", caches) puts it under /debug/vars
	fmt.Println(caches)
	// Output:
	// {"user":{"hits":1,"misses":1,"errors":0,"total_requests":2,"hit_rate":0.5000}}
}
