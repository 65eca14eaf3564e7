// Package clients holds the browser applications and carries what Vite built of them inside the binary.
//
// The sources live beside this file: booth, desk, counter and admin are one application each, ui is what they share
// and session is their conversation with the broker. `npm run build` writes the pages to dist/<app>/index.html, what
// they share to dist/assets and the documentation page of the HTTP API to dist/docs.
package clients
