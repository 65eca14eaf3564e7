package catalogue_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"madoguchi/booking/catalogue"
	"madoguchi/deploy"
)

var update = flag.Bool("update", false, "write what is found into testdata/wrong/*.want")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhatIsWrongIsToldWithItsPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/wrong/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = catalogue.Load(fstest.MapFS{name: {Data: text}})
			var wrong *catalogue.Error
			if !errors.As(err, &wrong) {
				t.Fatalf("loading it gives %v", err)
			}
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestTheSampleIsWhole(t *testing.T) {
	c, err := catalogue.Load(deploy.Sample())
	if err != nil {
		t.Fatal(err)
	}
	booths := 0
	for _, o := range c.Offices {
		booths += len(o.Booths)
		if len(o.Offers) != 4 || len(o.Notices) != 3 || o.Emergency.Phone == "" {
			t.Errorf("office %s: %d offers, %d notices, emergency %q", o.ID, len(o.Offers), len(o.Notices), o.Emergency.Phone)
		}
		for _, phone := range []string{o.Phone, o.Emergency.Phone} {
			if !strings.HasPrefix(phone, "0999-00-") {
				t.Errorf("office %s has the number %s, which may be somebody's", o.ID, phone)
			}
		}
	}
	for _, p := range c.Pools {
		for _, d := range p.Desks {
			if !strings.HasPrefix(d.Phone, "0999-00-") {
				t.Errorf("desk %s has the number %s, which may be somebody's", d.ID, d.Phone)
			}
		}
	}
	if len(c.Offices) != 3 || booths != 6 || len(c.Services) != 4 || len(c.Pools) != 4 {
		t.Errorf("%d offices, %d booths, %d services, %d pools", len(c.Offices), booths, len(c.Services), len(c.Pools))
	}
}

func TestWhatIsLeftOutHasADefault(t *testing.T) {
	c, err := catalogue.Load(fstest.MapFS{"all.yaml": {Data: []byte(`
areas: [{id: a, name: 圏域}]
offices:
  - id: hama
    name: 浜局
    area: a
    booths: [{id: hama-1, name: ブース1}]
    hours: [{days: Mon-Fri, open: "09:00", close: "17:00"}]
  - id: oki
    name: 沖局
    area: a
    yearEnd: {from: none, to: none}
    holidays: open
    every: 5
    booths: [{id: oki-1, name: ブース1}]
    hours: [{days: "Sat-Mon", open: "00:00", close: "24:00"}]
`)}})
	if err != nil {
		t.Fatal(err)
	}
	hama, oki := c.Offices[0], c.Offices[1]
	if hama.Every != 30 || hama.Fine != 10 || hama.Holidays || hama.YearEnd.From.String() != "12-31" || hama.YearEnd.To.String() != "01-03" {
		t.Errorf("hama %+v", hama)
	}
	if oki.Every != 5 || oki.Fine != 5 || !oki.Holidays || oki.YearEnd != (catalogue.YearEnd{}) {
		t.Errorf("oki %+v", oki)
	}
	if days := oki.Hours[0].Days; !days[6] || !days[0] || !days[1] || days[2] || days.String() != "Mon,Sat,Sun" {
		t.Errorf("Sat-Mon is %v", days)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		files fs.FS
		want  string
	}{
		"nothing there":   {fstest.MapFS{}, "no *.yaml file"},
		"a huge file":     {fstest.MapFS{"a.yaml": {Data: make([]byte, 2<<20)}}, "larger than"},
		"a directory":     {fstest.MapFS{"a.yaml": {Mode: fs.ModeDir}}, "a.yaml"},
		"nested too deep": {fstest.MapFS{"a.yaml": {Data: []byte("areas: " + strings.Repeat("[", 100) + strings.Repeat("]", 100))}}, "nested deeper"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := catalogue.Load(c.files); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something about %q", err, c.want)
			}
		})
	}
}

func TestWeekdaysPrintAsTheyAreRead(t *testing.T) {
	for _, s := range []string{"Mon", "Mon-Fri", "Mon,Tue", "Tue,Thu", "Mon-Wed,Fri", "Mon-Sun", "Sat,Sun", "Wed-Sun"} {
		if d, err := catalogue.ParseDays(s); err != nil || d.String() != s {
			t.Errorf("%s prints as %s, %v", s, d, err)
		}
	}
}

// Whatever somebody types, loading ends, does not panic, and either gives a catalogue or findings with a place.
func FuzzLoad(f *testing.F) {
	seeds, err := filepath.Glob("testdata/wrong/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range seeds {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	if err := fs.WalkDir(deploy.Sample(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(deploy.Sample(), path)
		f.Add(text)
		return err
	}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		hung := time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("loading does not end: %q", text)) })
		_, err := catalogue.Load(fstest.MapFS{"f.yaml": {Data: text}})
		hung.Stop()
		var wrong *catalogue.Error
		if err == nil || !errors.As(err, &wrong) {
			return
		}
		for _, finding := range wrong.Findings {
			if finding.Line < 1 || finding.Column < 1 || finding.Text == "" {
				t.Fatalf("a finding without a place: %+v", finding)
			}
		}
	})
}
