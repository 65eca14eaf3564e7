package facility

import "strings"

// Characters that do not begin a line, and that do not end one (JIS X 4051, 行頭禁則, 行末禁則).
const (
	notFirst = "、。，．・：；？！）」』】〕〉》ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々”’,.:;?!)]}%"
	notLast  = "（「『【〔〈《“‘([{"
)

// wrap breaks a text into lines no wider than width by what measure says. A break is where the writer put a space or,
// in a run without one, between any two characters that may stand so; a word of letters and digits stays whole where it
// fits a line.
func wrap(text string, width float64, measure func(string) float64) []string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, piece := range pieces(paragraph) {
			if line != "" && measure(strings.TrimRight(line+piece, " ")) > width {
				out = append(out, strings.TrimRight(line, " "))
				line = ""
			}
			if line == "" {
				piece = strings.TrimLeft(piece, " ")
			}
			for measure(piece) > width && len([]rune(piece)) > 1 {
				n := fitting([]rune(piece), width, measure)
				out = append(out, string([]rune(piece)[:n]))
				piece = string([]rune(piece)[n:])
			}
			line += piece
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// fitting is how many characters of an unbreakable piece go on a line; one at least.
func fitting(piece []rune, width float64, measure func(string) float64) int {
	n := 1
	for n < len(piece) && measure(string(piece[:n+1])) <= width {
		n++
	}
	return n
}

// pieces cuts a paragraph wherever a line may break.
func pieces(paragraph string) []string {
	var list []string
	runes := []rune(paragraph)
	from := 0
	for i := 1; i < len(runes); i++ {
		if mayBreak(runes[i-1], runes[i]) {
			list = append(list, string(runes[from:i]))
			from = i
		}
	}
	if from < len(runes) {
		list = append(list, string(runes[from:]))
	}
	return list
}

func mayBreak(before, after rune) bool {
	switch {
	case before == ' ':
		return after != ' '
	case after == ' ':
		return false
	case strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before):
		return false
	default:
		return before >= 0x2E80 || after >= 0x2E80 // between letters and digits of a word: never
	}
}
