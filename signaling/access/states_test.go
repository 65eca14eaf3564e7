package access

import (
	"errors"
	"testing"
	"time"
)

func TestAKeyIsNewThenSignsThenVerifiesThenGoes(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); !errors.Is(err, ErrNoKeys) {
		t.Errorf("an empty folder: %v", err)
	}
	began := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	if err := writeKey(dir, began); err != nil {
		t.Fatal(err)
	}
	rotated := began.Add(24 * time.Hour)
	if err := writeKey(dir, rotated); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		situation string
		at        time.Time
		want      []KeyState
		gone      int
	}{
		{"just rotated", rotated, []KeyState{KeySigning, KeyNew}, 0},
		{"half a minute later", rotated.Add(PublishedFirst), []KeyState{KeyOld, KeySigning}, 0},
		{"just before its last token ends", rotated.Add(RetiredAfter - time.Second), []KeyState{KeyOld, KeySigning}, 0},
		{"after that", rotated.Add(RetiredAfter), []KeyState{KeySigning}, 1},
	} {
		keys, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		gone, err := keys.Retire(r.at)
		if err != nil || len(gone) != r.gone {
			t.Fatalf("%s: retired %v, %v", r.situation, gone, err)
		}
		var got []KeyState
		for _, s := range keys.States(r.at) {
			got = append(got, s.State)
		}
		if len(got) != len(r.want) || got[0] != r.want[0] || got[len(got)-1] != r.want[len(r.want)-1] {
			t.Errorf("%s: %v, want %v", r.situation, got, r.want)
		}
	}
}

func TestATokenOfACertificateIsWorthNothingWithoutIt(t *testing.T) {
	keys, err := LoadOrCreate(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	issuer, verifier := NewIssuer(keys, time.Now), NewVerifier(keys, time.Now)
	for _, r := range []struct {
		bound, shown string
		want         error
	}{
		{"", "", nil}, {"", "a", nil}, {"a", "a", nil}, {"a", "", ErrBound}, {"a", "b", ErrBound},
	} {
		seat, _, err := issuer.Seat(Seat{ID: "booth:b", Role: "booth", Area: "a", Cert: r.bound}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		room, _, err := issuer.Room(Room{Participant: "booth:b", Room: "s_1", Grants: BoothGrants, Cert: r.bound}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := verifier.SeatOver(seat, r.shown); !errors.Is(err, r.want) || err == nil && got.Cert != r.bound {
			t.Errorf("a seat's, bound to %q, with %q: %v, %v", r.bound, r.shown, got.Cert, err)
		}
		if got, err := verifier.RoomOver(room, r.shown); !errors.Is(err, r.want) || err == nil && got.Cert != r.bound {
			t.Errorf("a room's, bound to %q, with %q: %v, %v", r.bound, r.shown, got.Cert, err)
		}
	}
}
