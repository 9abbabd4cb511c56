package top

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// column is one figure of the table. Where the screen is narrow, those of higher
// rank go first.
type column struct {
	title string
	width int
	rank  int
	text  bool
	show  func(r Row) string
	by    func(r Row) float64 // nil: by the cell's text
}

const sparkTitle = "5 MIN"

func value(x *float64) float64 {
	if x == nil {
		return math.Inf(-1)
	}
	return *x
}

func pair(a, b *float64) string {
	if a == nil {
		return none
	}
	return seconds(a) + "/" + seconds(b)
}

var words = map[string]string{"failing": "✕ failing", "degraded": "! degraded", "ok": "✓ ok", "idle": "– idle", "no_data": "? no data"}

var columns = []column{
	{title: "STATUS", width: 10, rank: 0, text: true, show: func(r Row) string { return words[r.Level] }, by: urgency},
	{title: "CACHE", width: 16, rank: 0, text: true, show: func(r Row) string { return printable(r.Name) }},
	{title: "REQ/S", width: 8, rank: 1, show: func(r Row) string { return number(r.Requests) }, by: func(r Row) float64 { return value(r.Requests) }},
	{title: "HIT RATE", width: 8, rank: 0, show: func(r Row) string { return percent(r.HitRate) }, by: func(r Row) float64 { return value(r.HitRate) }},
	{title: "USUAL", width: 7, rank: 2, show: func(r Row) string { return percent(r.Usual) }, by: func(r Row) float64 { return value(r.Usual) }},
	{title: sparkTitle, width: 20, rank: 4, text: true},
	{title: "ERR/S", width: 7, rank: 1, show: func(r Row) string { return number(r.Errors) }, by: func(r Row) float64 { return value(r.Errors) }},
	{title: "HIT P50/P99", width: 15, rank: 6, show: func(r Row) string { return pair(r.HitP50, r.HitP99) }, by: func(r Row) float64 { return value(r.HitP99) }},
	{title: "MISS P50/P99", width: 15, rank: 7, show: func(r Row) string { return pair(r.MissP50, r.MissP99) }, by: func(r Row) float64 { return value(r.MissP99) }},
	{title: "WAITING", width: 8, rank: 3, show: func(r Row) string { return number(r.Waiting) }, by: func(r Row) float64 { return value(r.Waiting) }},
	{title: "SAVED/S", width: 8, rank: 5, show: func(r Row) string { return seconds(r.Saved) }, by: func(r Row) float64 { return value(r.Saved) }},
	{title: "EVICT/S", width: 8, rank: 8, show: func(r Row) string { return number(r.Evictions) }, by: func(r Row) float64 { return value(r.Evictions) }},
	{title: "ENTRIES", width: 8, rank: 9, show: func(r Row) string { return count(r.Entries) }, by: func(r Row) float64 {
		if r.Entries == nil {
			return math.Inf(-1)
		}
		return float64(*r.Entries)
	}},
}

// urgency puts trouble first, then what costs most; in coarse steps, for rows that
// change places all the time cannot be read.
func urgency(r Row) float64 {
	step := func(x *float64, scale float64) float64 { return math.Round(2 * math.Log2(1+scale*max(value(x), 0))) }
	return 1e6*float64(severity[r.Level]) + 1e3*step(r.Waiting, 1000) + step(r.Requests, 1)
}

// fitting returns the columns that a width has room for, in their order.
func fitting(width int) []column {
	chosen := slices.Clone(columns)
	for total(chosen) > width && len(chosen) > 1 {
		last := 0
		for i, c := range chosen {
			if c.rank >= chosen[last].rank {
				last = i
			}
		}
		chosen = slices.Delete(chosen, last, last+1)
	}
	// What is left goes to the names.
	for i := range chosen {
		if chosen[i].title == "CACHE" {
			chosen[i].width += min(max(width-total(chosen), 0), 40)
		}
	}
	return chosen
}

func total(cs []column) (width int) {
	for _, c := range cs {
		width += c.width + 1
	}
	return width
}

// arrange filters rows and sorts them by a column, the greatest first; names rise.
func arrange(rows []Row, by string, reverse bool, filter string) []Row {
	filter = strings.ToLower(filter)
	shown := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool {
		return !strings.Contains(strings.ToLower(r.Name), filter) && !strings.HasPrefix(r.Level, filter)
	})
	c := columns[slices.IndexFunc(columns, func(c column) bool { return c.title == by })]
	slices.SortStableFunc(shown, func(a, b Row) int {
		order := cmp.Compare(a.Name, b.Name)
		if c.by != nil {
			order = cmp.Or(cmp.Compare(c.by(b), c.by(a)), order)
		}
		if reverse {
			return -order
		}
		return order
	})
	return shown
}
