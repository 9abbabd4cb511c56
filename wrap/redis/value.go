package redismeter

import "github.com/redis/go-redis/v9"

// What a command's typed value holds. go-redis makes an empty slice or map of every
// empty reply, so that a nil one was never read. Types newer than the oldest go-redis
// this package works with are told by their methods.

func elementsOf(cmd redis.Cmder) ([]any, bool) {
	switch c := cmd.(type) {
	case *redis.SliceCmd:
		return c.Val(), true
	case *redis.Cmd:
		elements, ok := c.Val().([]any)
		return elements, ok || c.Val() == nil
	case interface{ Val() []any }:
		return c.Val(), true
	}
	return nil, false
}

// sizeOf returns how many elements a collection has, -1 for one that was never read.
// A single element is a collection of one.
func sizeOf(cmd redis.Cmder) (size int, ok bool) {
	switch c := cmd.(type) {
	case *redis.MapStringStringCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.StringSliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.StringStructMapCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.SliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.ZSliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.KeyValueSliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.StringCmd:
		return 1, true
	case *redis.Cmd:
		switch v := c.Val().(type) {
		case []any:
			return len(v), true
		case map[any]any:
			return len(v), true
		case nil:
			return -1, true
		case string:
			return 1, true
		}
	}
	return 0, false
}

func length(n int, never bool) int {
	if never {
		return -1
	}
	return n
}

// integerOf returns a reply that is a number, or a truth value as 0 or 1.
func integerOf(cmd redis.Cmder) (int64, bool) {
	switch c := cmd.(type) {
	case *redis.IntCmd:
		return c.Val(), true
	case *redis.BoolCmd:
		return truth(c.Val()), true
	case *redis.DurationCmd:
		return int64(c.Val()), true // -1 and -2 are not scaled
	case *redis.Cmd:
		return integerIn(c.Val())
	}
	return 0, false
}

func integerIn(value any) (int64, bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case bool:
		return truth(v), true
	}
	return 0, false
}

func textOf(cmd redis.Cmder) (string, bool) {
	switch c := cmd.(type) {
	case *redis.Cmd:
		text, ok := c.Val().(string)
		return text, ok || c.Val() == nil
	case interface{ Val() string }:
		return c.Val(), true
	}
	return "", false
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// isBlank tells whether a command still has the value it was made with.
func isBlank(cmd redis.Cmder) bool {
	if text, ok := textOf(cmd); ok {
		return text == "" && !isOtherValue(cmd)
	}
	if n, ok := integerOf(cmd); ok {
		return n == 0
	}
	if elements, ok := elementsOf(cmd); ok {
		return elements == nil
	}
	if size, ok := sizeOf(cmd); ok {
		return size < 0
	}
	if raw, ok := rawOf(cmd); ok {
		return len(raw) == 0
	}
	return false
}

func isOtherValue(cmd redis.Cmder) bool {
	c, ok := cmd.(*redis.Cmd)
	return ok && c.Val() != nil
}

// payload returns how many bytes of data the reply holds, without what frames them.
func payload(cmd redis.Cmder) int {
	n := 0
	switch c := cmd.(type) {
	case *redis.StringCmd:
		return len(c.Val())
	case *redis.MapStringStringCmd:
		for field, value := range c.Val() {
			n += len(field) + len(value)
		}
	case *redis.StringSliceCmd:
		for _, value := range c.Val() {
			n += len(value)
		}
	case *redis.StringStructMapCmd:
		for member := range c.Val() {
			n += len(member)
		}
	case *redis.ZSliceCmd:
		for _, z := range c.Val() {
			n += bytesIn(z.Member)
		}
	case *redis.KeyValueSliceCmd:
		for _, pair := range c.Val() {
			n += len(pair.Key) + len(pair.Value)
		}
	case *redis.Cmd:
		return bytesIn(c.Val())
	case interface{ Val() []any }:
		return bytesIn(c.Val())
	case interface{ Val() string }:
		return len(c.Val())
	case interface{ Val() int }: // GetToBuffer: the bytes that were read
		return c.Val()
	case interface{ Val() []byte }:
		return rawPayload(c.Val())
	}
	return n
}

func bytesIn(value any) int {
	n := 0
	switch v := value.(type) {
	case string:
		return len(v)
	case []any:
		for _, e := range v {
			n += bytesIn(e)
		}
	case map[any]any:
		for k, e := range v {
			n += bytesIn(k) + bytesIn(e)
		}
	}
	return n
}
