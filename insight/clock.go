package insight

import "time"

// clock tells the time in milliseconds since somebody began to listen, in 32 bits, so
// that a sampled key can have several. Before they run out, after 24 days, everything
// kept is set back by half of them: what is older is taken to be that old.
type clock struct {
	began time.Time
	back  int64 // ms by which it was set back
}

const (
	setBackAt = 1 << 31
	setBackBy = 1 << 30
)

// now returns the time, and by how much to set back first what is kept.
func (c *clock) now() (ms, setBack uint32) {
	now := time.Since(c.began).Milliseconds() - c.back
	for now >= setBackAt {
		now -= setBackBy
		c.back += setBackBy
		setBack += setBackBy
	}
	return uint32(now), setBack
}

func earlier(at *uint32, by uint32) { *at -= min(*at, by) }

func (s *sample) setBack(by uint32) {
	for i := range s.entries {
		e := &s.entries[i]
		earlier(&e.touched, by)
		earlier(&e.written, by)
		earlier(&e.left, by)
	}
	for i := range s.loads {
		l := &s.loads[i]
		earlier(&l.due, by)
		for j := range l.at {
			earlier(&l.at[j], by)
		}
	}
}

func (w *workingSet) setBack(by uint32) {
	for i := range w.levels {
		l := &w.levels[i]
		earlier(&l.began, by)
		for _, s := range l.sealed {
			earlier(&s.began, by)
		}
	}
}
