package template

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// colour is red, green and blue from 0 to 255.
type colour [3]float64

var (
	hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	white     = colour{255, 255, 255}
	ink       = colour{0x14, 0x18, 0x1f}
	night     = colour{0x1b, 0x1f, 0x26} // the card in dark mode
)

// readable is the contrast that WCAG 2.2 asks of text,
// https://www.w3.org/TR/WCAG22/#contrast-minimum
const readable = 4.5

func parseColour(text string) (c colour, ok bool) {
	if !hexColour.MatchString(text) {
		return c, false
	}
	n, err := strconv.ParseUint(text[1:], 16, 32)
	return colour{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}, err == nil
}

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0])), int(math.Round(c[1])), int(math.Round(c[2])))
}

// luminance is WCAG's relative luminance, 0 to 1.
func (c colour) luminance() float64 {
	weights, sum := [3]float64{0.2126, 0.7152, 0.0722}, 0.0
	for i, part := range c {
		part /= 255
		if part <= 0.04045 {
			part /= 12.92
		} else {
			part = math.Pow((part+0.055)/1.055, 2.4)
		}
		sum += weights[i] * part
	}
	return sum
}

func (c colour) contrast(other colour) float64 {
	a, b := c.luminance(), other.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// towards mixes a share of another colour in.
func (c colour) towards(other colour, share float64) colour {
	for i := range c {
		c[i] += (other[i] - c[i]) * share
	}
	return c
}

// legibleOn moves the colour away from its ground until text in it is
// readable.
func (c colour) legibleOn(ground, away colour) colour {
	for share := 0.0; share < 1; share += 0.05 {
		if mixed := c.towards(away, share); mixed.contrast(ground) >= readable {
			return mixed
		}
	}
	return away
}

// textOn is white or nearly black, whichever is read better on the colour.
func (c colour) textOn() colour {
	if c.contrast(white) >= readable || c.contrast(white) > c.contrast(ink) {
		return white
	}
	return ink
}
