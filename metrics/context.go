package metrics

import "context"

type namespaceKey struct{}

// ContextWithNamespace returns a context whose cache calls are counted under name,
// whatever the wrapper would have chosen from the key. Wrappers that are bound to
// one namespace for life, such as an in-process LRU, do not look at it.
func ContextWithNamespace(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, namespaceKey{}, name)
}

// NamespaceFromContext returns the name that [ContextWithNamespace] put there, and
// whether there was one.
func NamespaceFromContext(ctx context.Context) (name string, ok bool) {
	if ctx == nil {
		return "", false
	}
	name, ok = ctx.Value(namespaceKey{}).(string)
	return name, ok
}
