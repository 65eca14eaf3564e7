package sheets_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"madoguchi/booking/catalogue"
	"madoguchi/booking/sheets"
	"madoguchi/deploy"
)

func sample(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := fs.Glob(deploy.Sample(), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if files[name], err = fs.ReadFile(deploy.Sample(), name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// table makes a table in one text.
func table(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

func applied(t *testing.T, tables map[string][]byte) (*catalogue.Catalogue, map[string][]byte, sheets.Change) {
	t.Helper()
	out, change, err := sheets.Apply(sample(t), tables)
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	return c, out, change
}

func TestWhatIsExportedAndImportedAgainChangesNothing(t *testing.T) {
	files := sample(t)
	for _, encoding := range []string{sheets.UTF8, sheets.CP932} {
		tables, err := sheets.Export(files, encoding)
		if err != nil {
			t.Fatal(err)
		}
		if marked := bytes.HasPrefix(tables[sheets.Offices], []byte("\xef\xbb\xbf")); marked != (encoding == sheets.UTF8) {
			t.Errorf("%s: byte order mark %v", encoding, marked)
		}
		out, change, err := sheets.Apply(files, tables)
		if err != nil {
			t.Fatal(err)
		}
		if change.Added+change.Changed != 0 || len(change.Files) != 0 || !maps.EqualFunc(out, files, bytes.Equal) {
			t.Errorf("%s: %+v", encoding, change)
		}
	}
}

func TestARowChangesWhatItSaysAndNothingElse(t *testing.T) {
	before, err := catalogue.Parse(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	c, out, change := applied(t, map[string][]byte{
		sheets.Offices: table("id,name,phone,hours", "okuse,奥瀬簡易郵便局,,Mon-Thu 09:00-15:00 12:00-13:00; Sat 09:00-12:00"),
		sheets.Desks:   table("id,pool,kana,registration", "morita,morita,モリタ チヒロ,2005"),
		sheets.Rosters: table("desk,days,from,to", `morita,"Mon,Tue",10:00,12:00`, "morita,Wed,13:00,15:00"),
	})
	if change.Added != 0 || change.Changed != 3 || !slices.Equal(change.Files, []string{"office-okuse.yaml", "pools.yaml"}) {
		t.Errorf("%+v", change)
	}
	i := slices.IndexFunc(c.Offices, func(o catalogue.Office) bool { return o.ID == "okuse" })
	okuse, old := c.Offices[i], before.Offices[i]
	if okuse.Name != "奥瀬簡易郵便局" || okuse.Phone != "0999-00-1003" || len(okuse.Hours) != 2 || okuse.Hours[0].Close.String() != "15:00" || okuse.Hours[1].NoonFrom != okuse.Hours[1].NoonTo {
		t.Errorf("office %+v", okuse)
	}
	if len(okuse.Booths) != len(old.Booths) || len(okuse.Offers) != len(old.Offers) || okuse.Emergency != old.Emergency {
		t.Errorf("more than asked has changed: %+v", okuse)
	}
	pool := c.Pools[slices.IndexFunc(c.Pools, func(p catalogue.Pool) bool { return p.ID == "morita" })]
	if d := pool.Desks[0]; d.Registration != 2005 || d.Name != "森田 千尋" || len(d.Roster) != 2 || d.Roster[1].From.String() != "13:00" {
		t.Errorf("desk %+v", d)
	}
	if first, _, _ := strings.Cut(string(sample(t)["pools.yaml"]), "\n"); !strings.HasPrefix(string(out["pools.yaml"]), first) {
		t.Errorf("the comment is gone: %.200s", out["pools.yaml"])
	}
}

func TestNewOfficesAndDesksAreAdded(t *testing.T) {
	c, _, change := applied(t, map[string][]byte{
		sheets.Offices: table("id,name,area,tenant,hours,booths", "kitahama,北浜郵便局,shiomachi,shiomachi-shi,Mon-Fri 09:00-16:00,kitahama-1 ブース1 camera+headset 5; kitahama-2 ブース2"),
		sheets.Desks:   table("id,pool,name,role,title", "shimin-3,shimin,小川 進,officer,市職員", "shimin-4,shimin,川口 葵,officer,市職員"),
		sheets.Rosters: table("desk,days,from,to", "shimin-3,Mon-Fri,09:00,12:00", "shimin-4,Tue,13:00,17:00"),
	})
	if change.Added != 3 || change.Changed != 0 {
		t.Errorf("%+v", change)
	}
	o := c.Offices[slices.IndexFunc(c.Offices, func(o catalogue.Office) bool { return o.ID == "kitahama" })]
	if len(o.Booths) != 2 || !slices.Equal(o.Booths[0].Equipment, []string{"camera", "headset"}) || o.Booths[0].Cleaning != 5 {
		t.Errorf("office %+v", o)
	}
	p := c.Pools[slices.IndexFunc(c.Pools, func(p catalogue.Pool) bool { return p.ID == "shimin" })]
	if len(p.Desks) != 4 || p.Desks[3].Name != "川口 葵" || p.Desks[2].Roster[0].To.String() != "12:00" {
		t.Errorf("desks %+v", p.Desks)
	}
}

func TestShiftJISOfWindowsIsRead(t *testing.T) {
	text, err := japanese.ShiftJIS.NewEncoder().String("id,name\r\nokuse,奥瀬①髙郵便局\r\n") // ① and 髙 are Windows's own
	if err != nil {
		t.Fatal(err)
	}
	c, _, _ := applied(t, map[string][]byte{sheets.Offices: []byte(text)})
	if i := slices.IndexFunc(c.Offices, func(o catalogue.Office) bool { return o.Name == "奥瀬①髙郵便局" }); i < 0 {
		t.Error("not understood")
	}
}

func TestWhatIsWrongIsToldByLineAndNothingIsTaken(t *testing.T) {
	for name, row := range map[string]struct {
		table string
		text  []byte
		want  string
	}{
		"an unknown column":         {sheets.Offices, table("id,nmae", "okuse,x"), `offices.csv:1: column "nmae" is not known`},
		"a column twice":            {sheets.Offices, table("id,name,name", "okuse,x,y"), `offices.csv:1: column "name" is there twice`},
		"no id column":              {sheets.Desks, table("pool,name", "morita,x"), `desks.csv:1: column "id" is missing`},
		"an empty id":               {sheets.Offices, table("id,name", "okuse,奥瀬", ",x"), "offices.csv:3: id is empty"},
		"an id twice":               {sheets.Offices, table("id,name", "okuse,奥瀬", "okuse,おくせ"), "offices.csv:3: office okuse is in line 2 already"},
		"hours that are none":       {sheets.Offices, table("id,hours", "okuse,9 to 5"), `offices.csv:2: hours "9 to 5": write for example`},
		"closing before opening":    {sheets.Offices, table("id,hours", "misakiguchi,", "okuse,Mon-Fri 17:00-09:00"), "offices.csv:3: close 09:00 is not after open 17:00"},
		"an unknown pool":           {sheets.Desks, table("id,pool,name", "x-1,nobody,x"), `desks.csv:2: pool "nobody" is not in the catalogue`},
		"a desk of another pool":    {sheets.Desks, table("id,pool", "morita,shimin"), "desks.csv:2: desk morita belongs to pool morita"},
		"an unknown role":           {sheets.Desks, table("id,pool,role", "morita,morita,wizard"), "desks.csv:2: "},
		"a year that is none":       {sheets.Desks, table("id,pool,registration", "morita,morita,H16"), `desks.csv:2: registration is a year, not "H16"`},
		"a new desk without roster": {sheets.Desks, table("id,pool,name,role,title", "shimin-9,shimin,x,officer,y"), "desks.csv:2: "},
		"a roster of nobody":        {sheets.Rosters, table("desk,days,from,to", "nobody,Mon,09:00,10:00"), `rosters.csv:2: desk "nobody" is neither`},
		"a time that is none":       {sheets.Rosters, table("desk,days,from,to", "morita,Mon,25:00,26:00"), "rosters.csv:2: "},
		"an open quotation":         {sheets.Offices, table("id,name", `okuse,"x`), "offices.csv:2: "},
		"too many cells":            {sheets.Offices, table("id,name", "okuse,x,y"), "offices.csv:2: there are more cells than columns"},
		"neither encoding":          {sheets.Offices, []byte("id,name\nokuse,\xff\xfe\x00"), "offices.csv:1: this is neither UTF-8 nor Shift_JIS"},
		"nothing at all":            {sheets.Offices, nil, "offices.csv:1: there is no line of column names"},
	} {
		t.Run(name, func(t *testing.T) {
			files := sample(t)
			out, _, err := sheets.Apply(files, map[string][]byte{row.table: row.text})
			var all *sheets.Error
			if !errors.As(err, &all) || !strings.Contains(err.Error(), row.want) || out != nil {
				t.Errorf("got %v", err)
			}
			if !maps.EqualFunc(files, sample(t), bytes.Equal) {
				t.Error("something was taken")
			}
		})
	}
	// All findings at once, not the first.
	_, _, err := sheets.Apply(sample(t), map[string][]byte{sheets.Offices: table("id,hours", "okuse,x", "misakiguchi,y")})
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v", err)
	}
}

func TestACellIsNoFormula(t *testing.T) {
	c, out, _ := applied(t, map[string][]byte{sheets.Offices: table("id,name", "okuse,=1+1")})
	if c.Offices[slices.IndexFunc(c.Offices, func(o catalogue.Office) bool { return o.ID == "okuse" })].Name != "=1+1" {
		t.Error("changed on the way in")
	}
	tables, err := sheets.Export(out, sheets.UTF8)
	if err != nil || !strings.Contains(string(tables[sheets.Offices]), ",'=1+1,") {
		t.Errorf("%v: %s", err, tables[sheets.Offices])
	}
	if _, change, err := sheets.Apply(out, tables); err != nil || change.Changed != 0 {
		t.Errorf("comes back as %+v, %v", change, err)
	}
}

func FuzzApply(f *testing.F) {
	files := sample(f)
	for _, encoding := range []string{sheets.UTF8, sheets.CP932} {
		tables, err := sheets.Export(files, encoding)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(tables[sheets.Offices], tables[sheets.Desks], tables[sheets.Rosters])
	}
	f.Add([]byte("id,name,hours\nokuse,\"a: b\n- c\",Mon-Fri 09:00-10:00\n"), []byte("id,pool,name\nx,morita,#}\n"), []byte("desk,days,from,to\nx,Mon,1,2\n"))
	f.Fuzz(func(t *testing.T, offices, desks, rosters []byte) {
		out, _, err := sheets.Apply(files, map[string][]byte{sheets.Offices: offices, sheets.Desks: desks, sheets.Rosters: rosters})
		if err != nil {
			return
		}
		if _, err := catalogue.Parse(out); err != nil {
			t.Errorf("what was taken is no catalogue: %v", err)
		}
		tables, err := sheets.Export(out, sheets.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		if _, change, err := sheets.Apply(out, tables); err != nil || len(change.Files) != 0 {
			t.Errorf("written and read again: %+v, %v", change, err)
		}
	})
}
