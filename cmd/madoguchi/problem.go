package main

import (
	"encoding/json"
	"net/http"
)

// writeProblem answers with an RFC 9457 problem document. The type stays about:blank: what the house itself refuses
// is told by its status.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	header := w.Header()
	header.Set("Content-Type", "application/problem+json")
	header.Set("Cache-Control", "no-store")
	header.Del("Content-Encoding")
	header.Del("ETag")
	w.WriteHeader(status)
	// An error here means that the client has gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type":   "about:blank",
		"title":  http.StatusText(status),
		"status": status,
		"detail": detail,
	})
}
