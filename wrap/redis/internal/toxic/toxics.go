package toxic

import (
	"math/rand/v2"
	"time"
)

// None lets everything through.
func None(_ *rand.Rand, reply []byte) ([]byte, time.Duration, End) { return reply, 0, Open }

// Latency holds replies up, some longer than a client waits.
func Latency(random *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	return reply, time.Duration(random.Int64N(int64(4 * slow))), Open
}

// Cut ends the connection in the middle of a reply.
func Cut(random *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	return reply[:random.IntN(len(reply)+1)], 0, Close
}

// ResetMidway resets it there.
func ResetMidway(random *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	return reply[:random.IntN(len(reply)+1)], 0, Reset
}

// HalfDead sends a part of the reply, and then nothing, on a connection that stays.
func HalfDead(random *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	return reply[:random.IntN(len(reply))], 0, HalfOpen
}

// Lingering answers in full and closes a little later.
func Lingering(_ *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	return reply, 0, SlowClose
}

// Garbage replaces some bytes by others.
func Garbage(random *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	for range 1 + random.IntN(3) {
		reply[random.IntN(len(reply))] = byte(random.Uint32())
	}
	return reply, 0, Open
}

// Noise replaces the whole reply.
func Noise(random *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	for i := range reply {
		reply[i] = byte(random.Uint32())
	}
	return reply, 0, Close
}

// Truncated drops the end of a reply, and goes on as if nothing had happened.
func Truncated(random *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	return reply[:random.IntN(len(reply))], 0, Open
}

// Oversized promises far more than comes, or a number that is no length.
func Oversized(random *rand.Rand, _ []byte) ([]byte, time.Duration, End) {
	lies := []string{
		"$1048576\r\nshort", "*1000000\r\n$1\r\na\r\n", "$-7\r\n", "*-3\r\n", "$99999999999999999999\r\n",
		"%5\r\n+a\r\n", "*2\r\n$1\r\na\r\n", ":\r\n", "$3\r\nabcdef\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n",
	}
	return []byte(lies[random.IntN(len(lies))]), 0, Close
}

// Duplicated says everything twice: the second answer belongs to no question.
func Duplicated(_ *rand.Rand, reply []byte) ([]byte, time.Duration, End) {
	return append(append(make([]byte, 0, 2*len(reply)), reply...), reply...), 0, Open
}

// All are the toxics by name.
var All = map[string]Toxic{
	"none": None, "latency": Latency, "cut in mid-reply": Cut, "reset in mid-reply": ResetMidway, "half open": HalfDead,
	"slow close": Lingering, "garbage": Garbage, "noise": Noise, "truncated": Truncated, "oversized": Oversized,
	"duplicated": Duplicated,
}
