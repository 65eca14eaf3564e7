package main

import (
	"bytes"
	"regexp"
	"testing"

	"madoguchi/booking/facility"
)

// hangingSite is longer than any office's record is likely to be.
func hangingSite() facility.Site {
	site := facility.Site{Name: "岬口郵便局オンライン診療受診施設", Office: "岬口郵便局", Address: "汐待市岬口20番地", Page: "https://madoguchi.example/offices/misakiguchi", Made: "2026-11-23"}
	for range 30 {
		site.Care = append(site.Care, facility.Service{By: "汐待もりた医院", Phone: "0999-00-1234", Notified: "オンライン診療受診施設 届出 汐保第12号（2026-03-16）"})
	}
	return site
}

var pdfPages = regexp.MustCompile(`/Type /Page\b[^s]`)

func TestPapersAreSetInTheTypefaceThatIsBuiltIn(t *testing.T) {
	for _, name := range facility.Names() {
		paper, _ := facility.Of(name, hangingSite())
		var b, again bytes.Buffer
		if err := facility.Write(&b, paper, typeface()); err != nil {
			t.Fatalf("%s: %v (make build makes the pages, which hold the typeface)", name, err)
		}
		if err := facility.Write(&again, paper, typeface()); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s made twice is not the same: %v", name, err)
		}
		pages := len(pdfPages.FindAll(b.Bytes(), -1))
		if wanted := map[string]int{"notification": 2, "notice": 2, "fees": 1, "emergency": 1}[name]; pages < wanted || pages > wanted+1 {
			t.Errorf("%s has %d pages, want %d", name, pages, wanted)
		}
		if size := b.Len(); !bytes.HasPrefix(b.Bytes(), []byte("%PDF-1.")) || size < 5_000 || size > 400_000 {
			t.Errorf("%s begins %q and has %d bytes: only the characters used are put in", name, b.Bytes()[:8], size)
		}
	}
}
