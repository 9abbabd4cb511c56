package top

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

// spark draws the hit rate of the last n steps before a moment; a gap is "no data".
func (p *past) spark(nowMillis int64, n int) string {
	line := make([]rune, n)
	last := nowMillis/stepMillis - 1 // the step that is not over is not drawn
	for k := range line {
		stamp := last - int64(n-1-k)
		i := stamp % steps
		line[k] = ' '
		if p == nil || stamp < 0 || p.stamps[i] != stamp {
			continue
		}
		if c := p.counts[i]; c[0]+c[1] > 0 {
			rate := float64(c[0]) / float64(c[0]+c[1])
			line[k] = bars[min(int(rate*float64(len(bars))), len(bars)-1)]
		}
	}
	return string(line)
}
