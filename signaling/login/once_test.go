package login

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestOfTooManyThatWaitTheOldestAreLetGo(t *testing.T) {
	store, mini, now := newStore(t)
	small := Kind{"small", time.Minute, 3, 100}
	var ids []string
	for i := range 5 {
		*now = now.Add(time.Second)
		id, err := store.Once(t.Context(), small, fmt.Sprint("192.0.2.", i), i)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for i, id := range ids {
		var what int
		err := store.Take(t.Context(), small, id, &what)
		if gone := errors.Is(err, ErrSpent); gone != (i < 2) || !gone && (err != nil || what != i) {
			t.Errorf("number %d: %d, %v", i, what, err)
		}
		if err := store.Take(t.Context(), small, id, &what); !errors.Is(err, ErrSpent) {
			t.Errorf("number %d a second time: %v", i, err)
		}
	}
	if keys := mini.Keys(); len(keys) != 5 { // what counts the five networks
		t.Errorf("left: %v", keys)
	}
	mini.FastForward(2 * time.Minute)
	if keys := mini.Keys(); len(keys) != 0 {
		t.Errorf("left after its time: %v", keys)
	}
}

func TestANetworkThatAsksTooOftenWaitsAndNobodyElse(t *testing.T) {
	store, mini, _ := newStore(t)
	small := Kind{"small", time.Minute, 100, 3}
	for range 3 {
		if _, err := store.Once(t.Context(), small, Network("2001:db8::1"), 0); err != nil {
			t.Fatal(err)
		}
	}
	var often *OftenError
	if _, err := store.Once(t.Context(), small, Network("2001:db8::ffff"), 0); !errors.As(err, &often) || often.Wait > time.Minute || often.Wait <= 0 {
		t.Errorf("the same network: %v", err)
	}
	if _, err := store.Once(t.Context(), small, Network("2001:db8:0:1::1"), 0); err != nil {
		t.Errorf("another one: %v", err)
	}
	mini.FastForward(time.Minute)
	if _, err := store.Once(t.Context(), small, Network("2001:db8::1"), 0); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestANetworkIsAnAddressOrA64(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "x": "",
	} {
		if got := Network(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
