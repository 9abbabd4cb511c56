//go:build !race && !386

package figures_test

// rounds is how often a reading is compared: enough to see what one reading gets wrong.
const rounds = 1_000_000
