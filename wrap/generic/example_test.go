package generic_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// shelf is somebody's own cache.
type shelf struct{ m sync.Map }

func (s *shelf) Get(_ context.Context, key string) (int, bool, error) {
	v, ok := s.m.Load(key)
	if !ok {
		return 0, false, nil
	}
	return v.(int), true, nil
}

func (s *shelf) Set(_ context.Context, key string, value int, _ time.Duration) error {
	s.m.Store(key, value)
	return nil
}

func (s *shelf) Delete(_ context.Context, key string) error {
	s.m.Delete(key)
	return nil
}

func ExampleWrap() {
	ctx := context.Background()
	tracker := metrics.NewTracker()
	ages := generic.Wrap(&shelf{}, tracker.Namespace("age"))

	ages.Get(ctx, "ann")
	ages.Set(ctx, "ann", 41, 0)
	age, ok, err := ages.Get(ctx, "ann")

	fmt.Println(age, ok, err)
	fmt.Printf("%s\n", tracker.Stats("age").AppendJSON(nil))
	// Output:
	// 41 true <nil>
	// {"hits":1,"misses":1,"errors":0,"total_requests":2,"hit_rate":0.5000,"sets":1,"deletes":0,"write_errors":0}
}

func ExampleAs() {
	var cache generic.Cache[string, int] = generic.Wrap(&shelf{}, nil)

	inner, ok := generic.As[*shelf](cache)
	fmt.Printf("%T %v\n", inner, ok)
	// Output: *generic_test.shelf true
}

func ExampleLookup() {
	tracker := metrics.NewTracker()
	capitals := map[string]string{"fr": "Paris"}

	get := generic.Lookup(tracker.Namespace("capital"), func(country string) (string, bool) {
		city, ok := capitals[country]
		return city, ok
	})
	fmt.Println(get("fr"))
	fmt.Println(get("atlantis"))
	fmt.Println(tracker.Stats("capital").HitRate())
	// Output:
	// Paris true
	//  false
	// 0.5
}

func ExampleLookupErr() {
	tracker := metrics.NewTracker()
	errNotFound := errors.New("not found")
	fetch := func(_ context.Context, key string) ([]byte, error) {
		switch key {
		case "known":
			return []byte("value"), nil
		case "unknown":
			return nil, errNotFound
		}
		return nil, errors.New("connection refused")
	}

	get := generic.LookupErr(tracker.Namespace("page"), fetch, func(err error) bool {
		return errors.Is(err, errNotFound)
	})
	for _, key := range []string{"known", "unknown", "other"} {
		_, err := get(context.Background(), key)
		fmt.Println(err)
	}
	s := tracker.Stats("page")
	fmt.Println(s.Hits, s.Misses, s.Errors)
	// Output:
	// <nil>
	// not found
	// connection refused
	// 1 1 1
}

func ExampleLookupContext() {
	tracker := metrics.NewTracker()
	get := generic.LookupContext(tracker.Namespace("answer"), func(_ context.Context, key int) (string, bool) {
		return "yes", key == 42
	})
	fmt.Println(get(context.Background(), 42))
	get(context.Background(), 43)
	fmt.Println(tracker.Stats("answer").HitRate())
	// Output:
	// yes true
	// 0.5
}

func ExampleLookupErrNoContext() {
	tracker := metrics.NewTracker()
	read := generic.LookupErrNoContext(tracker.Namespace("file"), os.ReadFile, os.IsNotExist)
	_, err := read("/no such file")
	fmt.Println(os.IsNotExist(err), tracker.Stats("file").Misses)
	// Output: true 1
}
