package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/signaling/access"
)

// post sends JSON as a seat, or as nobody.
func post(t *testing.T, url, bearer, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", "once")
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

func TestTheDemosClockBeginsAtTheNextSuchTimeInTokyo(t *testing.T) {
	day := calendar.DateOf(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	for _, row := range []struct {
		asked string
		now   time.Time
		want  time.Time
	}{
		{"10:00", day.At(9 * 60), day.At(10 * 60)},
		{"10:00", day.At(10 * 60), day.At(10 * 60)},
		{"10:00", day.At(23*60 + 50), day.Add(1).At(10 * 60)},
		{"10:00", day.At(5), day.At(10 * 60)},
		{"11:49:40", day.At(5), day.At(11*60 + 49).Add(40 * time.Second)},
		{"00:01:10", day.At(1).Add(20 * time.Second), day.Add(1).At(1).Add(10 * time.Second)},
		{"00:00", day.At(1), day.Add(1).At(0)},
		{"", day.At(1), day.At(1)},
	} {
		clock, err := (&demoCommand{BeginsAt: row.asked}).clock(row.now)
		if got := row.now.Add(clock.ahead); err != nil || !got.Equal(row.want) {
			t.Errorf("asked for %q at %s it begins at %s, %v; want %s", row.asked, row.now, got, err, row.want)
		}
	}
	for field, d := range map[string]demoCommand{"10 o'clock": {BeginsAt: "10 o'clock"}, "25:00": {BeginsAt: "25:00"}, "10:00:61": {BeginsAt: "10:00:61"}, "redis": {BeginsAt: "10:00", Redis: "redis://h/0"}} {
		if _, err := d.clock(day.At(0)); err == nil || !strings.Contains(err.Error(), "begins-at") || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestADemoWithAClockOfItsOwnSaysSoAndGoesByIt(t *testing.T) {
	at := time.Now().In(calendar.Tokyo).Add(5 * time.Hour)
	demo := launch(t, []string{home(t)}, append(anyPort, "--begins-at", at.Format("15:04"))...)
	lines := demo.untilReady()
	if told := strings.Join(lines, "\n"); !strings.Contains(told, "The clock of this demo says "+at.Format("2006-01-02T15:04:")) {
		t.Errorf("printed:\n%s", told)
	}
	var seat struct {
		Token     string
		ExpiresAt time.Time
	}
	answer, body := post(t, base(t, lines)+"/v1/sign-in", "", `{"seat":"counter:shiomachihama"}`)
	if answer.StatusCode != http.StatusOK || json.Unmarshal([]byte(body), &seat) != nil {
		t.Fatalf("sign in: status %d: %s", answer.StatusCode, body)
	}
	if late := seat.ExpiresAt.Sub(at) - access.SeatTTL; late.Abs() > 2*time.Minute {
		t.Errorf("signaling's clock is %s from the demo's", late)
	}
	begun := at.Add(-30 * time.Minute).Truncate(5 * time.Minute).Format(time.RFC3339)
	wish := fmt.Sprintf(`{"office":"shiomachihama","start":%q,"legs":[{"service":"medical","pool":"morita"}]}`, begun)
	if answer, body = post(t, base(t, lines)+"/v1/holds", seat.Token, wish); answer.StatusCode < 400 || !strings.Contains(body, "past") {
		t.Errorf("half an hour ago by the demo's clock: status %d: %s", answer.StatusCode, body)
	}
	if code, _ := demo.terminate(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
}
