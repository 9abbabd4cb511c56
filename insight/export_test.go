package insight

// Trace reads one of the public traces for the tests outside the package.
var Trace = trace
