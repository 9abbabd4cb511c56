package top

import "strings"

// The past of a namespace, in steps of five seconds.
const (
	stepMillis = 5000
	steps      = 60
)

type past struct {
	stamps [steps]int64
	counts [steps][2]uint64 // hits, misses
}

func (p *past) add(atMillis int64, seconds float64, hits, misses uint64) {
	if seconds > 2*stepMillis/1000 {
		return // an average over minutes is no point of a line
	}
	stamp := atMillis / stepMillis
	i := stamp % steps
	if p.stamps[i] > stamp {
		return
	}
	if p.stamps[i] < stamp {
		p.stamps[i], p.counts[i] = stamp, [2]uint64{}
	}
	p.counts[i][0] += hits
	p.counts[i][1] += misses
}

var bars = []rune("▁▂▃▄▅▆▇█")

// spark draws the hit rate of the whole past before a moment in n characters, a divisor
// of steps; a gap is "no data".
func (p *past) spark(nowMillis int64, n int) string {
	line := []rune(strings.Repeat(" ", n))
	if p == nil {
		return string(line)
	}
	sums := make([][2]uint64, n)
	first := nowMillis/stepMillis - steps // the step that is not over is not drawn
	for k := range int64(steps) {
		stamp := first + k
		if i := stamp % steps; stamp >= 0 && p.stamps[i] == stamp {
			sum := &sums[int(k)*n/steps]
			sum[0] += p.counts[i][0]
			sum[1] += p.counts[i][1]
		}
	}
	for k, c := range sums {
		if c[0]+c[1] > 0 {
			rate := float64(c[0]) / float64(c[0]+c[1])
			line[k] = bars[min(int(rate*float64(len(bars))), len(bars)-1)]
		}
	}
	return string(line)
}
