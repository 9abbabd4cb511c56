package registry

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type heard struct{ events []string }

func (h *heard) Made(client any) { h.events = append(h.events, "made "+client.(string)) }

func (h *heard) Hooked(owner, hook any) any {
	h.events = append(h.events, "hooked "+owner.(string))
	return "instead of " + hook.(string)
}

func (h *heard) Adopts(client, _ any) bool { return client == "adopted" }

// What happens before a listener is there reaches it in order.
func TestListenerHearsWhatWasBeforeIt(t *testing.T) {
	defer func() { clients.listener, clients.pending = nil, nil }()
	ClientMade("first")
	require.Equal(t, "hook", HookAdded("first", "hook"))
	require.False(t, Adopts("adopted", "hook"))

	var h, second heard
	Listen(&h)
	Listen(&second)
	ClientMade("late")
	require.Equal(t, "instead of hook", HookAdded("late", "hook"))
	require.True(t, Adopts("adopted", "hook"))
	require.Equal(t, []string{"made first", "hooked first", "made late", "hooked late"}, h.events)
	require.Empty(t, second.events)
}

func TestOffIsSilent(t *testing.T) {
	defer func() { clients.listener, clients.pending, Asked = nil, nil, Environment{} }()
	Asked.Off = true
	var h heard
	Listen(&h)
	ClientMade("any")
	require.Equal(t, "hook", HookAdded("any", "hook"))
	require.Empty(t, h.events)
	var cache struct{}
	require.Nil(t, New(LRU, &cache, (*string)(nil), 1, false))
}

func TestConstructors(t *testing.T) {
	for function, want := range map[string]bool{
		".NewClient": true, ".NewUniversalClient": true, ".NewFailoverClusterClient": true, ".NewRing": true,
		".NewClient.func1": true, ".newClusterNode": false, ".newRingShard": false, ".(*Client).Conn": false,
	} {
		require.Equal(t, want, isConstructor(function), function)
	}
}
