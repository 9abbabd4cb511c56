package chart

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

var (
	ink     = color.RGBA{0x22, 0x22, 0x22, 0xff}
	faint   = color.RGBA{0xe0, 0xe0, 0xe0, 0xff}
	palette = []color.RGBA{{0x1f, 0x77, 0xb4, 0xff}, {0xd6, 0x27, 0x28, 0xff}, {0x2c, 0xa0, 0x2c, 0xff}, {0x94, 0x67, 0xbd, 0xff}}
)

const (
	pictureWidth, pictureHeight = 960, 540
	left, right, top, bottom    = 64, 24, 40, 56
	letter                      = 7 // pixels a letter is wide
)

// picture is a chart being drawn.
type picture struct {
	*image.RGBA
	axis Axis
}

// PNG draws the curves, the first over the later ones, under a title.
func PNG(w io.Writer, title string, axis Axis, curves ...Series) error {
	p := picture{image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight)), axis}
	draw.Draw(p, p.Bounds(), image.White, image.Point{}, draw.Src)
	p.text(left, top-16, title)
	for percent := 0; percent <= 100; percent += 20 {
		y := p.y(float64(percent) / 100)
		p.line(left, y, pictureWidth-right, y, faint)
		p.text(left-48, y+4, fmt.Sprintf("%3d %%", percent))
	}
	free := 0
	for _, size := range axis.ticks() {
		x := p.x(size)
		p.line(x, top, x, pictureHeight-bottom, faint)
		if text := label(size); x >= free {
			p.text(x-letter*len(text)/2, pictureHeight-bottom+18, text)
			free = x + letter*(len(text)+1)
		}
	}
	p.text(pictureWidth-right-140, pictureHeight-bottom+38, "entries in the cache")
	longest := 0
	for _, c := range curves {
		longest = max(longest, len(c.Name))
	}
	legend := pictureWidth - right - letter*longest - 8
	for i := len(curves) - 1; i >= 0; i-- {
		p.curve(curves[i], palette[i%len(palette)])
		y := pictureHeight - bottom - 16*(len(curves)-i)
		p.line(legend-40, y-4, legend-10, y-4, palette[i%len(palette)])
		p.text(legend, y, curves[i].Name)
	}
	return png.Encode(w, p)
}

func (p picture) x(size float64) int {
	return left + int(math.Round(p.axis.part(size)*(pictureWidth-left-right)))
}

func (p picture) y(rate float64) int {
	return pictureHeight - bottom - int(math.Round(rate*(pictureHeight-top-bottom)))
}

func (p picture) curve(c Series, ink color.RGBA) {
	before := -1
	for x := left; x <= pictureWidth-right; x++ {
		rate, ok := c.Rate(p.axis.at(float64(x-left) / (pictureWidth - left - right)))
		if !ok {
			continue
		}
		y := p.y(rate)
		if before < 0 {
			before = y
		}
		p.line(x, before, x, y, ink)
		p.line(x, before+1, x, y+1, ink)
		before = y
	}
}

// line draws a line that is horizontal or vertical.
func (p picture) line(x0, y0, x1, y1 int, ink color.RGBA) {
	for x := min(x0, x1); x <= max(x0, x1); x++ {
		for y := min(y0, y1); y <= max(y0, y1); y++ {
			p.SetRGBA(x, y, ink)
		}
	}
}

func (p picture) text(x, y int, text string) {
	d := font.Drawer{Dst: p, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
