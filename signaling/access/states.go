package access

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrNoKeys: a folder has no keys in it.
var ErrNoKeys = errors.New("there is no key in it")

// KeyState is what a key does.
type KeyState string

// States of keys, in the order of a key's life.
const (
	KeyNew     KeyState = "new"     // verifies, and signs soon
	KeySigning KeyState = "signing" // signs and verifies
	KeyOld     KeyState = "old"     // verifies
)

// StateOf is what one key does.
type StateOf struct {
	ID      string
	State   KeyState
	Signs   time.Time // from when on it signs, of a new one
	Retires time.Time // from when on it can be retired, of an old one
}

// Open reads the keys of a directory that is there; ErrNoKeys where it has none.
func Open(dir string) (*Keys, error) {
	k := &Keys{dir: dir, now: time.Now}
	if err := k.load(); err != nil {
		return nil, err
	}
	if len(k.ids) == 0 {
		return nil, fmt.Errorf("keys in %s: %w", dir, ErrNoKeys)
	}
	return k, nil
}

// States tells what each key does at a moment, the oldest first.
func (k *Keys) States(now time.Time) (list []StateOf) {
	ids := k.IDs()
	signs := 0
	for i, id := range ids {
		if i > 0 && !madeAt(id).After(now.Add(-PublishedFirst)) {
			signs = i
		}
	}
	for i, id := range ids {
		s := StateOf{ID: id, State: KeySigning}
		switch {
		case i < signs:
			s.State, s.Retires = KeyOld, madeAt(ids[i+1]).Add(RetiredAfter)
		case i > signs:
			s.State, s.Signs = KeyNew, madeAt(id).Add(PublishedFirst)
		}
		list = append(list, s)
	}
	return list
}

// IDs lists the keys that verify, the oldest first.
func (k *Keys) IDs() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.ids)
}
