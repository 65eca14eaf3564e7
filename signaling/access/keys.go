package access

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// reloadEvery is how often a verifier may look into the directory for key ids it does not know: a flood of invented
// ids must not become a flood of reads.
const reloadEvery = 10 * time.Second

// PublishedFirst is how long a new key only verifies before it signs: every node has found it by then, and whoever reads
// the published set, so that nobody meets a token whose key it does not know.
const PublishedFirst = 30 * time.Second

// RetiredAfter is how long a key goes on verifying once its successor signs. Nothing it signed is valid any longer then.
const RetiredAfter = SeatTTL + PublishedFirst + time.Hour

// kidTime is how a key's id begins: when it was made, in UTC.
const kidTime = "20060102T150405.000"

// Keys are the signing key and the older ones that still verify.
type Keys struct {
	dir string
	now func() time.Time // the clock of the files, which is the machine's

	mu       sync.Mutex
	byID     map[string]ed25519.PrivateKey
	ids      []string // oldest first
	reloaded time.Time
}

// LoadOrCreate reads the keys of a directory, and makes the directory (0700) and a first key (0600) where there is
// none. It refuses key files that others can read.
func LoadOrCreate(dir string) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keys in %s: %w", dir, err)
	}
	k := &Keys{dir: dir, now: time.Now}
	if err := k.load(); err != nil {
		return nil, err
	}
	if len(k.ids) == 0 {
		if err := k.Rotate(time.Now()); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// Rotate adds a key, which verifies at once and signs from PublishedFirst on. The older ones go on verifying until their
// files are removed (Retire).
func (k *Keys) Rotate(now time.Time) error {
	if err := writeKey(k.dir, now); err != nil {
		return fmt.Errorf("new key in %s: %w", k.dir, err)
	}
	return k.load()
}

// writeKey makes a key under a name that sorts by time. The file appears under that name only when it is whole.
func writeKey(dir string, now time.Time) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	var tail [4]byte
	if _, err := rand.Read(tail[:]); err != nil {
		return err
	}
	kid := now.UTC().Format(kidTime) + "-" + hex.EncodeToString(tail[:])
	tmp, err := os.CreateTemp(dir, ".new-*") // made with 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := pem.Encode(tmp, &pem.Block{Type: "PRIVATE KEY", Bytes: der}); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), filepath.Join(dir, kid+".pem"))
}

// Reload looks for keys that were added or taken away. A folder in which a key cannot be read changes nothing.
func (k *Keys) Reload() error { return k.load() }

// Retire removes the keys that nothing valid is signed with any more, and returns their ids. The one that signs always stays.
func (k *Keys) Retire(now time.Time) ([]string, error) {
	if err := k.load(); err != nil {
		return nil, err
	}
	ids := k.IDs()
	if len(ids) == 0 {
		return nil, ErrNoKeys
	}
	var gone []string
	for i, id := range ids[:len(ids)-1] {
		if now.Sub(madeAt(ids[i+1])) < RetiredAfter {
			break
		}
		if err := os.Remove(filepath.Join(k.dir, id+".pem")); err != nil {
			return gone, fmt.Errorf("retire key %s: %w", id, err)
		}
		gone = append(gone, id)
	}
	return gone, k.load()
}

// madeAt is when a key was made, by its id; long ago for one that somebody has named otherwise.
func madeAt(kid string) time.Time {
	stamp, _, _ := strings.Cut(kid, "-")
	at, err := time.Parse(kidTime, stamp)
	if err != nil {
		return time.Time{}
	}
	return at
}

// load reads every key of the directory; the name that sorts last is the newest.
func (k *Keys) load() error {
	names, err := filepath.Glob(filepath.Join(k.dir, "*.pem"))
	if err != nil {
		return fmt.Errorf("keys in %s: %w", k.dir, err)
	}
	slices.Sort(names)
	found := make(map[string]ed25519.PrivateKey, len(names))
	ids := make([]string, 0, len(names))
	for _, name := range names {
		key, err := readKey(name)
		if err != nil {
			return fmt.Errorf("key %s: %w", name, err)
		}
		id := strings.TrimSuffix(filepath.Base(name), ".pem")
		found[id], ids = key, append(ids, id)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.byID, k.ids = found, ids
	return nil
}

func readKey(name string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: mode %v, want 0600", fs.ErrPermission, info.Mode().Perm())
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("not a PEM file")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a key of type %T, want Ed25519", parsed)
	}
	return key, nil
}

// signing is the newest key that everybody knows by now, and its id; where all are new, the oldest.
func (k *Keys) signing() (string, ed25519.PrivateKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known := k.now().Add(-PublishedFirst)
	for i := len(k.ids) - 1; i > 0; i-- {
		if !madeAt(k.ids[i]).After(known) {
			return k.ids[i], k.byID[k.ids[i]]
		}
	}
	return k.ids[0], k.byID[k.ids[0]]
}

// verifying is the public half of a key.
func (k *Keys) verifying(kid string) (crypto.PublicKey, bool) {
	key, ok := k.find(kid)
	if !ok {
		return nil, false
	}
	return key.Public(), true
}

// find looks into the directory again for an id it does not know.
func (k *Keys) find(kid string) (ed25519.PrivateKey, bool) {
	if key, ok := k.known(kid); ok {
		return key, true
	}
	if !k.mayReload(k.now()) || k.load() != nil {
		return nil, false
	}
	return k.known(kid)
}

func (k *Keys) known(kid string) (ed25519.PrivateKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.byID[kid]
	return key, ok
}

func (k *Keys) mayReload(now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Sub(k.reloaded) < reloadEvery {
		return false
	}
	k.reloaded = now
	return true
}
