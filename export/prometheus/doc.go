// Package prommeter exports a tracker's figures to Prometheus. It is named prommeter
// because its callers import client_golang's prometheus beside it.
//
//	err := registry.Register(prommeter.NewCollector(tracker))
//
// Nothing runs on the hot path: figures are read on scrape, as totals that no reset
// lowers. Names are those of Micrometer's cache meters, so that dashboards made for
// them work; [WithGuidelineNames] follows Prometheus' own guidelines instead. There
// is no series of a ratio: divide summed rates, as the dashboard and the rules in the
// folder mixin do.
//
// Each series has the labels cache (the namespace) and tier, which is empty for a
// cache as a whole: select tier="" before summing. A figure that a cache cannot report
// has no series; every namespace that has a handle has its gets from the start, with
// zeros.
//
// A registry spends about a microsecond on each series, whoever collects it. Programs
// with many namespaces can go round it: see [NewGatherer] and [Handler].
package prommeter
