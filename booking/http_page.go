package booking

import (
	"bytes"
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
	"madoguchi/booking/officepage"
)

// OfficePage answers GET /offices/{office} with the public page of an office, in ?lang= ja, easy or en. It needs no
// sign-in and has no script.
func (s *Service) OfficePage() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := s.dir()
		o, ok := d.Office(r.PathValue("office"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		lang := r.URL.Query().Get("lang")
		if !officepage.Known(lang) {
			lang = "ja"
		}
		var b bytes.Buffer
		if err := officepage.Write(&b, d.page(o, lang, calendar.DateOf(s.now()))); err != nil {
			s.log.Error("office page not written", "office", o.ID, "err", err)
			http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", officepage.Policy)
		_, _ = w.Write(b.Bytes()) // a client that has gone
	})
}

// page gathers what stands on an office's page on a day.
func (d *Directory) page(o Office, lang string, today calendar.Date) officepage.Page {
	say := func(key string) string { return officepage.Say(lang, key) }
	p := officepage.Page{
		Lang: lang, ID: o.ID, Name: o.Name, Kana: o.Kana, Address: o.Address, Phone: o.Phone,
		Hospital: o.Emergency.Hospital, Urgent: o.Emergency.Phone, As: today.String(),
	}
	for _, h := range o.Hours {
		line := officepage.Line{Name: dayNames(h.Days, lang), Text: h.Open.String() + " – " + h.Close.String()}
		if h.Repeat.Rule != "" {
			line.Name = say("rule")
		}
		if h.NoonFrom < h.NoonTo {
			line.Text += "（" + say("noon") + " " + h.NoonFrom.String() + " – " + h.NoonTo.String() + "）"
		}
		p.Hours = append(p.Hours, line)
	}
	p.Closed = closedLines(o, say, today)
	for _, f := range o.Offers {
		if f.Until != (catalogue.Date{}) && f.Until.Civil().Before(today) {
			continue // what is over is no function of the office
		}
		p.Services = append(p.Services, d.pageService(o, f, lang, today))
	}
	return p
}

func closedLines(o Office, say func(string) string, today calendar.Date) []string {
	list := []string{say("holidays")}
	if o.Holidays {
		list = []string{say("openHolidays")}
	}
	if o.YearEnd != (catalogue.YearEnd{}) {
		list = append(list, say("yearEnd")+" "+o.YearEnd.From.String()+" – "+o.YearEnd.To.String())
	}
	for _, c := range o.Closures {
		if !c.To.Civil().Before(today) {
			list = append(list, strings.TrimSpace(say("closed")+" "+c.From.String()+" – "+c.To.String()+" "+c.Reason))
		}
	}
	for _, e := range o.Extra {
		if !e.Date.Civil().Before(today) {
			list = append(list, say("extra")+" "+e.Date.String()+" "+e.From.String()+" – "+e.To.String())
		}
	}
	return list
}

func (d *Directory) pageService(o Office, f catalogue.Offer, lang string, today calendar.Date) officepage.Service {
	say := func(key string) string { return officepage.Say(lang, key) }
	info, pool := d.services[f.Service], d.pools[f.Pool]
	v := officepage.Service{
		Name: info.Names.In(lang), By: pool.Name, State: d.OfferState(o.ID, f, today), Minutes: info.Minutes, Fee: feeText(f.Fee, lang),
		From: f.From.String(), Until: say("noEnd"), Ground: say(f.Basis.Kind), Basis: f.Basis.Reference + "（" + f.Basis.On.String() + "）", Law: info.Law,
		First: info.FirstVisit.Note.In(lang), Contact: cmp.Or(f.Contact, pool.Phone, o.Phone),
	}
	if f.Until != (catalogue.Date{}) {
		v.Until = f.Until.String()
	}
	if info.FirstVisit.Refused {
		v.First = strings.TrimSpace(say("refused") + " " + v.First)
	}
	var spoken []string
	for _, tag := range languagesOf(info) {
		name := say("lang-" + strings.ToLower(tag))
		spoken = append(spoken, strings.TrimPrefix(name, "lang-"))
	}
	v.Languages = strings.Join(spoken, ", ")
	return v
}

func feeText(f catalogue.Fee, lang string) string {
	if !f.Stated {
		return ""
	}
	text := officepage.Say(lang, "free")
	if f.Yen > 0 {
		text = strconv.Itoa(f.Yen) + " " + officepage.Say(lang, "yen")
	}
	return strings.TrimSpace(text + " " + f.Note.In(lang))
}

// dayNames names weekdays one by one, Monday first.
func dayNames(days catalogue.Days, lang string) string {
	var list []string
	for _, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		if set, err := catalogue.ParseDays(day); err == nil && meets(days, set) {
			list = append(list, officepage.Say(lang, day))
		}
	}
	if lang == "en" {
		return strings.Join(list, ", ")
	}
	return strings.Join(list, "・")
}

func meets(a, b catalogue.Days) bool {
	for n := range a {
		if a[n] && b[n] {
			return true
		}
	}
	return false
}
