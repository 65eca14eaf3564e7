package fleet

import (
	"testing"

	"github.com/alicebob/miniredis/v2"

	"madoguchi/signaling/access"
)

func newTown(t *testing.T) *town {
	t.Helper()
	keys, err := access.LoadOrCreate(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &town{t: t, at: miniredis.RunT(t).Addr(), keys: keys}
}
