package main

import (
	"io/fs"

	"madoguchi/booking/facility"
	"madoguchi/clients"
)

// paperFonts is the folder of the built pages that no browser is given.
const paperFonts = "fonts/"

// typeface is the one papers are set in, which is built in with the pages; without them there are no papers. It is nine megabytes,
// and nobody keeps it: an office needs its papers a few times a year.
func typeface() facility.Typeface {
	pages, _ := clients.FS()
	regular, _ := fs.ReadFile(pages, paperFonts+"BIZUDGothic-Regular.ttf") // missing: facility.ErrTypeface says so to whoever asks for a paper
	bold, _ := fs.ReadFile(pages, paperFonts+"BIZUDGothic-Bold.ttf")
	return facility.Typeface{Regular: regular, Bold: bold}
}
