package booking_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore/redistest"
)

func TestNothingIsBookedAtAFacilityThatLacksSomethingOnRecord(t *testing.T) {
	const (
		phone   = "      breakdown: {name: 汐待窓口 機器受付, phone: 0999-00-1199}\n"
		finding = "      conformity:\n        - {pool: morita, on: 2026-03-25, until: 2027-03-31}\n"
	)
	for line, lack := range map[string]string{phone: "breakdown", finding: "conformity"} {
		t.Run(lack, func(t *testing.T) {
			files := sampleFiles(t)
			edit(t, files, "office-shiomachihama.yaml", line, "")
			k := broker(t, redistest.Mini(t), files)
			ctx := context.Background()
			_, err := k.Hold(ctx, counter, at10(t, k))
			refusedAs(t, err, booking.SlugClosedTime)
			why, err := k.Why(ctx, booking.WhyRequest{Office: "shiomachihama", Start: clinicMorning(), Legs: []booking.LegRequest{medical}})
			if err != nil || !strings.Contains(codes(why), calendar.CodeUnprepared) || len(why.Offices) == 0 {
				t.Errorf("why not: %+v, %v", why, err)
			}
			elsewhere := at10(t, k)
			elsewhere.Office, elsewhere.Booth = "okuse", ""
			if _, err := k.Hold(ctx, booking.Caller{Seat: "counter:okuse"}, elsewhere); err != nil {
				t.Errorf("an office with everything on record: %v", err)
			}
			town := at10(t, k)
			town.Legs = []booking.LegRequest{card}
			if _, err := k.Hold(ctx, counter, town); err != nil {
				t.Errorf("a service that needs no such facility: %v", err)
			}
		})
	}
}

func TestAnAdministratorReadsWhatAFacilityLacks(t *testing.T) {
	w, files := rulesWeb(t)
	edit(t, files, "office-okuse.yaml", "      authority: 汐待県知事\n", "")
	want[struct{ Rules int64 }](t, w.ask(ueda, "POST", "/v1/catalogue/reload", ""), 200)
	type line struct {
		Office, Service, State string
		Lacks                  []string
	}
	list := want[struct{ Offers []line }](t, w.ask(ueda, "GET", "/v1/offers", ""), 200).Offers
	for _, l := range list {
		switch wanted := []string{"authority"}; {
		case l.Office == "okuse" && l.Service == "medical" && (l.State != "unprepared" || !slices.Equal(l.Lacks, wanted)):
			t.Errorf("okuse: %+v", l)
		case (l.Office != "okuse" || l.Service != "medical") && (l.State != "given" || l.Lacks != nil):
			t.Errorf("%+v", l)
		}
	}
}
