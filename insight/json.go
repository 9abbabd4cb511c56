package insight

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// curvePoints is how many points of a curve its JSON has.
const curvePoints = 64

// MarshalJSON writes the report as one object. Times are in seconds, shares from 0 to
// 1 with 4 decimals, hashes in hexadecimal; what cannot be told is left out, and
// curve.enough is false where there are not enough samples for one.
func (r Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(reportJSON{
		Namespace: r.Namespace, Tier: r.Tier,
		Observed: seconds(r.Observed), Lookups: r.Lookups, HitRate: share(r.HitRate),
		Curve: curveOf(r), WorkingSet: windowsOf(r.WorkingSet), HotKeys: hotOf(r.HotKeys),
		SeenOnce: estimateOf(r.SeenOnce), NeverRead: estimateOf(r.NeverRead),
		AtHit: agesOf(r.Age.AtHit), AtEviction: agesOf(r.Age.AtEviction), Absence: agesOf(r.Age.Absence),
		Misses: missesOf(r.Misses), Worth: worthJSONOf(r.Worth), Dropped: r.Dropped,
	})
}

// share has 4 decimals in JSON.
type share float64

func (s share) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, math.Round(float64(s)*1e4)/1e4, 'f', -1, 64), nil
}

type seconds time.Duration

func (s seconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(s).Seconds(), 'f', -1, 64), nil
}

type reportJSON struct {
	Namespace  string        `json:"namespace"`
	Tier       string        `json:"tier,omitempty"`
	Observed   seconds       `json:"observed_seconds"`
	Lookups    uint64        `json:"lookups"`
	HitRate    share         `json:"hit_rate"`
	Curve      curveJSON     `json:"curve"`
	WorkingSet []windowJSON  `json:"working_set,omitempty"`
	HotKeys    []hotJSON     `json:"hot_keys,omitempty"`
	SeenOnce   *estimateJSON `json:"seen_once,omitempty"`
	NeverRead  *estimateJSON `json:"never_read,omitempty"`
	AtHit      *agesJSON     `json:"age_at_hit,omitempty"`
	AtEviction *agesJSON     `json:"age_at_eviction,omitempty"`
	Absence    *agesJSON     `json:"eviction_to_miss,omitempty"`
	Misses     *missesJSON   `json:"misses,omitempty"`
	Worth      *worthJSON    `json:"worth,omitempty"`
	Dropped    uint64        `json:"dropped,omitempty"`
}

type curveJSON struct {
	Enough      bool        `json:"enough"`
	Note        string      `json:"note,omitempty"`
	Samples     uint64      `json:"samples"`
	Rate        float64     `json:"sampling_rate"`
	Keys        uint64      `json:"keys"`
	PresentSize uint64      `json:"present_size,omitempty"`
	Smallest    uint64      `json:"smallest_size,omitempty"`
	Knee        uint64      `json:"knee,omitempty"`
	WithinOne   uint64      `json:"within_1_percent,omitempty"`
	Sizes       []sizeJSON  `json:"sizes,omitempty"`
	Points      []pointJSON `json:"points,omitempty"`
}

type sizeJSON struct {
	Factor  float64 `json:"factor"`
	Size    uint64  `json:"size"`
	Enough  bool    `json:"enough"`
	HitRate *share  `json:"hit_rate,omitempty"`
	Saves   seconds `json:"saves_seconds,omitzero"`
}

type pointJSON struct {
	Size    uint64 `json:"size"`
	HitRate share  `json:"hit_rate"`
}

func curveOf(r Report) curveJSON {
	c := r.Curve
	j := curveJSON{Enough: c.Enough(), Samples: c.Samples, Rate: c.Rate, Keys: c.Keys, PresentSize: r.PresentSize}
	if !j.Enough {
		j.Note = notEnough
		return j
	}
	j.Smallest = c.Smallest()
	j.Knee, _ = c.Knee()
	j.WithinOne, _ = c.Within(0.01)
	for _, s := range r.Sizes {
		size := sizeJSON{Factor: s.Factor, Size: s.Entries, Enough: s.Enough, Saves: seconds(s.Saves)}
		if s.Enough {
			rate := share(s.HitRate)
			size.HitRate = &rate
		}
		j.Sizes = append(j.Sizes, size)
	}
	for _, p := range c.Points(curvePoints) {
		j.Points = append(j.Points, pointJSON{p.Size, share(p.HitRate)})
	}
	return j
}

const notEnough = "not enough samples"

type windowJSON struct {
	Window  seconds `json:"window_seconds"`
	Covered seconds `json:"covered_seconds"`
	Keys    uint64  `json:"keys"`
}

func windowsOf(windows []WindowKeys) []windowJSON {
	var j []windowJSON
	for _, w := range windows {
		j = append(j, windowJSON{seconds(w.Window), seconds(w.Covered), w.Keys})
	}
	return j
}

type hotJSON struct {
	Hash    string `json:"hash"`
	Key     string `json:"key,omitempty"`
	Share   share  `json:"share"`
	AtLeast share  `json:"at_least"`
	AtMost  share  `json:"at_most"`
	HitRate share  `json:"hit_rate"`
}

func hotOf(keys []HotKey) []hotJSON {
	var j []hotJSON
	for _, k := range keys {
		hash := strconv.FormatUint(k.Hash, 16)
		j = append(j, hotJSON{hash, k.Name, share(k.Share), share(k.AtLeast), share(k.AtMost), share(k.HitRate)})
	}
	return j
}

type estimateJSON struct {
	Count   float64 `json:"count"`
	Share   share   `json:"share"`
	Samples uint64  `json:"samples"`
}

func estimateOf(e Estimate) *estimateJSON {
	if e.Samples == 0 {
		return nil
	}
	return &estimateJSON{math.Round(e.Count), share(e.Share), e.Samples}
}

type agesJSON struct {
	Samples uint64  `json:"samples"`
	P50     seconds `json:"p50_seconds"`
	P90     seconds `json:"p90_seconds"`
	P99     seconds `json:"p99_seconds"`
}

func agesOf(a Ages) *agesJSON {
	if a.Samples == 0 {
		return nil
	}
	return &agesJSON{a.Samples, seconds(a.P50), seconds(a.P90), seconds(a.P99)}
}

type missesJSON struct {
	Samples        uint64           `json:"samples"`
	EvictedTooSoon share            `json:"evicted_too_soon"`
	Causes         map[string]share `json:"causes"`
}

func missesOf(m MissReport) *missesJSON {
	if m.Samples == 0 {
		return nil
	}
	j := &missesJSON{Samples: m.Samples, EvictedTooSoon: share(m.EvictedTooSoon()), Causes: make(map[string]share)}
	for cause, part := range m.Share {
		j.Causes[MissCause(cause).String()] = share(part)
	}
	return j
}

type worthJSON struct {
	PerHit seconds `json:"per_hit_seconds"`
	Saved  seconds `json:"saved_seconds"`
}

func worthJSONOf(w Worth) *worthJSON {
	if w == (Worth{}) {
		return nil
	}
	return &worthJSON{seconds(w.PerHit), seconds(w.Saved)}
}
