package access

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestWhatIsSealedIsReadByTheKeysOfTheAreaOnly(t *testing.T) {
	keys := newKeys(t)
	sealed, err := keys.Seal("names", "通訳 マリア")
	if err != nil || strings.Contains(sealed, "マリア") {
		t.Fatalf("%q, %v", sealed, err)
	}
	if err := keys.Rotate(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if text, err := keys.Open("names", sealed); err != nil || text != "通訳 マリア" {
		t.Errorf("after a rotation: %q, %v", text, err)
	}
	flipped := []byte(sealed)
	flipped[len(flipped)-3] ^= 1
	for name, open := range map[string]func() (string, error){
		"for another use":     func() (string, error) { return keys.Open("others", sealed) },
		"with other keys":     func() (string, error) { return newKeys(t).Open("names", sealed) },
		"changed":             func() (string, error) { return keys.Open("names", string(flipped)) },
		"never sealed at all": func() (string, error) { return keys.Open("names", "通訳 マリア") },
	} {
		if text, err := open(); !errors.Is(err, ErrSealed) || text != "" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}
