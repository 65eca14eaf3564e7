package booking

import (
	"errors"
	"strings"
	"testing"
)

func TestNamesAreBroughtIntoOneForm(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"katakana stays":                  {"ミナミ フサエ", "ミナミ フサエ"},
		"hiragana is turned":              {"みなみ ふさえ", "ミナミ フサエ"},
		"half-width is turned":            {"ﾐﾅﾐ ﾌｻｴ", "ミナミ フサエ"},
		"half-width marks join":           {"ﾊﾞﾊﾟｶﾞｳﾞ", "バパガヴ"},
		"combining marks join":            {"カ\u3099ハ\u309a", "ガパ"},
		"spaces are one":                  {"　ミナミ　 フサエ ", "ミナミ フサエ"},
		"long vowels and small kana stay": {"リー ショッカク", "リー ショッカク"},
		"half-width long vowel":           {"ｵｵﾀ ﾘｰ", "オオタ リー"},
		"a middle dot stays":              {"マリア・ルイサ", "マリア・ルイサ"},
		"old kana":                        {"ヰ ヱ ゑ", "ヰ ヱ ヱ"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := NormalizeKana(c.in); err != nil || got != c.want {
				t.Errorf("%q becomes %q, %v; want %q", c.in, got, err, c.want)
			}
		})
	}
	for name, in := range map[string]string{
		"nothing": "", "spaces": "   ", "kanji": "南 房江", "latin": "Minami", "digits": "ミナミ2", "a mark alone": "ﾞ", "a mark on what takes none": "アﾞ",
		"too long": strings.Repeat("ア", 65), "far too long": strings.Repeat("ア", 10_000), "markup": "<b>ミナミ</b>", "dashes only": "ーー", "a line break": "ミナミ\nフサエ",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if got, err := NormalizeKana(in); !errors.Is(err, ErrKana) {
				t.Errorf("%q becomes %q, %v", in, got, err)
			}
		})
	}
}

func TestNumbersAreBroughtIntoOneForm(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"as people write it": {"0999-00-1456", "0999-00-1456"},
		"digits alone":       {"0999001456", "0999001456"},
		"a mobile":           {"090 9999 0145", "09099990145"},
		"full-width":         {"０９９９－００－１４５６", "0999-00-1456"},
		"brackets":           {"(0999) 00-1456", "099900-1456"},
		"from abroad":        {"+81 999-00-1456", "0999-00-1456"},
		"a long vowel sign":  {"0999ー00ー1456", "0999-00-1456"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := NormalizePhone(c.in); err != nil || got != c.want {
				t.Errorf("%q becomes %q, %v; want %q", c.in, got, err, c.want)
			}
		})
	}
	for name, in := range map[string]string{
		"nothing": "", "too short": "0999-00-145", "too long": "0999-00-145678", "letters": "0999-00-145a", "without the zero": "9990014567",
		"two hyphens": "0999--001456", "ends in a hyphen": "0999001456-", "a plus inside": "0999+001456", "the emergency number": "119",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if got, err := NormalizePhone(in); !errors.Is(err, ErrPhone) {
				t.Errorf("%q becomes %q, %v", in, got, err)
			}
		})
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"ミナミ フサエ", "みなみ　ふさえ", "ﾐﾅﾐ ﾊﾞﾊﾟ", "カ\u3099", "ー", "・", "\xff", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := NormalizeKana(s)
		if err != nil {
			return
		}
		if n := len([]rune(once)); n == 0 || n > maxKana {
			t.Fatalf("%q becomes %d characters", s, n)
		}
		if twice, err := NormalizeKana(once); err != nil || twice != once {
			t.Fatalf("%q becomes %q, and that %q, %v", s, once, twice, err)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"0999-00-1456", "+81 90-9999-0145", "０９９９", "+810999001456", "(099) 900-1456", "\xff", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := NormalizePhone(s)
		if err != nil {
			return
		}
		if n := len(phoneDigits(once)); n < minDigits || n > maxDigits || strings.Trim(once, "0123456789-") != "" {
			t.Fatalf("%q becomes %q", s, once)
		}
		if twice, err := NormalizePhone(once); err != nil || twice != once {
			t.Fatalf("%q becomes %q, and that %q, %v", s, once, twice, err)
		}
	})
}
