package line

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Bounds of what makes sense on a line; anything beyond is a slip of the hand.
const (
	mostDelay = 10 * time.Second
	leastRate = 1e3
	mostRate  = 100e9
)

// Parse changes settings by words such as "delay=20ms jitter=5ms loss=2% rate=1mbit queue=100ms overtake=yes cut=no". What is
// not named stays; "clear" makes the line perfect. The error names the word and says what would be right.
func Parse(before Settings, text string) (Settings, error) {
	s := before
	for _, word := range strings.Fields(text) {
		if word == "clear" {
			s = Settings{}
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch name {
		case "delay":
			s.Delay, err = parseTime(value)
		case "jitter":
			s.Jitter, err = parseTime(value)
		case "queue":
			s.Queue, err = parseTime(value)
		case "loss":
			s.Loss, err = parseShare(value)
		case "rate":
			s.Rate, err = parseRate(value)
		case "overtake":
			s.Overtake, err = parseYes(value)
		case "cut":
			s.Cut, err = parseYes(value)
		default:
			return before, fmt.Errorf("%q: want delay=, jitter=, loss=, rate=, queue=, overtake=, cut= or clear", word)
		}
		if err != nil {
			return before, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

func parseTime(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > mostDelay {
		return 0, fmt.Errorf("%q: want a time up to %v, such as 20ms", text, mostDelay)
	}
	return d, nil
}

func parseShare(text string) (float64, error) {
	number, percent := strings.CutSuffix(text, "%")
	x, err := strconv.ParseFloat(number, 64)
	if percent {
		x /= 100
	}
	if err != nil || !(x >= 0 && x <= 1) {
		return 0, fmt.Errorf("%q: want a share such as 0.02 or 2%%", text)
	}
	return x, nil
}

func parseRate(text string) (float64, error) {
	number, unit := text, 1.0
	for suffix, u := range map[string]float64{"kbit": 1e3, "mbit": 1e6, "gbit": 1e9} {
		if n, ok := strings.CutSuffix(strings.ToLower(text), suffix); ok {
			number, unit = n, u
		}
	}
	x, err := strconv.ParseFloat(number, 64)
	x *= unit
	if err != nil || math.IsNaN(x) || x != 0 && (x < leastRate || x > mostRate) {
		return 0, fmt.Errorf("%q: want bits a second such as 1mbit or 256kbit, or 0 for no limit", text)
	}
	return x, nil
}

func parseYes(text string) (bool, error) {
	switch text {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	default:
		return false, fmt.Errorf("%q: want yes or no", text)
	}
}

// String writes settings as Parse reads them after "clear".
func (s Settings) String() string {
	words := []string{"clear"}
	add := func(there bool, format string, value any) {
		if there {
			words = append(words, fmt.Sprintf(format, value))
		}
	}
	add(s.Delay != 0, "delay=%v", s.Delay)
	add(s.Jitter != 0, "jitter=%v", s.Jitter)
	add(s.Loss != 0, "loss=%v", s.Loss)
	add(s.Rate != 0, "rate=%v", s.Rate)
	add(s.Queue != 0, "queue=%v", s.Queue)
	add(s.Overtake, "overtake=%v", "yes")
	add(s.Cut, "cut=%v", "yes")
	return strings.Join(words, " ")
}
