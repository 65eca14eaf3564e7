package booking_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/danielgtaylor/huma/v2/humatest"

	"madoguchi/booking"
	"madoguchi/booking/redisstore/redistest"
)

// rulesWeb is the HTTP API over a broker that reads its rules from files, which a test may change.
func rulesWeb(t *testing.T) (*web, fstest.MapFS) {
	t.Helper()
	files := sampleFiles(t)
	k := broker(t, redistest.Mini(t), files)
	until(t, "the rules are in force", func() bool { return k.Directory().Rules() == 1 })
	_, api := humatest.New(t)
	k.Register(api)
	return &web{k, api, t}, files
}

// offerList is as much of the answer as the tests look at.
type offerList struct {
	Rules     int64
	Catalogue string
	Offers    []struct {
		Office, Service, Pool, State string
		Basis                        struct{ Kind, Reference, On string }
		Suspension                   *booking.Suspension
	}
	Suspensions []booking.Suspension
}

const ueda = "admin:ueda"

func TestWhatIsOfferedIsListedWithItsBasisForAdministratorsOnly(t *testing.T) {
	w, _ := rulesWeb(t)
	list := want[offerList](t, w.ask(ueda, "GET", "/v1/offers", ""), 200)
	if list.Rules != 1 || list.Catalogue == "" || len(list.Offers) == 0 || len(list.Suspensions) != 0 {
		t.Fatalf("%+v", list)
	}
	for _, o := range list.Offers {
		if o.Basis.Kind == "" || o.Basis.Reference == "" || o.Basis.On == "" || o.State == "" || o.Suspension != nil {
			t.Errorf("%+v", o)
		}
	}
	for _, seat := range []string{"counter:shiomachihama", "desk:morita", "assistant:morita", "booth:shiomachihama-1"} {
		refused(t, w.ask(seat, "GET", "/v1/offers", ""), 403, booking.SlugNotYours)
	}
	if r := w.ask("", "GET", "/v1/offers", ""); r.Code != 401 && r.Code != 403 {
		t.Errorf("nobody: %d %s", r.Code, r.Body)
	}
}

func TestAServiceIsSuspendedAndResumedOverHTTP(t *testing.T) {
	w, _ := rulesWeb(t)
	const body = `{"office":"shiomachihama","service":"medical","pool":"morita","reason":"汐待市から 連絡があったため"}`
	refused(t, w.ask("counter:shiomachihama", "POST", "/v1/suspensions", body), 403, booking.SlugNotYours)
	made := want[booking.Suspension](t, w.ask(ueda, "POST", "/v1/suspensions", body), 201)
	if made.ID == "" || made.By != ueda || made.At.IsZero() {
		t.Fatalf("%+v", made)
	}
	refused(t, w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(nil), key()), 422, booking.SlugClosedTime)
	list := want[offerList](t, w.ask(ueda, "GET", "/v1/offers", ""), 200)
	suspended := 0
	for _, o := range list.Offers {
		if o.Office == "shiomachihama" && o.Service == "medical" && o.Pool == "morita" {
			suspended++
			if o.State != "suspended" || o.Suspension == nil || o.Suspension.ID != made.ID {
				t.Errorf("%+v", o)
			}
		} else if o.State == "suspended" {
			t.Errorf("suspended too: %+v", o)
		}
	}
	if suspended != 1 || len(list.Suspensions) != 1 {
		t.Errorf("%d suspended, %+v", suspended, list.Suspensions)
	}

	path := "/v1/suspensions/" + made.ID + "/resume"
	refused(t, w.ask("desk:morita", "POST", path, `{"reason":"いま"}`), 403, booking.SlugNotYours)
	if r := w.ask(ueda, "POST", path, `{"reason":"市の 確認が すんだため"}`); r.Code != 204 {
		t.Fatalf("resume: %d %s", r.Code, r.Body)
	}
	want[booking.Hold](t, w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(nil), key()), 201)
}

func TestASuspensionOfWhatIsNotThereNamesTheField(t *testing.T) {
	w, _ := rulesWeb(t)
	for field, body := range map[string]string{
		"service": `{"service":"haircut","reason":"x"}`,
		"office":  `{"office":"atlantis","service":"medical","reason":"x"}`,
		"pool":    `{"service":"medical","pool":"nobody","reason":"x"}`,
		"reason":  `{"service":"medical","reason":""}`,
	} {
		r := w.ask(ueda, "POST", "/v1/suspensions", body)
		if r.Code < 400 || r.Code >= 500 || !strings.Contains(r.Body.String(), field) {
			t.Errorf("%s: %d %s", field, r.Code, r.Body)
		}
	}
}

func TestWrongFilesAreToldByPlaceAndTheRulesStay(t *testing.T) {
	w, files := rulesWeb(t)
	before := want[offerList](t, w.ask(ueda, "GET", "/v1/offers", ""), 200)
	edit(t, files, "services.yaml", "minutes: 20", "minutes: twenty")
	p := refused(t, w.ask(ueda, "POST", "/v1/catalogue/reload", ""), 422, booking.SlugCatalogue)
	if len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, "services.yaml:") {
		t.Errorf("%+v", p)
	}
	if now := want[offerList](t, w.ask(ueda, "GET", "/v1/offers", ""), 200); now.Catalogue != before.Catalogue || now.Rules != before.Rules {
		t.Errorf("rules %d, %s", now.Rules, now.Catalogue)
	}
	edit(t, files, "services.yaml", "minutes: twenty", "minutes: 25")
	refused(t, w.ask("counter:shiomachihama", "POST", "/v1/catalogue/reload", ""), 403, booking.SlugNotYours)
	after := want[offerList](t, w.ask(ueda, "POST", "/v1/catalogue/reload", ""), 200)
	if after.Rules != 2 || after.Catalogue == before.Catalogue {
		t.Errorf("rules %d, %s", after.Rules, after.Catalogue)
	}
}
