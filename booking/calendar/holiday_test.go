package calendar

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"
	_ "time/tzdata" // the zone Tokyo is compared with

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/jp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheTableEqualsTheCabinetOfficeList(t *testing.T) {
	data := os.Getenv("MADOGUCHI_DATA")
	if data == "" {
		t.Skip("MADOGUCHI_DATA is not set: the list of the Cabinet Office is not at hand")
	}
	f, err := os.Open(filepath.Join(data, "holidays", "holidays.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
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
		d, err := ParseDate(row[0])
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := Holiday(d); !ok || name != row[1] {
			t.Errorf("%s is %q in the table, %q in the list", row[0], name, row[1])
		}
	}
	if last := rows[len(rows)-1][0]; last[:4] != LastPublished().String()[:4] {
		t.Errorf("the list ends with %s, the table with %s", last, LastPublished())
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
