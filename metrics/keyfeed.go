package metrics

import (
	"fmt"
	"hash/maphash"
	"math/bits"
	"reflect"
	"strconv"
	"time"
	"unsafe"
)

var keySeed = maphash.MakeSeed()

// KeyFeed is a wrapper's side of [Observer]: it hashes what happens to the keys of one
// cache and hands it over to who listens. Ask Active first, which the compiler puts
// into the caller's code, and is all that a cache pays that nobody listens to:
//
//	if c.feed.Active() {
//		c.feed.Lookup(key, metrics.Hit)
//	}
//
// It is a small value to keep beside the [Namespace]; its methods are safe for
// concurrent use, allocate nothing and never panic, whatever K is. The zero value
// feeds nobody.
type KeyFeed[K comparable] struct {
	namespace *Namespace
	kind      keyKind
}

// keyKind says how keys of a type are hashed.
type keyKind uint8

const (
	plainKey   keyKind = iota
	integerKey         // of 64 bits: in half the time, without maphash's detour through the type
	stringKey          // the same
	guardedKey         // hashing can panic: some part of the key is an interface
)

func keyKindOf(t reflect.Type) keyKind {
	switch t.Kind() {
	case reflect.String:
		return stringKey
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64:
		if t.Size() == 8 {
			return integerKey
		}
	}
	if holdsInterface(t) {
		return guardedKey
	}
	return plainKey
}

// NewKeyFeed returns the feed of a cache whose lookups namespace counts. A nil
// namespace is valid.
func NewKeyFeed[K comparable](namespace *Namespace) KeyFeed[K] {
	return KeyFeed[K]{namespace: namespace, kind: keyKindOf(reflect.TypeFor[K]())}
}

// Active tells whether somebody listens: one atomic load.
func (f *KeyFeed[K]) Active() bool {
	return f.namespace != nil && f.namespace.listening.Load() != nil
}

// Lookup tells of one lookup and its outcome. It is counted apart, and before.
func (f *KeyFeed[K]) Lookup(key K, outcome Outcome) {
	o := f.namespace.Observer()
	if o == nil {
		return
	}
	hash, ok := f.hash(key)
	if !ok {
		return
	}
	if o.ObserveLookup(hash, outcome, f.namespace.counters.draw()) {
		o.ObserveName(hash, textOf(key))
	}
}

// Set tells of a value written; a ttl of 0 is none, or the cache's own.
func (f *KeyFeed[K]) Set(key K, ttl time.Duration) {
	if o := f.namespace.Observer(); o != nil {
		if h, ok := f.hash(key); ok {
			o.ObserveSet(h, ttl)
		}
	}
}

// TTL tells that an entry that is there lives this long from now on, for ever with 0.
func (f *KeyFeed[K]) TTL(key K, ttl time.Duration) {
	if o := f.namespace.Observer(); o != nil {
		if h, ok := f.hash(key); ok {
			o.ObserveTTL(h, ttl)
		}
	}
}

// Delete tells of an entry deleted on request.
func (f *KeyFeed[K]) Delete(key K) { f.gone(key, Observer.ObserveDelete) }

// Eviction tells of an entry that the cache's policy removed to make room.
func (f *KeyFeed[K]) Eviction(key K) { f.gone(key, Observer.ObserveEviction) }

// Expiration tells of an entry that was removed because its time was over.
func (f *KeyFeed[K]) Expiration(key K) { f.gone(key, Observer.ObserveExpiration) }

func (f *KeyFeed[K]) gone(key K, how func(Observer, uint64)) {
	if o := f.namespace.Observer(); o != nil {
		if h, ok := f.hash(key); ok {
			how(o, h)
		}
	}
}

func (f *KeyFeed[K]) hash(key K) (h uint64, ok bool) {
	// The kind of K is known since the feed was made: a type switch, which asks for it
	// again, takes a nanosecond of the ten that a whole lookup does.
	switch f.kind {
	case stringKey:
		return maphash.String(keySeed, *(*string)(unsafe.Pointer(&key))), true
	case integerKey:
		return scramble(*(*uint64)(unsafe.Pointer(&key))), true
	case guardedKey:
		return guardedHash(key)
	}
	return maphash.Comparable(keySeed, key), true
}

// secrets are drawn with the seed.
var secrets = [2]uint64{maphash.Comparable(keySeed, 1), maphash.Comparable(keySeed, 2) | 1}

// scramble hashes an integer under the secrets as wyhash does, which is what maphash
// does too where the processor has no better.
func scramble(k uint64) uint64 {
	hi, lo := bits.Mul64(k^secrets[0], secrets[1])
	hi, lo = bits.Mul64(hi^lo^secrets[0], 0x9e3779b97f4a7c15)
	return hi ^ lo
}

// guardedHash answers false for a key that cannot be hashed, such as a slice in an
// interface: a cache that is no map may well hold it.
func guardedHash[K comparable](key K) (h uint64, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return maphash.Comparable(keySeed, key), true
}

// textOf is a key as text: strings and integers as they are, everything else as fmt
// prints it.
func textOf[K comparable](key K) string {
	switch v := reflect.ValueOf(key); v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	}
	return fmt.Sprintf("%v", key)
}

func holdsInterface(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array:
		return holdsInterface(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsInterface(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
