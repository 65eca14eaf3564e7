package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling"
)

func TestAPostOfficeIsTelephonedByASignedRequestThatNamesNobody(t *testing.T) {
	var got *http.Request
	var body []byte
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer receiver.Close()
	hook, err := demoTelephone(receiver.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer hook.Close()
	err = telephoneOf(hook).Ring(context.Background(), signaling.Ring{
		Call: "c_1", Office: "okuse", OfficeName: "奥瀬郵便局", Booth: "okuse-1", BoothName: "ブース1", At: time.Now(), Unattended: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Header.Get("Webhook-Id") != "c_1" || !strings.HasPrefix(got.Header.Get("Webhook-Signature"), "v1,") {
		t.Errorf("headers %v", got.Header)
	}
	var m staffCalled
	if err := json.Unmarshal(body, &m); err != nil || m.Type != "staff.called" || m.Data.OfficeName != "奥瀬郵便局" || !m.Data.Unattended {
		t.Errorf("%s, %v", body, err)
	}
}

func TestWithoutAReceiverNobodyIsTelephoned(t *testing.T) {
	hook, err := demoTelephone("")
	if err != nil || telephoneOf(hook) != nil {
		t.Errorf("%v, %v", hook, err)
	}
	if _, err := demoTelephone("ftp://x"); err == nil {
		t.Error("any address is taken")
	}
}
