package canary

// What only some versions can do registers itself here: it is run after the rest, and
// its figures are wanted as well.
var (
	optional []func()
	wanted   = map[string]string{}
)
