package whip

import (
	"encoding/json"
	"net/http"
)

// problem is a refusal (RFC 9457). Detail names what was wrong and what would be right.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// refuse answers with a problem document; slug is the stable name of the sort of problem.
func refuse(w http.ResponseWriter, status int, slug, detail string) {
	body, err := json.Marshal(problem{"/problems/" + slug, http.StatusText(status), status, detail})
	if err != nil { // four plain values always marshal
		body = nil
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone; there is nobody to tell
}
