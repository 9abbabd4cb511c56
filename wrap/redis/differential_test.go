package redismeter_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

// differential sends random commands through the hook, and before each read asks the
// server on another connection, by EXISTS and HEXISTS, what the answer will be.
type differential struct {
	t       *testing.T
	random  *rand.Rand
	client  *redis.Client
	oracle  *redis.Client
	tracker *metrics.Tracker

	want map[string]metrics.Stats
	sent int
}

// kinds of keys, each a namespace of its own.
var kinds = []string{"string", "hash", "list", "set", "zset"}

const keysOfAKind = 40

func (d *differential) key(kind string) string {
	return fmt.Sprintf("%s:%d", kind, d.random.IntN(keysOfAKind))
}

func (d *differential) anyKey() (kind, key string) {
	kind = kinds[d.random.IntN(len(kinds))]
	return kind, d.key(kind)
}

func (d *differential) field() string { return fmt.Sprintf("f%d", d.random.IntN(5)) }

// exists asks the oracle about one key or, with a field, one field.
func (d *differential) exists(key string, field ...string) bool {
	var there bool
	var err error
	if len(field) > 0 {
		there, err = d.oracle.HExists(ctx, key, field[0]).Result()
	} else {
		var n int64
		n, err = d.oracle.Exists(ctx, key).Result()
		there = n == 1
	}
	require.NoError(d.t, err)
	return there
}

func (d *differential) expect(kind string, change func(s *metrics.Stats)) {
	s := d.want[kind]
	change(&s)
	d.want[kind] = s
}

// read expects one lookup of a key that the command can read, or an error where the
// key is there but of another kind.
func (d *differential) read(kind string, there, readable bool) {
	d.expect(kind, func(s *metrics.Stats) {
		switch {
		case !there:
			s.Misses++
		case readable:
			s.Hits++
		default:
			s.Errors++
		}
	})
}

func (d *differential) sets(kind string, n int) {
	d.expect(kind, func(s *metrics.Stats) { s.Sets += uint64(n) })
}

func (d *differential) deletes(kind string, n int) {
	d.expect(kind, func(s *metrics.Stats) { s.Deletes += uint64(n) })
}

// lookup queues one random read on c, having asked the oracle.
func (d *differential) lookup(c redis.Cmdable) {
	switch d.random.IntN(9) {
	case 0, 1: // also of wrong types
		kind, key := d.anyKey()
		d.read(kind, d.exists(key), kind == "string")
		c.Get(ctx, key)
	case 2: // a wrong type is nil, keys are of several namespaces
		n := 1 + d.random.IntN(4)
		keys := make([]string, n)
		for i := range keys {
			var kind string
			kind, keys[i] = d.anyKey()
			d.read(kind, kind == "string" && d.exists(keys[i]), true)
		}
		c.MGet(ctx, keys...)
	case 3:
		key, field := d.key("hash"), d.field()
		d.read("hash", d.exists(key, field), true)
		c.HGet(ctx, key, field)
	case 4:
		key := d.key("hash")
		fields := []string{d.field(), d.field()}
		for _, field := range fields {
			d.read("hash", d.exists(key, field), true)
		}
		c.HMGet(ctx, key, fields...)
	case 5: // also of wrong types
		kind, key := d.anyKey()
		d.read(kind, d.exists(key), kind == "hash")
		c.HGetAll(ctx, key)
	case 6:
		key := d.key("list")
		d.read("list", d.exists(key), true)
		c.LRange(ctx, key, 0, -1)
	case 7:
		key := d.key("set")
		d.read("set", d.exists(key), true)
		c.SMembers(ctx, key)
	case 8:
		key := d.key("zset")
		d.read("zset", d.exists(key), true)
		c.ZRange(ctx, key, 0, -1)
	}
	d.sent++
}

// change sends one random command that writes.
func (d *differential) change() {
	c := d.client
	d.sent++
	switch d.random.IntN(14) {
	case 0, 1:
		d.sets("string", 1)
		c.Set(ctx, d.key("string"), "v", 0)
	case 2:
		key := d.key("string")
		if !d.exists(key) {
			d.sets("string", 1)
		}
		c.SetNX(ctx, key, "v", 0)
	case 3: // a lookup and a set
		key := d.key("string")
		d.read("string", d.exists(key), true)
		d.sets("string", 1)
		c.SetArgs(ctx, key, "w", redis.SetArgs{Get: true})
	case 4: // a lookup and a delete
		key := d.key("string")
		there := d.exists(key)
		d.read("string", there, true)
		if there {
			d.deletes("string", 1)
		}
		c.GetDel(ctx, key)
	case 5:
		d.sets("string", 2)
		c.MSet(ctx, d.key("string"), "v", d.key("string"), "w")
	case 6, 7:
		d.sets("hash", 2)
		c.HSet(ctx, d.key("hash"), d.field(), 1, d.field(), 2)
	case 8:
		key, field := d.key("hash"), d.field()
		if d.exists(key, field) {
			d.deletes("hash", 1)
		}
		c.HDel(ctx, key, field)
	case 9: // not counted by default
		c.RPush(ctx, d.key("list"), "v")
	case 10:
		d.sets("set", 1)
		c.SAdd(ctx, d.key("set"), "v")
	case 11:
		d.sets("zset", 1)
		c.ZAdd(ctx, d.key("zset"), redis.Z{Member: "v"})
	case 12:
		kind, key := d.anyKey()
		if d.exists(key) {
			d.deletes(kind, 1)
		}
		c.Del(ctx, key)
	case 13:
		kind, key := d.anyKey()
		if d.exists(key) {
			d.deletes(kind, 1)
		}
		c.Expire(ctx, key, -1)
	}
}

func (d *differential) step() {
	switch n := d.random.IntN(100); {
	case n < 55:
		d.lookup(d.client)
	case n < 90:
		d.change()
	default:
		run := d.client.Pipelined
		if n >= 95 {
			run = d.client.TxPipelined
		}
		_, _ = run(ctx, func(p redis.Pipeliner) error {
			for range 1 + d.random.IntN(8) {
				d.lookup(p)
			}
			return nil
		})
	}
	for _, kind := range kinds {
		got, want := d.tracker.Stats(kind), d.want[kind]
		same := got.Hits == want.Hits && got.Misses == want.Misses && got.Errors == want.Errors && got.Sets == want.Sets && got.Deletes == want.Deletes
		if !same {
			require.FailNow(d.t, "counts differ", "after %d commands, %s: got %+v, want %+v", d.sent, kind, got, want)
		}
	}
}

func TestDifferential(t *testing.T) {
	commands := 200_000
	if testing.Short() {
		commands = 5_000
	}
	server := redistest.Start(t)
	d := &differential{
		t: t, random: rand.New(rand.NewPCG(2026, 11)),
		client:  redis.NewClient(&redis.Options{Addr: server.Addr}),
		oracle:  redis.NewClient(&redis.Options{Addr: server.Addr}),
		tracker: metrics.NewTracker(),
		want:    map[string]metrics.Stats{},
	}
	t.Cleanup(func() { _, _ = d.client.Close(), d.oracle.Close() })
	require.NoError(t, redismeter.Instrument(d.client, d.tracker))
	for d.sent < commands {
		d.step()
	}
	total := metrics.Stats{}
	for _, kind := range kinds {
		s := d.tracker.Stats(kind)
		require.Positive(t, s.Hits, kind)
		require.Positive(t, s.Misses, kind)
		total = total.Add(s)
	}
	t.Logf("%d commands: %d hits, %d misses, %d errors, %d sets, %d deletes, all as the server said before", d.sent, total.Hits, total.Misses, total.Errors, total.Sets, total.Deletes)
}
