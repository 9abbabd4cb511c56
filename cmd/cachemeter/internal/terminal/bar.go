package terminal

import (
	"fmt"
	"strings"
)

// Bar draws how much of a whole is done, in the given number of columns, as in
// "[=====>    ]  53 %". An unknown whole, 0 or less, draws nothing.
func Bar(done, whole int64, columns int) string {
	if whole <= 0 {
		return ""
	}
	share := min(max(float64(done)/float64(whole), 0), 1)
	inner := max(columns-len("[] 100 %"), 1)
	filled := int(share * float64(inner))
	bar := strings.Repeat("=", filled)
	if filled < inner {
		bar += ">" + strings.Repeat(" ", inner-filled-1)
	}
	return fmt.Sprintf("[%s] %3.0f %%", bar, 100*share)
}
