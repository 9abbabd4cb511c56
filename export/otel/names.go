package otelmeter

import (
	"go.opentelemetry.io/otel/attribute"

	"github.com/cachemeter/cachemeter/metrics"
)

// Every name that leaves this package is in this file. OpenTelemetry's semantic
// conventions, as of version 1.43, have none for caches: these are ahead of a
// convention and will follow it once there is one. error.type is theirs.
const (
	scopeName = "github.com/cachemeter/cachemeter/export/otel"

	requestsName     = "cache.requests"
	errorsName       = "cache.errors"
	coalescedName    = "cache.requests.coalesced"
	negativeHitsName = "cache.hits.negative"
	staleHitsName    = "cache.hits.stale"
	readBytesName    = "cache.read.size"
	evictionsName    = "cache.evictions"
	evictedWeight    = "cache.evictions.weight"
	loadsName        = "cache.loads"
	loadTimeName     = "cache.load.time"
	entryCountName   = "cache.entry.count"
	entryLimitName   = "cache.entry.limit"
	durationName     = "cache.operation.duration"

	lookupEvent = "cache.lookup"
)

// The attributes' keys.
const (
	nameKey      = attribute.Key("cache.name") // the namespace
	tierKey      = attribute.Key("cache.tier") // absent for a cache as a whole
	operationKey = attribute.Key("cache.operation")
	resultKey    = attribute.Key("cache.result")
	causeKey     = attribute.Key("cache.eviction.cause")
	errorTypeKey = attribute.Key("error.type")
)

// Values of cache.operation. A failed set or delete is a write: the tracker does not
// tell which of the two it was.
var (
	operationGet    = operationKey.String("get")
	operationSet    = operationKey.String("set")
	operationDelete = operationKey.String("delete")
	operationWrite  = operationKey.String("write")

	resultSuccess = resultKey.String("success")
	resultError   = resultOf(metrics.Error)

	causeSize    = causeKey.String("size")
	causeExpired = causeKey.String("expired")
)

// resultOf is the value of cache.result for a lookup: hit, miss or error.
func resultOf(outcome metrics.Outcome) attribute.KeyValue {
	return resultKey.String(outcome.String())
}

var lookupOutcomes = [...]metrics.Outcome{metrics.Hit, metrics.Miss, metrics.Error}

// identity returns the attributes that tell whose figures these are.
func identity(n *metrics.Namespace) []attribute.KeyValue {
	kv := []attribute.KeyValue{nameKey.String(metrics.Label(n.Name()))}
	if n.TierName() != "" {
		kv = append(kv, tierKey.String(metrics.Label(n.TierName())))
	}
	return kv
}
