package booking

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
	"madoguchi/booking/facility"
)

// registerFacility adds the papers of the facilities, for administrators.
func (s *Service) registerFacility(api huma.API) {
	administered(s, api, huma.Operation{
		OperationID: "facility-paper", Method: http.MethodGet, Path: "/v1/offices/{office}/facility/{paper}", Tags: []string{"rules"},
		Errors: []int{401, 403, 404, 422, 503}, Summary: "A paper of an office's facility for online medical care, as PDF",
		Description: "For administrators. notification.pdf is what the prefecture is told, notice.pdf hangs on the wall, fees.pdf is shown beforehand, " +
			"emergency.pdf is the plan for somebody who falls ill. What is not on record is an empty field.",
	}, s.getFacilityPaper)
}

type paperInput struct {
	Office string `path:"office" maxLength:"40"`
	Paper  string `path:"paper" enum:"notification.pdf,notice.pdf,fees.pdf,emergency.pdf"`
}

type paperOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Service) getFacilityPaper(_ context.Context, _ Caller, in *paperInput) (*paperOutput, error) {
	d, err := s.rules()
	if err != nil {
		return nil, err
	}
	o, ok := d.Office(in.Office)
	if !ok {
		return nil, problemUnknown("office", in.Office)
	}
	paper, ok := facility.Of(strings.TrimSuffix(in.Paper, ".pdf"), d.site(o, s.publicURL, calendar.DateOf(s.now())))
	if !ok {
		return nil, problemInvalid("paper", "is not one of "+strings.Join(facility.Names(), ", ")+", each with .pdf")
	}
	var b bytes.Buffer
	if err := facility.Write(&b, paper, s.typeface()); err != nil {
		return nil, fmt.Errorf("paper %s of %s: %w", in.Paper, o.ID, err)
	}
	return &paperOutput{"application/pdf", fmt.Sprintf("attachment; filename=%q", o.ID+"-"+in.Paper), b.Bytes()}, nil
}

// site gathers what stands on an office's papers on a day.
func (d *Directory) site(o Office, public string, today calendar.Date) facility.Site {
	f := o.Facility
	site := facility.Site{
		Office: o.Name, Address: o.Address, Phone: o.Phone, Name: f.Name, OwnerKind: f.Owner.Kind, Owner: f.Owner.Name,
		Representative: f.Owner.Representative, OwnerAddress: f.Owner.Address, OwnerPhone: f.Owner.Phone, Manager: facility.Contact(f.Manager),
		Authority: f.Authority, Opened: written(f.Opened), Clean: f.Clean, Private: f.Private, Secure: f.Secure,
		Breakdown: facility.Contact(f.Breakdown), Illness: facility.Contact(f.Illness), Made: today.String(),
		Hospital:       facility.Contact{Name: o.Emergency.Hospital, Phone: o.Emergency.Phone},
		HospitalAgreed: written(o.Emergency.Agreed), HospitalUntil: written(o.Emergency.Until),
	}
	if public != "" {
		site.Page = strings.TrimSuffix(public, "/") + "/offices/" + o.ID
	}
	for _, b := range o.Booths {
		site.Booths = append(site.Booths, facility.Booth{Name: b.Name, Equipment: equipmentNames(b.Equipment)})
	}
	for _, h := range d.page(o, "ja", today).Hours {
		site.Hours = append(site.Hours, facility.Line(h))
	}
	for _, offer := range o.Offers {
		if offer.Until != (catalogue.Date{}) && offer.Until.Civil().Before(today) {
			continue
		}
		line := d.given(o, offer)
		site.Fees = append(site.Fees, line)
		if d.services[offer.Service].Facility && !slices.ContainsFunc(site.Care, func(known facility.Service) bool { return known.By == line.By }) {
			site.Care = append(site.Care, line)
		}
	}
	return site
}

// given is one service as it stands on the papers.
func (d *Directory) given(o Office, offer catalogue.Offer) facility.Service {
	pool := d.pools[offer.Pool]
	line := facility.Service{Name: d.services[offer.Service].Name, By: pool.Name, Phone: cmp.Or(offer.Contact, pool.Phone), Note: offer.Fee.Note.Ja}
	if offer.Fee.Stated {
		line.Fee = feeText(catalogue.Fee{Stated: true, Yen: offer.Fee.Yen}, "ja")
	}
	if offer.Basis.Kind == "notification" {
		line.Notified = offer.Basis.Reference + "（" + offer.Basis.On.String() + "）"
	}
	for _, c := range o.Facility.Conformity {
		if c.Pool == offer.Pool {
			line.Checked = "適合の確認 " + c.On.String() + "（" + c.Until.String() + "まで）"
		}
	}
	return line
}

// written is a day as it was written, and nothing for a day that was not.
func written(d catalogue.Date) string {
	if d == (catalogue.Date{}) {
		return ""
	}
	return d.String()
}

// equipmentJa are the Japanese names of what booths usually have; an office may use words of its own.
var equipmentJa = map[string]string{
	"camera": "カメラ", "headset": "ヘッドセット", "blood-pressure": "血圧計", "oximeter": "パルスオキシメーター", "thermometer": "体温計",
	"scales": "体重計", "document-camera": "書画カメラ", "printer": "プリンター", "stethoscope": "聴診器",
}

func equipmentNames(words []string) string {
	list := make([]string, 0, len(words))
	for _, w := range words {
		list = append(list, cmp.Or(equipmentJa[w], w))
	}
	return strings.Join(list, "・")
}
