// Package report shows a tracker's figures: as JSON, as a table of totals, as a
// live table and as lines, one for each sample.
package report
