package audit

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Beside each segment lies a file with the keys of what is sealed in it, one line a key: its name, whom it is about (a visit, or who
// did it where there is none), and the key, wrapped under the area's secret. A key that was destroyed leaves a hyphen, so that
// what was erased can be told from what was lost.

// destroyed stands in place of a key.
const destroyed = "-"

type fieldKey struct {
	name, subject string
	wrapped       string // or destroyed
}

func (k fieldKey) String() string { return k.name + " " + k.subject + " " + k.wrapped + "\n" }

// nobody is the subject of what concerns neither a visit nor somebody known.
const nobody = "nobody"

// subjectOf is whom an entry's personal fields are about.
func subjectOf(e Entry) string {
	for _, id := range []string{e.Visit, e.Session, e.Who} {
		if id != "" {
			return id
		}
	}
	return nobody
}

func (s *Secret) newFieldKey(subject string) (fieldKey, cipher.AEAD, error) {
	raw := make([]byte, 8+keyBytes)
	_, _ = rand.Read(raw) // never fails
	name, key := "k"+hex.EncodeToString(raw[:8]), raw[8:]
	box, err := gcm(key)
	if err != nil {
		return fieldKey{}, nil, err
	}
	wrapped := boxText.EncodeToString(s.wrap.Seal(nil, nil, key, []byte(name+" "+subject)))
	return fieldKey{name, subject, wrapped}, box, nil
}

var errDestroyed = errors.New("its key was destroyed")

func (s *Secret) unwrap(k fieldKey) (cipher.AEAD, error) {
	if k.wrapped == destroyed {
		return nil, errDestroyed
	}
	sealed, err := boxText.DecodeString(k.wrapped)
	if err != nil {
		return nil, errBox
	}
	key, err := s.wrap.Open(nil, nil, sealed, []byte(k.name+" "+k.subject))
	if err != nil {
		return nil, errBox
	}
	return gcm(key)
}

// parseFieldKeys reads a file of keys: those that are whole, and how many bytes they take.
func parseFieldKeys(text []byte) (list []fieldKey, size int, err error) {
	for size < len(text) {
		end := bytes.IndexByte(text[size:], '\n')
		if end < 0 {
			return list, size, nil // torn: nothing is sealed under it yet
		}
		words := strings.Split(string(text[size:size+end]), " ")
		if len(words) != 3 || words[0] == "" || !fits(words[0], maxID, isID) || !fits(words[1], maxID, isID) || words[2] == "" {
			return list, size, fmt.Errorf("line %d: want a key's name, its subject and the wrapped key", len(list)+1)
		}
		list = append(list, fieldKey{words[0], words[1], words[2]})
		size += end + 1
	}
	return list, size, nil
}

// keyring is the keys of the segment that is being written. It is used under the folder's key lock, since a command may destroy
// keys meanwhile.
type keyring struct {
	disk   disk
	secret *Secret
	name   string // of the file
	text   []byte // as it was read or written last
	boxes  map[string]cipher.AEAD
	names  map[string]string // of the key, by subject
	fresh  []byte
}

func newKeyring(d disk, secret *Secret, n int) *keyring {
	return &keyring{disk: d, secret: secret, name: keysName(n)}
}

// refresh reads the file again where it is another than it was. A key that was destroyed is used no more: its subject gets a new one.
func (k *keyring) refresh() error {
	text, err := k.disk.read(k.name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if k.boxes != nil && bytes.Equal(text, k.text) {
		return nil
	}
	list, size, err := parseFieldKeys(text)
	if err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	k.boxes, k.names, k.text = map[string]cipher.AEAD{}, map[string]string{}, text[:size]
	for _, one := range list {
		if box, err := k.secret.unwrap(one); err == nil {
			k.boxes[one.subject], k.names[one.subject] = box, one.name
		}
	}
	if size < len(text) {
		return k.disk.replace(k.name, k.text)
	}
	return nil
}

// seal seals an entry's personal fields under its subject's key, which may be new: then flush has to come before the entry is written.
func (k *keyring) seal(e Entry) (Sealed, error) {
	if e.Personal.empty() {
		return Sealed{}, nil
	}
	subject := subjectOf(e)
	if k.boxes[subject] == nil {
		key, box, err := k.secret.newFieldKey(subject)
		if err != nil {
			return Sealed{}, err
		}
		k.boxes[subject], k.names[subject] = box, key.name
		k.fresh = append(k.fresh, key.String()...)
	}
	return sealPersonal(k.boxes[subject], k.names[subject], e.Personal)
}

// flush has new keys on the disk.
func (k *keyring) flush() error {
	if len(k.fresh) == 0 {
		return nil
	}
	f, err := k.disk.append(k.name)
	if err != nil {
		return err
	}
	_, err = f.Write(k.fresh)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if len(k.text) == 0 {
		err = k.disk.sync()
	}
	k.text, k.fresh = append(k.text, k.fresh...), nil
	return err
}

// destroyKeys destroys the keys of a segment that doomed names, and says how many.
func destroyKeys(d disk, n int, doomed func(name, subject string) bool) (int, error) {
	text, err := d.read(keysName(n))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	list, _, err := parseFieldKeys(text)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", keysName(n), err)
	}
	var out []byte
	count := 0
	for _, k := range list {
		if k.wrapped != destroyed && doomed(k.name, k.subject) {
			k.wrapped = destroyed
			count++
		}
		out = append(out, k.String()...)
	}
	if count == 0 {
		return 0, nil
	}
	return count, d.replace(keysName(n), out)
}

// Opener opens personal fields of entries that are read. It reads each segment's keys once.
type Opener struct {
	path   string
	secret *Secret
	n      int
	keys   map[string]fieldKey
}

// NewOpener opens what is sealed in the trail of a folder.
func NewOpener(path string, secret *Secret) *Opener { return &Opener{path: path, secret: secret} }

// Open gives an entry's personal fields; erased says that their key was destroyed.
func (o *Opener) Open(segment int, s Sealed) (p Personal, erased bool, err error) {
	if s.Key == "" {
		return Personal{}, false, nil
	}
	if o.keys == nil || o.n != segment {
		text, err := osDisk{o.path}.read(keysName(segment))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Personal{}, false, err
		}
		list, _, err := parseFieldKeys(text)
		if err != nil {
			return Personal{}, false, fmt.Errorf("%s: %w", filepath.Join(o.path, keysName(segment)), err)
		}
		o.keys, o.n = map[string]fieldKey{}, segment
		for _, k := range list {
			o.keys[k.name] = k
		}
	}
	key, there := o.keys[s.Key]
	if !there {
		return Personal{}, false, fmt.Errorf("key %s is missing from %s, and was not erased", s.Key, keysName(segment))
	}
	box, err := o.secret.unwrap(key)
	if errors.Is(err, errDestroyed) {
		return Personal{}, true, nil
	}
	if err != nil {
		return Personal{}, false, fmt.Errorf("key %s: %w", s.Key, err)
	}
	p, err = s.open(box)
	return p, false, err
}

// Erase destroys the keys of what is about these subjects (visits, sessions, seats), in every segment, and says how many there
// were. A server may write the trail meanwhile.
func Erase(path string, subjects []string) (int, error) {
	return eraseWhere(path, func(int) func(name, subject string) bool {
		return func(_, subject string) bool { return slices.Contains(subjects, subject) }
	})
}

func eraseWhere(path string, doomed func(n int) func(name, subject string) bool) (int, error) {
	d := osDisk{path}
	held, err := lockFile(d.at(keyLockName), true)
	if err != nil {
		return 0, fmt.Errorf("erase: %w", err)
	}
	defer func() { _ = held.Close() }()
	numbers, err := segmentsOf(d)
	if err != nil {
		return 0, fmt.Errorf("erase: %w", err)
	}
	sum := 0
	for _, n := range numbers {
		in := doomed(n)
		if in == nil {
			continue
		}
		count, err := destroyKeys(d, n, in)
		sum += count
		if err != nil {
			return sum, fmt.Errorf("erase: %w", err)
		}
	}
	return sum, nil
}
