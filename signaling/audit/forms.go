package audit

import "strings"

// What may stand in an entry. These are asked of every word of a million entries when a trail is verified, so they are written out.

// isAction wants what begins with a small letter and goes on with these, digits, dots and hyphens, up to 48.
func isAction(text string) bool { return isWordOf(text, 48, '.') }

// isName is the same without dots, up to 24.
func isName(text string) bool { return isWordOf(text, 24, '-') }

func isWordOf(text string, most int, also byte) bool {
	if text == "" || len(text) > most || text[0] < 'a' || text[0] > 'z' {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != also {
			return false
		}
	}
	return true
}

// allowed gives text where all of it may stand in an entry, and Withheld where not.
func allowed(text string, most int, is *[256]bool) string {
	if !fits(text, most, is) {
		return Withheld
	}
	return text
}

func fits(text string, most int, is *[256]bool) bool {
	if len(text) > most || isPhone(text) || isToken(text) || isAddress(text) {
		return false
	}
	for i := range len(text) {
		if !is[text[i]] {
			return false
		}
	}
	return true
}

// isPhone finds what looks like a telephone number of Japan: 0 or +81, then eight digits or more, with hyphens or without.
func isPhone(text string) bool {
	rest, abroad := strings.CutPrefix(text, "+81")
	if !abroad {
		if text == "" || text[0] != '0' {
			return false
		}
		rest = text[1:]
	}
	digits := 0
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c != '-':
			return false
		}
	}
	return digits >= 8
}

// isToken finds what begins as a JWT does.
func isToken(text string) bool { return len(text) > 18 && text[:3] == "eyJ" }

// isAddress finds what looks like an IP address: four numbers with dots, or hexadecimal digits with two colons or more.
func isAddress(text string) bool {
	dots, colons := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c >= '0' && c <= '9':
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			if dots > 0 {
				return false
			}
		default:
			return false
		}
	}
	return dots == 3 && colons != 1 || colons > 1
}

// isID and isWord are the letters of ids and of words.
var isID, isWord = lettersOf(":_.-"), lettersOf(":_.-/,+={}")

func lettersOf(also string) *[256]bool {
	var is [256]bool
	for c := range 256 {
		b := byte(c)
		is[c] = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte(also, b) >= 0
	}
	return &is
}
