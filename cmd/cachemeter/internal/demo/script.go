package demo

import (
	"math/rand/v2"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/workload"
)

// The shares of the steps that are no reads, and of those during which a connection
// drops.
const (
	shareChanges = 0.04
	shareCuts    = 0.002
)

type stepKind int

const (
	stepRead    stepKind = iota
	stepChange           // a value changes at the origin, the caches are told
	stepForeign          // another program writes what our reads cannot read
)

// step is one operation of the workload.
type step struct {
	kind   stepKind
	stack  *stack
	ranks  []int // of the keys, by popularity
	cut    bool  // drop a connection
	random *rand.Rand
}

// script decides what one worker does: always the same for the same seed.
type script struct {
	random  *rand.Rand
	stacks  []*stack
	zipfs   []*workload.Zipf
	weights int
}

func newScript(stacks []*stack, seed, worker uint64) *script {
	s := &script{random: rand.New(rand.NewPCG(seed, worker)), stacks: stacks}
	for _, stack := range stacks {
		s.zipfs = append(s.zipfs, workload.NewZipf(s.random, stack.keys, stack.skew))
		s.weights += stack.weight
	}
	return s
}

func (s *script) next() step {
	at := s.pick()
	step := step{stack: s.stacks[at], random: s.random, cut: s.random.Float64() < shareCuts}
	count := 1
	switch u := s.random.Float64(); {
	case u < shareChanges:
		step.kind = stepChange
	case u < shareChanges+step.stack.foreign:
		step.kind = stepForeign
	default:
		count = step.stack.batch
	}
	for range count {
		step.ranks = append(step.ranks, s.zipfs[at].Next())
	}
	return step
}

// pick returns the place of a stack, with a probability by its weight.
func (s *script) pick() int {
	n := s.random.IntN(s.weights)
	for i, stack := range s.stacks {
		if n -= stack.weight; n < 0 {
			return i
		}
	}
	return len(s.stacks) - 1
}
