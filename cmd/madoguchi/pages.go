package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// Headers of pages. Scripts and styles come from ourselves only and none is inline (what React sets on an element goes
// through its style object, which is no inline style); sockets go to our own host, which 'self' covers, and to the other
// servers; camera, microphone and the like are for our own pages, the rest is off.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; " +
		"img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	pagePermissions = "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), " +
		"autoplay=(self), fullscreen=(self), screen-wake-lock=(self), bluetooth=(self), " +
		"geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), browsing-topics=()"
)

// Cache headers: a built asset has a hash of its content in its name and never changes; a page is asked for again
// every time, and answered with 304 while it is the same.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache"
)

// minGzip is the size from which compressing a file saves more than a packet.
const minGzip = 1024

// pages serves what Vite built, from memory. A file is compressed once, when it is first asked for: a booth's first
// load over a slow line is as small as it can be, and the second costs no work.
type pages struct {
	files  map[string]*page
	policy string
}

type page struct {
	contentType string
	etag        string
	cache       string
	plain       []byte
	zipped      func() []byte // nil where compressing does not help
}

// loadPages reads the whole of a build. Its pages may also ask the other servers of the service.
func loadPages(built fs.FS, others ...string) (*pages, error) {
	reached := []string{"connect-src 'self'"}
	for _, other := range others {
		reached = append(reached, other, strings.Replace(other, "http", "ws", 1))
	}
	p := &pages{files: map[string]*page{}, policy: strings.Replace(pagePolicy, "connect-src 'self'", strings.Join(reached, " "), 1)}
	err := fs.WalkDir(built, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		if strings.HasPrefix(name, paperFonts) {
			return nil
		}
		content, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		p.files[name] = newPage(name, content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the built pages: %w", err)
	}
	return p, nil
}

func newPage(name string, content []byte) *page {
	sum := sha256.Sum256(content)
	p := &page{
		contentType: contentTypeOf(name),
		etag:        base64.RawURLEncoding.EncodeToString(sum[:12]),
		cache:       cacheAsk,
		plain:       content,
	}
	if strings.HasPrefix(name, "assets/") {
		p.cache = cacheForever
	}
	if len(content) >= minGzip && compressible(p.contentType) {
		p.zipped = sync.OnceValue(func() []byte { return zip(content) })
	}
	return p
}

// zip compresses; writing to memory does not fail.
func zip(content []byte) []byte {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(content)
	_ = w.Close()
	return zipped.Bytes()
}

// contentTypeOf does not rely on the machine's own list of types, which may be missing or odd.
func contentTypeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	case ".webmanifest":
		return "application/manifest+json"
	case ".txt", "":
		return "text/plain; charset=utf-8"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasPrefix(contentType, "application/json") ||
		strings.HasPrefix(contentType, "application/manifest") || strings.HasPrefix(contentType, "image/svg") ||
		strings.HasPrefix(contentType, "application/wasm")
}

// ServeHTTP answers with the file of that path; a path without an extension is a page of the app it lies under.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	file := p.files[name]
	if file == nil && path.Ext(name) == "" {
		app, _, _ := strings.Cut(name, "/")
		file = p.files[app+"/index.html"]
	}
	if file == nil {
		writeProblem(w, http.StatusNotFound, "There is no such page.")
		return
	}
	w.Header().Set("Content-Security-Policy", p.policy)
	file.serve(w, r)
}

func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", p.contentType)
	header.Set("Cache-Control", p.cache)
	header.Set("Permissions-Policy", pagePermissions)
	content, tag := p.plain, p.etag
	if p.zipped != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			header.Set("Content-Encoding", "gzip")
			content, tag = p.zipped(), p.etag+"-gz"
		}
	}
	header.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) == "gzip" {
			return strings.ReplaceAll(weight, " ", "") != "q=0"
		}
	}
	return false
}

// notBuilt stands in for the pages in a binary that was compiled without them.
func notBuilt(w http.ResponseWriter, _ *http.Request) {
	writeProblem(w, http.StatusServiceUnavailable, "This binary was built without its pages; run make build.")
}
