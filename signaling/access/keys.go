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

// Keys are the signing key and the older ones that still verify.
type Keys struct {
	dir string

	mu       sync.Mutex
	byID     map[string]ed25519.PrivateKey
	newest   string
	reloaded time.Time
}

// LoadOrCreate reads the keys of a directory, and makes the directory (0700) and a first key (0600) where there is
// none. It refuses key files that others can read.
func LoadOrCreate(dir string) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keys in %s: %w", dir, err)
	}
	k := &Keys{dir: dir}
	if err := k.load(); err != nil {
		return nil, err
	}
	if k.newest == "" {
		if err := k.Rotate(time.Now()); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// Rotate adds a key, which signs from now on. The older ones go on verifying until their files are removed.
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
	kid := now.UTC().Format("20060102T150405.000") + "-" + hex.EncodeToString(tail[:])
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

// load reads every key of the directory; the name that sorts last is the newest.
func (k *Keys) load() error {
	names, err := filepath.Glob(filepath.Join(k.dir, "*.pem"))
	if err != nil {
		return fmt.Errorf("keys in %s: %w", k.dir, err)
	}
	slices.Sort(names)
	found := make(map[string]ed25519.PrivateKey, len(names))
	newest := ""
	for _, name := range names {
		key, err := readKey(name)
		if err != nil {
			return fmt.Errorf("key %s: %w", name, err)
		}
		newest = strings.TrimSuffix(filepath.Base(name), ".pem")
		found[newest] = key
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.byID, k.newest = found, newest
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

// signing is the newest key and its id.
func (k *Keys) signing() (string, ed25519.PrivateKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.newest, k.byID[k.newest]
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
	if !k.mayReload(time.Now()) || k.load() != nil {
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
