package layer

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// group is a whole and young one whose key frame has so many bytes.
func group(keyBytes int) Group {
	return Group{Whole: true, Age: 300 * time.Millisecond, Packets: 12, KeyBytes: keyBytes}
}

func TestTheStartIsTheLargestPictureTheLineBringsAtOnce(t *testing.T) {
	old, broken, long := group(2000), group(2000), group(2000)
	old.Age = MaxAge + time.Millisecond
	broken.Whole = false
	long.Packets = MaxPackets + 1
	small, middle, large := group(3000), group(12_000), group(80_000)
	for _, row := range []struct {
		name   string
		layers []Group
		rate   float64
		want   Choice
	}{
		{"one layer that fits is sent again", []Group{small}, 1e6, Choice{0, true}},
		{"one layer is sent again however large: there is no other", []Group{large}, 1e6, Choice{0, true}},
		{"six kilobytes are what a rural line brings in time", []Group{small, group(6250)}, 1e6, Choice{1, true}},
		{"a byte more is too much", []Group{small, group(6251)}, 1e6, Choice{0, true}},
		{"an unknown line is taken for a rural one", []Group{small, middle}, 0, Choice{0, true}},
		{"a good line starts with the middle", []Group{small, middle, large}, 5e6, Choice{1, true}},
		{"a very good line starts with the largest", []Group{small, middle, large}, 20e6, Choice{2, true}},
		{"a line too narrow for any starts with the smallest", []Group{small, middle, large}, 100e3, Choice{0, true}},
		{"a layer whose group is old is passed over", []Group{small, old}, 1e6, Choice{0, true}},
		{"so is one with a packet missing", []Group{broken, large}, 1e6, Choice{1, true}},
		{"so is one that would take long to send", []Group{long, small}, 1e6, Choice{1, true}},
		{"with nothing kept the smallest is asked for", []Group{old, broken, long}, 1e6, Choice{0, false}},
		{"before anything has come the smallest is asked for", []Group{{}, {}}, 1e6, Choice{0, false}},
	} {
		if got := Start(row.layers, row.rate); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
}

func TestABetterLineNeverStartsWithLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Group {
			return Group{
				Whole: rapid.Bool().Draw(t, "whole"), Age: time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "age")),
				Packets: rapid.IntRange(0, 300).Draw(t, "packets"), KeyBytes: rapid.IntRange(0, 100_000).Draw(t, "key"),
			}
		}), 1, 4).Draw(t, "layers")
		for i := 1; i < len(layers); i++ { // larger layers have larger key frames
			layers[i].KeyBytes = max(layers[i].KeyBytes, layers[i-1].KeyBytes)
		}
		rate := rapid.Float64Range(1, 1e8).Draw(t, "rate")
		narrow, wide := Start(layers, rate), Start(layers, rate*rapid.Float64Range(1, 10).Draw(t, "better"))
		if wide.Layer < narrow.Layer || wide.Replay != narrow.Replay {
			t.Fatalf("%+v on the better line after %+v", wide, narrow)
		}
		if narrow.Replay && !layers[narrow.Layer].Replayable() {
			t.Fatalf("%+v cannot be sent again", layers[narrow.Layer])
		}
	})
}
