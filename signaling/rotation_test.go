package signaling

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/protocol"
)

// notebook keeps what is noted for the audit trail.
type notebook struct {
	mu   sync.Mutex
	list []audit.Entry
}

// Note implements audit.Noter.
func (n *notebook) Note(_ context.Context, e audit.Entry) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, e)
	return nil
}

func (n *notebook) of(action audit.Action) (list []audit.Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.list {
		if e.Action == action {
			list = append(list, e)
		}
	}
	return list
}

// published are the ids of the keys that are served.
func published(t *testing.T, keys *access.Keys) (ids []string) {
	t.Helper()
	answer := httptest.NewRecorder()
	keys.JWKS().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	var set struct{ Keys []struct{ Kid string } }
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set.Keys {
		ids = append(ids, k.Kid)
	}
	return ids
}

// kidOf is the id of the key a token was signed with.
func kidOf(t *testing.T, token string) string {
	t.Helper()
	head, _, _ := strings.Cut(token, ".")
	var header struct{ Kid string }
	if err := json.Unmarshal(must(base64.RawURLEncoding.DecodeString(head))(t), &header); err != nil {
		t.Fatal(err)
	}
	return header.Kid
}

func TestKeysRotateAndNobodyIsSignedOut(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	made := must(access.LoadOrCreate(dir))(t)
	today := made.IDs()[0]
	if err := made.Rotate(time.Now().Add(-10 * time.Minute)); err != nil { // one that has signed for a while
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, today+".pem")); err != nil {
		t.Fatal(err)
	}
	w.keys = must(access.Open(dir))(t)
	theirs := must(access.Open(dir))(t) // another process with the same folder
	notes := &notebook{}
	here := w.start(func(c *Config) { c.Audit = notes })
	there := w.start(func(c *Config) { c.Audit, c.Keys = notes, theirs })
	p := here.sit(booth1)
	booth := here.newDevice()
	signIn, before := booth.enrol("booth:shiomachihama-2")

	// A command adds a key, as long ago as it takes until it signs.
	command := must(access.Open(dir))(t)
	if err := command.Rotate(time.Now().Add(-2 * access.PublishedFirst)); err != nil {
		t.Fatal(err)
	}
	ids := command.IDs()
	w.until("both nodes know the new key", func() bool {
		w.clock.advance(access.PublishedFirst / 3)
		return len(w.keys.IDs()) == 2 && len(theirs.IDs()) == 2
	})
	for _, keys := range []*access.Keys{w.keys, theirs} {
		if served := published(t, keys); !slices.Contains(served, ids[0]) || !slices.Contains(served, ids[1]) {
			t.Errorf("served: %v", served)
		}
	}
	w.until("it is noted", func() bool { return len(notes.of(audit.KeyRotate)) > 0 })
	if noted := notes.of(audit.KeyRotate); len(noted) != 1 || noted[0].Detail["kid"] != ids[1] || noted[0].Detail["what"] != "added" {
		t.Errorf("noted by both nodes: %v", noted)
	}

	status, renewed := booth.renew(signIn)
	if status != http.StatusOK {
		t.Fatalf("the booth goes on by its key: %d %v", status, renewed)
	}
	after := renewed["token"].(string)
	if kidOf(t, before) != ids[0] || kidOf(t, after) != ids[1] {
		t.Errorf("signed with %s, then %s; the keys are %v", kidOf(t, before), kidOf(t, after), ids)
	}
	for what, token := range map[string]string{"before": before, "after": after} {
		for _, n := range []*node{here, there} {
			var out answer
			if status, _ := n.call(http.MethodGet, "/v1/me", token, nil, &out); status != http.StatusOK {
				t.Errorf("a token from %s the rotation: %d %v", what, status, out)
			}
		}
	}
	p.say(protocol.TypePing, protocol.Ping{})
	p.hear(protocol.TypePong)
}
