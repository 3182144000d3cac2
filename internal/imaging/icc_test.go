package imaging

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"testing"
)

// profile builds a matrix profile from XYZ columns (D50) and a curve tag.
func profile(space string, columns [3][3]float64, curve []byte) []byte {
	p := make([]byte, 132)
	copy(p[12:], "mntr"+space+"XYZ ")
	copy(p[36:], "acsp")
	type tag struct {
		name string
		body []byte
	}
	var tags []tag
	if space == "GRAY" {
		tags = append(tags, tag{"kTRC", curve})
	} else {
		for i, c := range []string{"r", "g", "b"} {
			xyz := []byte("XYZ \x00\x00\x00\x00")
			for _, v := range columns[i] {
				xyz = binary.BigEndian.AppendUint32(xyz, uint32(int32(math.Round(v*65536))))
			}
			tags = append(tags, tag{c + "XYZ", xyz}, tag{c + "TRC", curve})
		}
	}
	binary.BigEndian.PutUint32(p[128:], uint32(len(tags)))
	at := 132 + 12*len(tags)
	var bodies []byte
	for _, t := range tags {
		p = append(p, t.name...)
		p = binary.BigEndian.AppendUint32(p, uint32(at+len(bodies)))
		p = binary.BigEndian.AppendUint32(p, uint32(len(t.body)))
		bodies = append(bodies, t.body...)
	}
	return append(p, bodies...)
}

func gamma(g float64) []byte {
	return binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), uint16(math.Round(g*256)))
}

// srgbFormula is sRGB's curve as a parametric one of type 3.
func srgbFormula() []byte {
	b := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		b = binary.BigEndian.AppendUint32(b, uint32(math.Round(v*65536)))
	}
	return b
}

var (
	// Columns as in the published profiles (D50-adapted).
	adobeRGB  = [3][3]float64{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}
	displayP3 = [3][3]float64{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}
	plainRGB  = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}
)

func TestColoursBecomeSRGB(t *testing.T) {
	for _, c := range []struct {
		name     string
		profile  []byte
		in, want color.RGBA
	}{
		// Reference values from the primaries and curves of the standards, worked out apart.
		{"Adobe RGB, grass", profile("RGB ", adobeRGB, gamma(2.19921875)), color.RGBA{100, 150, 80, 255}, color.RGBA{66, 151, 74, 255}},
		{"Adobe RGB, skin", profile("RGB ", adobeRGB, gamma(2.19921875)), color.RGBA{200, 150, 130, 255}, color.RGBA{217, 151, 130, 255}},
		{"Adobe RGB, its green is beyond", profile("RGB ", adobeRGB, gamma(2.19921875)), color.RGBA{0, 255, 0, 255}, color.RGBA{0, 255, 0, 255}},
		{"Adobe RGB, white", profile("RGB ", adobeRGB, gamma(2.19921875)), color.RGBA{255, 255, 255, 255}, color.RGBA{255, 255, 255, 255}},
		{"Display P3, red", profile("RGB ", displayP3, srgbFormula()), color.RGBA{200, 50, 50, 255}, color.RGBA{218, 24, 40, 255}},
		{"grey with gamma 1.8", profile("GRAY", adobeRGB, gamma(1.8)), color.RGBA{100, 100, 100, 255}, color.RGBA{119, 119, 119, 255}},
	} {
		m := newColourMap(c.profile)
		if m == nil {
			t.Errorf("%s: profile not read", c.name)
			continue
		}
		pix := []byte{c.in.R, c.in.G, c.in.B, 255}
		m.convert(pix)
		if got := (color.RGBA{pix[0], pix[1], pix[2], 255}); off(got.R, c.want.R) || off(got.G, c.want.G) || off(got.B, c.want.B) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if newColourMap(profile("RGB ", plainRGB, srgbFormula())) != nil {
		t.Error("a profile that is sRGB is converted")
	}
}

func off(a, b uint8) bool { d := int(a) - int(b); return d > 1 || d < -1 }

func TestProfilesOfJPEGAndPNGAreUsed(t *testing.T) {
	icc := profile("RGB ", adobeRGB, gamma(2.19921875))
	img := image.NewRGBA(image.Rect(0, 0, 32, 32))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []byte{100, 150, 80, 255})
	}
	half := len(icc) / 2
	j := withSegment(jpegOf(t, img, 95), 0xE2, append([]byte("ICC_PROFILE\x00\x02\x02"), icc[half:]...))
	j = withSegment(j, 0xE2, append([]byte("ICC_PROFILE\x00\x01\x02"), icc[:half]...))

	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	if _, err := w.Write(icc); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p := withChunk(pngOf(t, img), "iCCP", append([]byte("name\x00\x00"), z.Bytes()...))

	for name, file := range map[string][]byte{"jpeg": j, "png": p} {
		rs, err := Renditions(context.Background(), file, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := color.RGBAModel.Convert(decoded(t, rs[0]).At(16, 16)).(color.RGBA)
		if far(got.R, 66) || far(got.G, 151) || far(got.B, 74) {
			t.Errorf("%s: %v, want the grass of sRGB, 66 151 74", name, got)
		}
	}
}

func FuzzColourMap(f *testing.F) {
	f.Add(profile("RGB ", adobeRGB, gamma(2.2)))
	f.Add(profile("RGB ", displayP3, srgbFormula()))
	f.Add(profile("GRAY", adobeRGB, append([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x02"), 0, 0, 255, 255)))
	f.Fuzz(func(t *testing.T, p []byte) {
		if m := newColourMap(p); m != nil {
			m.convert(make([]byte, 400))
		}
	})
}
