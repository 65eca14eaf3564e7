package purpose

import (
	"slices"
	"testing"
)

func TestTheVoiceIsKeptLongestAndFacesGoFirst(t *testing.T) {
	var order []Purpose
	for i, traits := range Table() {
		if traits.Rank != i {
			t.Errorf("%s is number %d of the table and has rank %d", traits.Purpose, i, traits.Rank)
		}
		order = append(order, traits.Purpose)
	}
	if want := []Purpose{Voice, Stethoscope, Document, Screen, Face}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
}

func TestDeviceSoundIsLeftAsItIs(t *testing.T) {
	s, ok := Of(Stethoscope)
	if !ok || !s.Sound || !s.Music || s.MaxBitrate < 128_000 || s.Playout == 0 {
		t.Errorf("%+v", s)
	}
	if v, _ := Of(Voice); v.Music || !v.Redundant {
		t.Errorf("%+v", v)
	}
}

func TestPaperAndScreensKeepTheirSharpness(t *testing.T) {
	for _, p := range []Purpose{Document, Screen} {
		if traits, ok := Of(p); !ok || traits.Sound || traits.Keep != KeepResolution {
			t.Errorf("%+v", traits)
		}
	}
}

func TestAnUnknownPurposeHasNoTraits(t *testing.T) {
	if traits, ok := Of("telepathy"); ok {
		t.Errorf("%+v", traits)
	}
	for _, sound := range []bool{true, false} {
		if traits, ok := Of(Usual(sound)); !ok || traits.Sound != sound || !slices.Contains(Names(sound), string(Usual(sound))) {
			t.Errorf("sound %v is usually %+v", sound, traits)
		}
	}
}
