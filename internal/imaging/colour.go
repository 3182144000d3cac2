package imaging

import (
	"fmt"
	"image"
	"math"
	"strconv"
	"strings"
)

// ColourClasses is how many colour classes there are; a class is 0 to 63.
const ColourClasses = 64

// palette holds the colour of each class: seven greys from dark to light, each
// followed by eight tints of its lightness (OKLCH, chroma 0.055, as the mean
// colours of photographs are pale), and near-white for documents. Classes are
// kept with pictures, so an entry never changes its meaning.
var palette = [ColourClasses]string{
	"1f1f1f", "351314", "301900", "212101", "032713", "002527", "042137", "1f1a37", "2f1429",
	"3c3c3c", "553030", "50351b", "3d3e1a", "22442f", "0c4447", "213f57", "3b3757", "4e3147",
	"5b5b5b", "774e4e", "705439", "5c5e39", "41644d", "316467", "405e78", "5a5678", "6e4f67",
	"7c7c7c", "9a6f6e", "937559", "7d7f59", "62866e", "538689", "60809b", "7b779b", "917089",
	"9e9e9e", "bf9190", "b7987b", "a0a27a", "84a990", "75a9ac", "82a3bf", "9d99bf", "b592ac",
	"c2c2c2", "e4b5b4", "dcbc9e", "c4c69d", "a7ceb3", "99ced1", "a6c7e4", "c1bde4", "dab6d1",
	"e8e8e8", "ffdfde", "ffe2c8", "e9ecc2", "ccf3d8", "bdf4f6", "d5ebfe", "e7e4fe", "ffdcf6",
	"fafafa",
}

// paletteLab is the palette where distance is difference to the eye.
var paletteLab = func() (labs [ColourClasses][3]float64) {
	for i, hex := range palette {
		v, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			panic(err)
		}
		labs[i] = oklab(float64(v>>16), float64(v>>8&255), float64(v&255))
	}
	return labs
}()

// ColourHex is the colour of a class as in CSS, "#7c7c7c"; of an unknown class
// the middle grey.
func ColourHex(class int) string {
	if class < 0 || class >= ColourClasses {
		class = 27
	}
	return "#" + palette[class]
}

// ColourCSS is a style rule for each class, ".c0{background-color:#1f1f1f}" and
// so on, for the site's stylesheet: what a picture's place shows while it
// loads, without a style attribute.
func ColourCSS() string {
	var b strings.Builder
	for i := range palette {
		fmt.Fprintf(&b, ".c%d{background-color:%s}\n", i, ColourHex(i))
	}
	return b.String()
}

// ColourClass is the class nearest to the mean colour of a picture, of which
// it looks at a few thousand pixels.
func ColourClass(img image.Image) int {
	b := img.Bounds()
	if b.Empty() {
		return 27
	}
	const grid = 64
	nx, ny := min(grid, b.Dx()), min(grid, b.Dy())
	var sum [3]float64
	for j := range ny {
		for i := range nx {
			p := flatten(img.At(b.Min.X+(2*i+1)*b.Dx()/(2*nx), b.Min.Y+(2*j+1)*b.Dy()/(2*ny)))
			for c := range sum {
				sum[c] += float64(p[c])
			}
		}
	}
	n := float64(nx * ny)
	mean := oklab(sum[0]/n, sum[1]/n, sum[2]/n)
	best, least := 0, math.Inf(1)
	for i, lab := range paletteLab {
		d := 0.0
		for c := range lab {
			d += (lab[c] - mean[c]) * (lab[c] - mean[c])
		}
		if d < least {
			best, least = i, d
		}
	}
	return best
}

// oklab is Björn Ottosson's perceptual colour space, from sRGB 0 to 255.
func oklab(r, g, b float64) [3]float64 {
	r, g, b = toLinear(r/255), toLinear(g/255), toLinear(b/255)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func toLinear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
