package generic

// As finds the first layer of cache that is a T: cache itself, or what its Unwrap
// method returns, and so on inwards. T is a concrete type or an interface:
//
//	lru, ok := generic.As[*lru.Cache[string, User]](cache)
//
// A layer may answer for what is inside it with a method As(target any) bool, where
// target is a *T to be filled in; so [Metered] hands out the optional interfaces of
// its inner cache with their calls counted.
func As[T any](cache any) (T, bool) {
	var found T
	for cache != nil {
		if t, ok := cache.(T); ok {
			return t, true
		}
		if layer, ok := cache.(interface{ As(target any) bool }); ok && layer.As(&found) {
			return found, true
		}
		layer, ok := cache.(interface{ Unwrap() any })
		if !ok {
			break
		}
		cache = layer.Unwrap()
	}
	return found, false
}
