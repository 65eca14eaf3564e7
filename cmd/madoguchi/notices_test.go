package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

const noticesExample = "../../deploy/madoguchi.notices.example.yaml"

func TestTheNoticesExampleIsRead(t *testing.T) {
	text, err := os.ReadFile(noticesExample)
	if err != nil {
		t.Fatal(err)
	}
	s, err := parseNotices(text, "https://madoguchi.example.jp/")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.to.Webhooks) != 1 || s.to.SMS == nil || s.to.Voice == nil || s.staff == nil || s.to.Mail == nil || len(s.reminders) != 2 || s.reminders[1] != 2*time.Hour {
		t.Errorf("read as %+v", s)
	}
	if s.to.Host != "madoguchi.example.jp" || s.to.Page != "https://madoguchi.example.jp/my/" {
		t.Errorf("host %q, page %q", s.to.Host, s.to.Page)
	}
}

func TestAWrongNoticesFileSaysWhatIsWrongAndNoSecret(t *testing.T) {
	const secret = "whsec_bWFkb2d1Y2hpIGV4YW1wbGUgc2VjcmV0IG9ubHk="
	hook := func(line string) string {
		return "webhooks:\n  - id: a\n    url: https://a.example.jp\n    secrets: [" + secret + "]\n" + line
	}
	for name, row := range map[string][2]string{
		"a key that is not known":    {hook("    evnts: [booked]\n"), "evnts"},
		"an event that is not known": {hook("    events: [bookd]\n"), `event "bookd" is not known; known are booked`},
		"two of one id":              {hook("  - id: a\n    url: https://b.example.jp\n    secrets: [" + secret + "]\n"), `id "a" is there twice`},
		"no TLS":                     {"webhooks:\n  - {id: a, url: \"http://a.example.jp\", secrets: [" + secret + "]}\n", "url is not https"},
		"no secret":                  {"webhooks:\n  - {id: a, url: \"https://a.example.jp\"}\n", "give one secret"},
		"a network that is none":     {"private: [10.0.0.0]\n", `private: "10.0.0.0" is not a network`},
		"a mail server without port": {"mail: {server: smtp.example.jp, from: a@example.jp}\n", "is not host:port"},
		"mail in the clear":          {"mail: {server: \"smtp.example.jp:25\", secure: none, from: a@example.jp}\n", "for a server on this machine only"},
		"half a login":               {"mail: {server: \"smtp.example.jp:587\", from: a@example.jp, user: x}\n", "belong together"},
		"a reminder that is none":    {"reminders: [tomorrow]\n", `"tomorrow" is not how long before`},
		"a reminder on no day":       {"reminders: [0d 17:00]\n", `"0d 17:00" is not how long before`},
		"a reminder at no time":      {"reminders: [1d 25:00]\n", `"1d 25:00" is not how long before`},
		"no YAML":                    {"webhooks: [\n", "notices"},
	} {
		file := writeFile(t, "notices.yaml", row[0])
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := loadNotices(file, "https://madoguchi.example.jp")
		if err == nil || !strings.Contains(err.Error(), row[1]) || strings.Contains(err.Error(), "bWFkb2d1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := writeFile(t, "notices.yaml", "")
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loadNotices(file, ""); err == nil || !strings.Contains(err.Error(), "chmod 0600") {
		t.Errorf("a file others can read: %v", err)
	}
	if s, err := loadNotices("", ""); err != nil || len(s.to.Webhooks) != 0 || s.reminders == nil {
		t.Errorf("no file: %+v, %v", s, err)
	}
}

func FuzzNotices(f *testing.F) {
	text, err := os.ReadFile(noticesExample)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("webhooks:\n ! 000"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := parseNotices(text, "https://x.example.jp"); err == nil && len(s.reminders)+len(s.remindOn) > maxReminders {
			t.Errorf("%d reminders", len(s.reminders))
		}
	})
}
