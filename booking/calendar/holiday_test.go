package calendar

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zone Tokyo is compared with

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/jp"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding/japanese"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheTableEqualsTheCabinetOfficeList(t *testing.T) {
	data := os.Getenv("MADOGUCHI_DATA")
	if data == "" {
		t.Skip("MADOGUCHI_DATA is not set: the list of the Cabinet Office is not at hand")
	}
	f, err := os.Open(filepath.Join(data, "holidays", "syukujitsu.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(japanese.ShiftJIS.NewDecoder().Reader(f)).ReadAll() // as published: Shift_JIS, 2027/11/23
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, year := range holidayTable {
		listed += len(year)
	}
	if listed != len(rows)-1 {
		t.Errorf("the table has %d holidays, the list %d", listed, len(rows)-1)
	}
	for _, row := range rows[1:] {
		at, err := time.Parse("2006/1/2", row[0])
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := Holiday(Date{at.Year(), at.Month(), at.Day()}); !ok || name != row[1] {
			t.Errorf("%s is %q in the table, %q in the list", row[0], name, row[1])
		}
	}
	if last := rows[len(rows)-1][0]; last[:4] != LastPublished().String()[:4] {
		t.Errorf("the list ends with %s, the table with %s", last, LastPublished())
	}
	t.Logf("%d holidays from %s to %s", listed, rows[1][0], rows[len(rows)-1][0])
}

// What we expect of years to come is what we would have expected of the years the law has stood as it does.
func TestWhatIsExpectedWasTrueSinceTheLawStands(t *testing.T) {
	for year := 2022; year <= holidayLastYear; year++ {
		if got := expectedIn(year); !slices.Equal(got, holidayTable[year]) {
			t.Errorf("%d: expected %v, published %v", year, got, holidayTable[year])
		}
	}
}

func TestWhatIsExpectedAgreesWithTheRulesOfTheLaw(t *testing.T) {
	rules := cal.NewBusinessCalendar()
	rules.AddHoliday(jp.Holidays...)
	days := 0
	for d := LastPublished().Add(1); d.Year <= 2060; d = d.Add(1) {
		name, expected := Holiday(d)
		_, before := Holiday(d.Add(-1))
		_, after := Holiday(d.Add(1))
		if name == "休日" && before && after {
			continue // article 3 (3), which those rules know for some years only
		}
		if actual, observed, _ := rules.IsHoliday(d.At(0)); expected != (actual || observed) {
			t.Errorf("%s: expected %v (%s), by the rules %v", d, expected, name, actual || observed)
		}
		if !Provisional(d) {
			t.Fatalf("%s passes for published", d)
		}
		if expected {
			days++
		}
	}
	t.Logf("%d holidays expected until 2060", days)
	if Provisional(LastPublished()) {
		t.Error("the last published day passes for provisional")
	}
}

// The rules of rickar/cal come from the law, our table from the published list: two sources that must agree.
func TestTheTableAgreesWithTheRulesOfTheLaw(t *testing.T) {
	rules := cal.NewBusinessCalendar()
	rules.AddHoliday(jp.Holidays...)
	for d := (Date{2022, time.January, 1}); !LastPublished().Before(d); d = d.Add(1) {
		_, listed := Holiday(d)
		if actual, observed, _ := rules.IsHoliday(d.At(0)); listed != (actual || observed) {
			t.Errorf("%s: in the table %v, by the rules %v", d, listed, actual || observed)
		}
	}
}

func TestTokyoIsTheZoneOfTheDatabase(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for moment := time.Date(1955, 1, 1, 0, 0, 0, 0, time.UTC); moment.Year() < 2040; moment = moment.Add(7 * time.Hour) {
		if got, want := moment.In(Tokyo).Format(time.DateTime), moment.In(zone).Format(time.DateTime); got != want {
			t.Fatalf("%v is %s in Tokyo, %s by the database", moment, got, want)
		}
	}
}

func TestDatesGoOverMonthsAndYears(t *testing.T) {
	for _, c := range []struct {
		from Date
		add  int
		want string
	}{
		{Date{2026, time.December, 31}, 1, "2027-01-01"},
		{Date{2028, time.February, 28}, 1, "2028-02-29"},
		{Date{2027, time.March, 1}, -1, "2027-02-28"},
	} {
		if got := c.from.Add(c.add); got.String() != c.want {
			t.Errorf("%s %+d days is %s, want %s", c.from, c.add, got, c.want)
		}
	}
}
