package generic

// As finds the first layer of cache that is a T: cache itself, or what its Unwrap
// method returns, and so on inwards. T is a concrete type or an interface:
//
//	lru, ok := generic.As[*lru.Cache[string, User]](cache)
//	batch, ok := generic.As[generic.BatchGetter[string, User]](cache)
//
// Unwrap returns any, or []any where a cache is made of several, which are tried in
// turn. Before going inwards, a layer with a method As(target any) bool may fill in
// *target, a T. So [Metered] hands out [BatchGetter], [BatchSetter], [Clearer] and
// [io.Closer] of its inner cache with their calls counted. Any other T, an interface
// that combines some of these too, is the inner layer itself, uncounted.
//
// [io.Closer]: https://pkg.go.dev/io#Closer
func As[T any](cache any) (T, bool) {
	var found T
	ok := find(cache, &found)
	return found, ok
}

func find[T any](layer any, found *T) bool {
	for layer != nil {
		if t, ok := layer.(T); ok {
			*found = t
			return true
		}
		if l, ok := layer.(interface{ As(target any) bool }); ok && l.As(found) {
			return true
		}
		switch l := layer.(type) {
		case interface{ Unwrap() any }:
			layer = l.Unwrap()
		case interface{ Unwrap() []any }:
			for _, part := range l.Unwrap() {
				if find(part, found) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}
