package registry

import "runtime"

// unwinding tells whether a deferred function runs because of a panic or a
// runtime.Goexit rather than a return; skip are the frames between it and the caller
// of unwinding. It does not recover: a panic that is recovered and raised again is
// not the same to those who print it.
//
// A deferred function is called by what defers it on return, and by the runtime
// otherwise. Looking costs some 150 ns, so it is done only where a
// callback of the user's has run.
func unwinding(skip int) bool {
	var pcs [1]uintptr
	if runtime.Callers(skip+3, pcs[:]) == 0 {
		return false
	}
	switch runtime.FuncForPC(pcs[0] - 1).Name() {
	case "runtime.gopanic", "runtime.Goexit":
		return true
	}
	return false
}
