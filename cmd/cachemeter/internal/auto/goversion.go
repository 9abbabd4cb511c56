package auto

import goversion "go/version"

// minGo is the oldest toolchain that the weaver, and what it weaves in, are built for.
const minGo = "go1.26.0"

func older(version, than string) bool {
	return goversion.IsValid(version) && goversion.Compare(version, than) < 0
}
