package booking_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"madoguchi/booking"
	"madoguchi/booking/redisstore/redistest"
)

func TestAnOfficesPageTellsFunctionsDatesFeesAndContacts(t *testing.T) {
	k := newDesk(t, redistest.Mini(t), setting{})
	mux := http.NewServeMux()
	mux.Handle("GET /offices/{office}", k.OfficePage())
	read := func(path string) (int, string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	for lang, want := range map[string][]string{
		"ja":   {`<html lang="ja">`, "汐待浜郵便局", "診療", "汐待もりた医院", "2026-04-01", "2029-03-31", "無料", "0999-00-1234", "届出 <span lang=\"ja\">オンライン診療受診施設", "月・火・水・木・金"},
		"easy": {"おいしゃさんの しんさつ", "おかねは いりません", "やって います", "<dd>とどけで <span"},
		"en":   {`<html lang="en">`, "Medical consultation", "Free of charge", "Mon, Tue, Wed, Thu, Fri", "Available", "<dd>Notification <span"},
		"xx":   {"この局でできること"},
	} {
		code, text := read("/offices/shiomachihama?lang=" + lang)
		for _, w := range want {
			if code != http.StatusOK || !strings.Contains(text, w) {
				t.Errorf("%s: %d without %q", lang, code, w)
			}
		}
		if strings.Contains(text, "森田") || strings.Contains(text, "<script") {
			t.Errorf("%s names somebody or has a script", lang)
		}
	}
	if _, err := k.Suspend(context.Background(), "admin:admin", booking.Suspension{Service: "medical", Reason: "点検"}); err != nil {
		t.Fatal(err)
	}
	if _, text := read("/offices/okuse"); !strings.Contains(text, "いまは 休止しています") {
		t.Error("a suspended service is not told as such")
	}
	if code, _ := read("/offices/nowhere"); code != http.StatusNotFound {
		t.Errorf("an unknown office answers %d", code)
	}
}
