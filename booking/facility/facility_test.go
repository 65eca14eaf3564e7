package facility

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// characters measures a full character as two and any other as one, as a fixed-width typeface does.
func characters(s string) float64 {
	sum := 0.0
	for _, r := range s {
		if r >= 0x2E80 {
			sum++
		}
		sum++
	}
	return sum
}

func TestLinesBreakWhereJapaneseMayBreak(t *testing.T) {
	for text, want := range map[string][]string{
		"短い":                     {"短い"},
		"":                       {""},
		"ひとつ\n\nふたつ":             {"ひとつ", "", "ふたつ"},
		"ことばの あいだで 切る":           {"ことばの", "あいだで", "切る"},
		"あいうえおかきくけこ":             {"あいうえお", "かきくけこ"},
		"あいうえお、かき":               {"あいうえ", "お、かき"}, // no line begins with a comma
		"あいうえ（かき）":               {"あいうえ", "（かき）"}, // none ends with a bracket that opens
		"0999-00-11990999-00-11": {"0999-00-11", "990999-00-", "11"},
	} {
		if got := wrap(text, 10, characters); !slices.Equal(got, want) {
			t.Errorf("%q breaks into %q, want %q", text, got, want)
		}
	}
}

// Whatever is written, nothing but spaces at the ends of lines is lost, and no line is wider than it may be.
func FuzzWrap(f *testing.F) {
	f.Add("ことばの あいだで 切る", 10)
	f.Add("（「（「（「", 3)
	f.Add("、、、、、、、、、、", 4)
	f.Add("0999-00-1199\n0999", 5)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if !utf8.ValidString(text) || len(text) > 2000 {
			return
		}
		width = 2 + (width%80+80)%80
		lines := wrap(text, float64(width), characters)
		bare := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got, want := bare(strings.Join(lines, "")), bare(text); got != want {
			t.Fatalf("%q became %q", want, got)
		}
		for _, line := range lines {
			if characters(line) > float64(width) && utf8.RuneCountInString(line) > 1 {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
	})
}

// recorded is a facility with everything on record.
func recorded() Site {
	return Site{
		Office: "浜局", Address: "汐待市浜1番地", Phone: "0999-00-1001", Name: "浜局オンライン診療受診施設", OwnerKind: "corporation",
		Owner: "汐待窓口株式会社", Representative: "代表取締役", OwnerAddress: "汐待市2番地", OwnerPhone: "0999-00-1100",
		Manager: Contact{"浜局 局長", "0999-00-1001"}, Authority: "汐待県知事", Opened: "2026-04-01", Clean: "消毒します", Private: "個室です", Secure: "暗号化します",
		Breakdown: Contact{"機器受付", "0999-00-1199"}, Illness: Contact{"浜局 窓口", "0999-00-1001"},
		Hospital: Contact{"汐待市民病院", "0999-00-9119"}, HospitalAgreed: "2026-03-20", HospitalUntil: "2027-03-31",
		Booths: []Booth{{"ブース1", "カメラ・血圧計"}}, Hours: []Line{{"月・火", "09:00 – 17:00"}},
		Care: []Service{{Name: "診療", By: "もりた医院", Phone: "0999-00-1234", Notified: "届出 第12号（2026-03-16）", Checked: "適合の確認 2026-03-25（2027-03-31まで）"}},
		Fees: []Service{{Name: "診療", By: "もりた医院", Fee: "無料", Note: "診療費は 医院に 支払います"}},
		Page: "https://example.test/offices/hama", Made: "2026-11-23",
	}
}

func textOf(p Paper) string {
	var b strings.Builder
	b.WriteString(p.Title + "\n" + p.To + "\n" + p.Link + "\n")
	for _, s := range p.Sections {
		b.WriteString(s.Heading + "\n" + strings.Join(s.Steps, "\n") + "\n" + strings.Join(s.Text, "\n") + "\n")
		for _, r := range s.Rows {
			b.WriteString(r.Name + ": " + r.Text + "\n")
		}
	}
	return b.String()
}

func TestEveryPaperSaysWhatTheLawAsksFor(t *testing.T) {
	for name, wanted := range map[string][]string{
		"notification": {"汐待県知事", "2026年4月1日", "法人", "代表取締役", "浜局 局長", "消毒", "個室", "暗号化", "もりた医院", "届出 第12号", "合意 2026年3月20日（2027年3月31日まで）", "適合の確認"},
		"notice":       {"もりた医院: 0999-00-1234", "機器受付 0999-00-1199", "浜局 窓口", "録画も 録音も しません", "09:00", "https://example.test/offices/hama"},
		"fees":         {"診療\nもりた医院: 無料", "診療費は 医院に"},
		"emergency":    {"119", "汐待市浜1番地", "汐待市民病院 0999-00-9119", "病状は 書かない"},
	} {
		p, ok := Of(name, recorded())
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		for _, w := range wanted {
			if text := textOf(p); !strings.Contains(text, w) {
				t.Errorf("%s does not say %q:\n%s", name, w, text)
			}
		}
	}
	if _, ok := Of("licence", recorded()); ok || len(Names()) != 4 {
		t.Error("there is a paper nobody knows")
	}
}

func TestWhatIsNotOnRecordIsAnEmptyField(t *testing.T) {
	empty := Notification(Site{Made: "2026-11-23"})
	fields := 0
	for _, s := range empty.Sections {
		for _, r := range s.Rows {
			if fields++; r.Text != "" {
				t.Errorf("%s is %q without a record", r.Name, r.Text)
			}
		}
	}
	if fields < 15 {
		t.Errorf("there are %d fields to fill in", fields)
	}
	person := recorded()
	person.OwnerKind = "person"
	if text := textOf(Notification(person)); strings.Contains(text, "代表者") || strings.Contains(text, "管理・運営責任者") || !strings.Contains(text, "個人") {
		t.Errorf("a person is asked for what corporations have:\n%s", text)
	}
}

func TestWithoutATypefaceThereIsNoPaper(t *testing.T) {
	for _, face := range []Typeface{{}, {Regular: []byte("OTTO, but no TrueType font"), Bold: []byte("no")}} {
		if err := Write(&bytes.Buffer{}, Notice(recorded()), face); !errors.Is(err, ErrTypeface) {
			t.Errorf("got %v", err)
		}
	}
}
