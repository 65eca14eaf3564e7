package booking

import (
	"errors"
	"strings"
)

// Bounds of what a resident's record may hold.
const (
	maxKana   = 64
	minDigits = 10
	maxDigits = 11
)

// Errors of names and numbers. They never repeat what was entered.
var (
	ErrKana  = errors.New("お名前は カタカナで 64文字までで 入れてください")
	ErrPhone = errors.New("電話番号は 0から始まる 10けたか 11けたの 数字で 入れてください")
)

// halfWidth is the full-width form of U+FF66 to U+FF9D, in their order.
var halfWidth = []rune("ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン")

// NormalizeKana brings a name into the one form that is stored and compared: full-width katakana, single spaces between
// its parts. Hiragana and half-width katakana are turned; anything else gives ErrKana.
func NormalizeKana(s string) (string, error) {
	if len(s) > 8*maxKana {
		return "", ErrKana
	}
	var out []rune
	for _, r := range s {
		switch {
		case r == ' ' || r == '\u3000' || r == '\t':
			if len(out) > 0 && out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
			continue
		case r == 'ﾞ' || r == '\u3099' || r == '゛':
			if !voice(out, 1) {
				return "", ErrKana
			}
			continue
		case r == 'ﾟ' || r == '\u309a' || r == '゜':
			if !voice(out, 2) {
				return "", ErrKana
			}
			continue
		case r >= 'ｦ' && r <= 'ﾝ':
			r = halfWidth[r-'ｦ']
		case r >= 'ぁ' && r <= 'ゖ':
			r += 'ァ' - 'ぁ'
		case r == '･':
			r = '・'
		}
		if !katakana(r) {
			return "", ErrKana
		}
		out = append(out, r)
	}
	name := strings.TrimSpace(string(out))
	if name == "" || len([]rune(name)) > maxKana || strings.Trim(name, " ー・") == "" {
		return "", ErrKana
	}
	return name, nil
}

func katakana(r rune) bool {
	return (r >= 'ァ' && r <= 'ヺ') || r == 'ー' || r == '・'
}

// voice adds a voicing mark to the last character: 1 for dakuten, 2 for handakuten. It reports whether that character
// takes one.
func voice(out []rune, mark rune) bool {
	if len(out) == 0 {
		return false
	}
	last := &out[len(out)-1]
	switch {
	case mark == 1 && *last == 'ウ':
		*last = 'ヴ'
	case strings.ContainsRune("ハヒフヘホ", *last):
		*last += mark
	case mark == 1 && strings.ContainsRune("カキクケコサシスセソタチツテト", *last):
		*last++
	default:
		return false
	}
	return true
}

// NormalizePhone brings a domestic telephone number into plain digits and hyphens as people write it. Full-width forms
// are turned and +81 becomes 0; anything but 10 or 11 digits beginning with 0 gives ErrPhone.
func NormalizePhone(s string) (string, error) {
	if len(s) > 96 {
		return "", ErrPhone
	}
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9', r == '+':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune('0' + r - '０')
		case strings.ContainsRune("-‐‑–—−ー－ｰ", r):
			b.WriteByte('-')
		case strings.ContainsRune(" \u3000().（）", r):
			// people group digits with these; they carry no meaning
		default:
			return "", ErrPhone
		}
	}
	text := b.String()
	if rest, abroad := strings.CutPrefix(text, "+81"); abroad {
		text = "0" + strings.TrimPrefix(strings.TrimPrefix(rest, "-"), "0")
	}
	digits := phoneDigits(text)
	if len(digits) < minDigits || len(digits) > maxDigits || text[0] != '0' || strings.Contains(text, "+") ||
		strings.Contains(text, "--") || strings.HasSuffix(text, "-") {
		return "", ErrPhone
	}
	return text, nil
}

func phoneDigits(s string) string { return strings.ReplaceAll(s, "-", "") }
