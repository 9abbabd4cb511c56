// Package chart plots hit rates over cache sizes, as text and as PNG. Sizes are on a
// logarithmic axis, hit rates from 0 to 100 %.
package chart

import (
	"fmt"
	"math"
	"strings"
)

// Series is one curve.
type Series struct {
	Name string
	Rate func(size float64) (rate float64, ok bool)
}

// Axis is the range of sizes that is shown.
type Axis struct{ From, To float64 }

// at returns the size at a part of the axis, from 0 to 1.
func (a Axis) at(part float64) float64 { return a.From * math.Pow(a.To/a.From, part) }

// part is the inverse of at.
func (a Axis) part(size float64) float64 { return math.Log(size/a.From) / math.Log(a.To/a.From) }

// ticks are the round sizes of the axis: 1, 2 and 5 times the powers of ten, or where
// these get too many the powers alone.
func (a Axis) ticks() (sizes []float64) {
	steps := []float64{1, 2, 5}
	if a.To/a.From > 2000 {
		steps = steps[:1]
	}
	for power := math.Pow(10, math.Floor(math.Log10(a.From))); power <= a.To; power *= 10 {
		for _, step := range steps {
			if size := power * step; size >= a.From && size <= a.To {
				sizes = append(sizes, size)
			}
		}
	}
	return sizes
}

func label(size float64) string {
	switch {
	case size >= 1e6:
		return fmt.Sprintf("%gM", size/1e6)
	case size >= 1e3:
		return fmt.Sprintf("%gk", size/1e3)
	}
	return fmt.Sprintf("%g", size)
}

// marks are what the curves are drawn with, the first over the later ones.
const marks = "*o+x"

const margin = 7 // of "100 % |"

// Text plots the curves in columns by rows of characters, and a line for each name.
func Text(axis Axis, columns, rows int, curves ...Series) string {
	width, height := max(columns-margin, 20), max(rows, 5)
	grid := make([][]byte, height)
	for y := range grid {
		grid[y] = []byte(strings.Repeat(" ", width))
	}
	for i := len(curves) - 1; i >= 0; i-- {
		for x := range width {
			if rate, ok := curves[i].Rate(axis.at(float64(x) / float64(width-1))); ok {
				grid[height-1-int(math.Round(rate*float64(height-1)))][x] = marks[i%len(marks)]
			}
		}
	}
	var b strings.Builder
	for y, row := range grid {
		percent := ""
		if part := float64(height-1-y) / float64(height-1); y%4 == 0 || y == height-1 {
			percent = fmt.Sprintf("%3.0f %%", 100*part)
		}
		fmt.Fprintf(&b, "%5s |%s\n", percent, strings.TrimRight(string(row), " "))
	}
	fmt.Fprintf(&b, "%5s +%s\n", "", strings.Repeat("-", width))
	b.WriteString(tickLine(axis, width))
	for i, c := range curves {
		fmt.Fprintf(&b, "%*s%c %s\n", margin, "", marks[i%len(marks)], c.Name)
	}
	return b.String()
}

func tickLine(axis Axis, width int) string {
	line := []byte(strings.Repeat(" ", margin+width))
	free := 0
	for _, size := range axis.ticks() {
		text := label(size)
		at := min(margin+int(math.Round(axis.part(size)*float64(width-1))), len(line)-len(text))
		if at < free {
			continue
		}
		copy(line[at:], text)
		free = at + len(text) + 1
	}
	return strings.TrimRight(string(line), " ") + "  entries\n"
}
