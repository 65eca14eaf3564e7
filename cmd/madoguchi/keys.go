package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"madoguchi/signaling/access"
)

// residentSecretFile keys the index by which a resident is found again (an HMAC over kana and telephone number), so
// that the store alone tells nobody who has booked.
const residentSecretFile = "residents.key"

const residentSecretBytes = 32

// openKeys reads the keys in a folder, or makes them there on the first start.
func openKeys(folder string) (*access.Keys, []byte, error) {
	keys, err := access.LoadOrCreate(folder)
	if err != nil {
		return nil, nil, wrong("keys", "%v", err)
	}
	secret, err := residentSecret(filepath.Join(folder, residentSecretFile))
	if err != nil {
		return nil, nil, wrong("keys", "%v", err)
	}
	return keys, secret, nil
}

func residentSecret(file string) ([]byte, error) {
	secret, err := os.ReadFile(file)
	switch {
	case err == nil && len(secret) == residentSecretBytes:
		return secret, nil
	case err == nil:
		return nil, fmt.Errorf("%s has %d bytes instead of %d; bring back the right file", file, len(secret), residentSecretBytes)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	secret = make([]byte, residentSecretBytes)
	_, _ = rand.Read(secret) // never fails
	// Exclusive, so that of two first starts one wins and the other reads its secret on the next try.
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(secret)
	return secret, errors.Join(err, f.Close())
}
