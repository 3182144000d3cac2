package imaging

import (
	"encoding/binary"
	"image"
	"math"
)

// A colourMap turns a picture's own colours into sRGB. It knows the profiles
// that photographs carry: three primaries with a curve each (Adobe RGB,
// Display P3, ProPhoto, every camera) and a grey curve (dot gain). Table-based
// profiles, CMYK above all, it does not: such pictures keep the decoder's
// plain conversion, whose colours are recognisable, not right.
type colourMap struct {
	linear [3][256]float32
	matrix [3][3]float32 // linear, device to sRGB
	grey   bool
}

// fromD50 takes the profile connection space (XYZ under D50) to linear sRGB.
var fromD50 = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// newColourMap reads a profile; nil means that there is nothing to convert:
// none, sRGB in all but name, or one that it cannot read.
func newColourMap(profile []byte) *colourMap {
	p := iccProfile(profile)
	if len(p) < 132 {
		return nil
	}
	m := &colourMap{}
	switch string(p[16:20]) {
	case "GRAY":
		if string(p[20:24]) != "XYZ " || !p.curve("kTRC", &m.linear[0]) {
			return nil
		}
		m.grey = true
	case "RGB ":
		var device [3][3]float64 // columns are primaries
		for c, tag := range [...]string{"r", "g", "b"} {
			xyz, ok := p.xyz(tag + "XYZ")
			if !ok || !p.curve(tag+"TRC", &m.linear[c]) {
				return nil
			}
			for row := range 3 {
				device[row][c] = xyz[row]
			}
		}
		for row := range 3 {
			for c := range 3 {
				sum := 0.0
				for k := range 3 {
					sum += fromD50[row][k] * device[k][c]
				}
				m.matrix[row][c] = float32(sum)
			}
		}
	default:
		return nil
	}
	if m.changesNothing() {
		return nil
	}
	return m
}

func (m *colourMap) changesNothing() bool {
	steps := []byte{0, 40, 100, 150, 200, 255}
	for _, r := range steps {
		for _, g := range steps {
			for _, b := range steps {
				if m.grey && (r != g || g != b) {
					continue
				}
				in := [4]byte{r, g, b, 255}
				out := in
				m.convert(out[:])
				for c := range 3 {
					if d := int(in[c]) - int(out[c]); d > 2 || d < -2 {
						return false
					}
				}
			}
		}
	}
	return true
}

// apply converts a picture in place.
func (m *colourMap) apply(img *image.RGBA) {
	if m != nil {
		m.convert(img.Pix)
	}
}

func (m *colourMap) convert(pix []byte) {
	if m.grey {
		var table [256]byte
		for i := range table {
			table[i] = toSRGB(m.linear[0][i])
		}
		for i := 0; i+3 < len(pix); i += 4 {
			v := table[pix[i+1]]
			pix[i], pix[i+1], pix[i+2] = v, v, v
		}
		return
	}
	a := m.matrix
	for i := 0; i+3 < len(pix); i += 4 {
		r, g, b := m.linear[0][pix[i]], m.linear[1][pix[i+1]], m.linear[2][pix[i+2]]
		pix[i] = toSRGB(a[0][0]*r + a[0][1]*g + a[0][2]*b)
		pix[i+1] = toSRGB(a[1][0]*r + a[1][1]*g + a[1][2]*b)
		pix[i+2] = toSRGB(a[2][0]*r + a[2][1]*g + a[2][2]*b)
	}
}

// sRGBCurve is the transfer curve in steps fine enough for 8 bits: the darkest
// step is a quarter of one of 255.
var sRGBCurve = func() (t [16385]byte) {
	for i := range t {
		v := float64(i) / float64(len(t)-1)
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		t[i] = byte(v*255 + 0.5)
	}
	return t
}()

func toSRGB(v float32) byte {
	if !(v > 0) {
		return 0
	}
	return sRGBCurve[int(min(v, 1)*float32(len(sRGBCurve)-1)+0.5)]
}

// iccProfile reads tags from a profile that a stranger made.
type iccProfile []byte

func (p iccProfile) tag(name string) []byte {
	n := min(binary.BigEndian.Uint32(p[128:]), 100)
	for i := range int(n) {
		e := 132 + 12*i
		if e+12 > len(p) {
			return nil
		}
		if string(p[e:e+4]) == name {
			at, size := int64(binary.BigEndian.Uint32(p[e+4:])), int64(binary.BigEndian.Uint32(p[e+8:]))
			if at+size > int64(len(p)) {
				return nil
			}
			return p[at : at+size]
		}
	}
	return nil
}

func (p iccProfile) xyz(name string) (v [3]float64, ok bool) {
	t := p.tag(name)
	if len(t) < 20 || string(t[:4]) != "XYZ " {
		return v, false
	}
	for i := range v {
		v[i] = fixed(t[8+4*i:])
	}
	return v, true
}

func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// curve fills the table with the linear value of each of the 256 device values.
func (p iccProfile) curve(name string, table *[256]float32) bool {
	t := p.tag(name)
	if len(t) < 12 {
		return false
	}
	var f func(float64) float64
	switch string(t[:4]) {
	case "curv":
		f = sampledCurve(t)
	case "para":
		f = formulaCurve(t)
	}
	if f == nil {
		return false
	}
	for i := range table {
		v := f(float64(i) / 255)
		if math.IsNaN(v) {
			return false
		}
		table[i] = float32(max(0, min(v, 1)))
	}
	return true
}

func sampledCurve(t []byte) func(float64) float64 {
	n := int64(binary.BigEndian.Uint32(t[8:]))
	if n == 0 {
		return func(x float64) float64 { return x }
	}
	if int64(len(t)) < 12+2*n {
		return nil
	}
	at := func(i int64) float64 { return float64(binary.BigEndian.Uint16(t[12+2*i:])) }
	if n == 1 {
		gamma := at(0) / 256
		return func(x float64) float64 { return math.Pow(x, gamma) }
	}
	return func(x float64) float64 {
		place := x * float64(n-1)
		i := min(int64(place), n-2)
		part := place - float64(i)
		return (at(i)*(1-part) + at(i+1)*part) / 65535
	}
}

// formulaCurve is ICC's parametric curve, types 0 to 4.
func formulaCurve(t []byte) func(float64) float64 {
	kind := binary.BigEndian.Uint16(t[8:])
	if kind > 4 {
		return nil
	}
	count := [...]int{1, 3, 4, 5, 7}[kind]
	if len(t) < 12+4*count {
		return nil
	}
	var v [7]float64 // g a b c d e f
	v[1] = 1
	for i := range count {
		v[i] = fixed(t[12+4*i:])
	}
	g, a, b, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch kind {
	case 0:
		return func(x float64) float64 { return math.Pow(x, g) }
	case 1, 2: // below the knee it is c, which type 1 does not have
		return func(x float64) float64 {
			if a*x+b < 0 {
				return c
			}
			return math.Pow(a*x+b, g) + c
		}
	}
	return func(x float64) float64 {
		if x < d {
			return c*x + f
		}
		return math.Pow(a*x+b, g) + e
	}
}
