package booking_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"madoguchi/booking"
)

func TestADeskSeesWhomItCanAskInAndNobodyElseDoes(t *testing.T) {
	w := newWeb(t, setting{})
	var got struct {
		Pools []booking.ColleaguePool `json:"pools"`
	}
	r := w.ask("desk:morita", http.MethodGet, "/v1/colleagues", "")
	if r.Code != http.StatusOK {
		t.Fatalf("a desk is answered %d: %s", r.Code, r.Body)
	}
	if err := json.Unmarshal(r.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(got.Pools, func(p booking.ColleaguePool) bool { return p.ID == "shiokaze" })
	if i < 0 || len(got.Pools[i].Desks) == 0 || got.Pools[i].Desks[0].Role != "pharmacist" || got.Pools[i].Desks[0].Name == "" {
		t.Errorf("the pharmacy is told as %+v", got.Pools)
	}
	for _, p := range got.Pools {
		if slices.ContainsFunc(p.Desks, func(k booking.ColleagueDesk) bool { return k.ID == "morita" }) {
			t.Error("a desk is told that it can ask itself")
		}
	}
	for _, seat := range []string{"counter:shiomachihama", "booth:shiomachihama-1", "desk:nobody"} {
		if r := w.ask(seat, http.MethodGet, "/v1/colleagues", ""); r.Code != http.StatusForbidden {
			t.Errorf("%s is answered %d", seat, r.Code)
		}
	}
}

func TestALinkIsDrawnForWhoeverSitsAtASeat(t *testing.T) {
	w := newWeb(t, setting{})
	body := `{"text":"https://madoguchi.example.jp/guest/#abc"}`
	if r := w.ask("desk:morita", http.MethodPost, "/v1/qr", body); r.Code != http.StatusOK || !strings.HasPrefix(r.Body.String(), "<svg") {
		t.Errorf("a desk is answered %d: %.60s", r.Code, r.Body)
	}
	if r := w.ask("", http.MethodPost, "/v1/qr", body); r.Code != http.StatusUnauthorized {
		t.Errorf("nobody is answered %d", r.Code)
	}
	if r := w.ask("desk:morita", http.MethodPost, "/v1/qr", `{"text":"`+strings.Repeat("a", 501)+`"}`); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("too long a text is answered %d", r.Code)
	}
}
