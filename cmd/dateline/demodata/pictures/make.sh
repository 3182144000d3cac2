#!/bin/sh
# Draws the sample's pictures again: every SVG in source/ becomes a JPEG of
# 1600 × 1067 here, with the caption, credit and alt that ../pictures.txt gives
# it written into its IPTC and XMP, as an agency would send it.
# Needs chromium, ImageMagick and exiftool. Usage: ./make.sh [--tags-only] [key…]
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

draw=yes
if [ "${1:-}" = --tags-only ]; then draw=no; shift; fi
wanted=" $* "

# field KEY NAME prints one field of a picture's record.
field() {
	awk -v key="$1" -v name="$2" 'BEGIN { RS = ""; FS = "\n" }
		{ hit = 0; for (i = 1; i <= NF; i++) if ($i == "key: " key) hit = 1
		  if (hit) for (i = 1; i <= NF; i++) if (index($i, name ": ") == 1) print substr($i, length(name) + 3) }' ../pictures.txt
}

for svg in source/*.svg; do
	key=$(basename "$svg" .svg)
	if [ $# -gt 0 ] && [ "${wanted#* "$key" }" = "$wanted" ]; then continue; fi
	if [ "$draw" = yes ]; then
		printf '<!doctype html><style>body{margin:0}img{display:block;width:1600px;height:1067px}</style><img src="file://%s">' \
			"$PWD/$svg" >"$work/page.html"
		chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
			--window-size=1600,1200 --screenshot="$work/page.png" "file://$work/page.html" >/dev/null 2>&1
		# The best quality that keeps the file near 100 kB; flat drawings bear it.
		for q in 80 76 72 68 65 62; do
			convert "$work/page.png" -crop 1600x1067+0+0 +repage -strip \
				-sampling-factor 4:2:0 -interlace Plane -quality $q "$key.jpg"
			if [ "$(wc -c <"$key.jpg")" -le 104500 ]; then break; fi
		done
	fi
	caption=$(field "$key" caption)
	credit=$(field "$key" credit)
	alt=$(field "$key" alt)
	exiftool -q -q -overwrite_original -api Compact=NoPadding -codedcharacterset=UTF8 \
		-XMP-dc:Description="$caption" -IPTC:Caption-Abstract="$caption" \
		-XMP-photoshop:Credit="$credit" -IPTC:Credit="$(printf %.32s "$credit")" \
		-XMP-dc:Rights="Dateline, Apache-2.0" -IPTC:CopyrightNotice="Dateline, Apache-2.0" \
		-XMP-iptcCore:AltTextAccessibility="$alt" -XMP-dc:Title="$key" -IPTC:ObjectName="$key" \
		"$key.jpg"
	echo "$key.jpg $(wc -c <"$key.jpg") bytes"
done
