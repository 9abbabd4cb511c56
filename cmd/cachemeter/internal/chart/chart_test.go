package chart_test

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/chart"
)

var (
	axis   = chart.Axis{From: 1, To: 10_000}
	rising = chart.Series{Name: "rising", Rate: func(size float64) (float64, bool) { return math.Log10(size) / 4, true }}
	flat   = chart.Series{Name: "flat, from 100 on", Rate: func(size float64) (float64, bool) { return 0.5, size >= 100 }}
)

func TestText(t *testing.T) {
	require.Equal(t, `100 % |                                     ***
      |                                *****
      |                           *****
      |                      *****
 50 % |                  ****oooooooooooooooooo
      |             *****
      |        *****
      |   *****
  0 % |***
      +----------------------------------------
       1         10        100      1k      10k  entries
       * rising
       o flat, from 100 on
`, chart.Text(axis, 47, 9, rising, flat))
}

func TestPNG(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, chart.PNG(&b, "Title", axis, rising, flat))
	img, err := png.Decode(&b)
	require.NoError(t, err)
	colors := map[color.Color]int{}
	for x := range img.Bounds().Dx() {
		for y := range img.Bounds().Dy() {
			colors[img.At(x, y)]++
		}
	}
	blue, red := color.RGBA{0x1f, 0x77, 0xb4, 0xff}, color.RGBA{0xd6, 0x27, 0x28, 0xff}
	require.Greater(t, colors[blue], 1000)
	require.Greater(t, colors[red], 500)
	require.Equal(t, color.RGBA{0x1f, 0x77, 0xb4, 0xff}, img.At(64+436, 40+(540-96)/2), "both cross at 100 entries and 50 %%, the first in front")
	require.NotEqual(t, red, img.At(64+400, 40+(540-96)/2), "flat is not told of below 100")
}
