package clients

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var built embed.FS

// FS returns the built pages, rooted at dist, and whether they have been built: without the web build (dist then
// holds only its .gitignore) it is false, and a server can say so instead of answering 404 to everything.
func FS() (fs.FS, bool) {
	pages, err := fs.Sub(built, "dist")
	if err != nil {
		return built, false
	}
	_, err = fs.Stat(pages, "booth/index.html")
	return pages, err == nil
}

// Has reports whether the application of that name has been built.
func Has(app string) bool {
	pages, _ := FS()
	_, err := fs.Stat(pages, app+"/index.html")
	return err == nil
}
