package main

import (
	"strings"
	"testing"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/cmd/madoguchi/loadtest/attack"
)

// A second of each on a machine that does other things says little of how much is endured; what is told of it and that all comes back
// is what counts here. make soak-abuse takes a minute each and judges.
func TestTwoInAConsultationAreAttackedAndWhatTheyNoticeIsTold(t *testing.T) {
	redistest.Real(t) // there is a redis-server to start, or it says so
	printed, complaints, code := output(t, []string{home(t)}, "loadtest", "abuse", "--seconds", "1", "--figures",
		"--only", "ws-garbage,stun,guess-slips")
	if code != 0 {
		t.Fatalf("code %d: %s%s", code, complaints, printed)
	}
	for _, want := range []string{"calm ", "ws-garbage ", "stun ", "guess-slips ", "datagrams: ", "guesses looked at, one found within", "afterwards"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in:\n%s", want, printed)
		}
	}
	for _, never := range []string{"peers:", "rooms:", "ledger", "goroutines:", "descriptors:", "is found within"} {
		if _, limits, found := strings.Cut(printed, "NOT KEPT"); found && strings.Contains(limits, never) {
			t.Errorf("%s", limits)
		}
	}
}

func TestAnAttackNobodyKnowsIsRefusedByName(t *testing.T) {
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{"--only", "pigeons"}, `only: "pigeons" is no attack; there are http-valid`},
		{[]string{"--seconds", "0"}, "seconds: 0 is out of bounds; give 1 to 3600"},
	} {
		_, complaints, code := output(t, []string{home(t)}, append([]string{"loadtest", "abuse"}, row.args...)...)
		if code == 0 || !strings.Contains(complaints, row.says) {
			t.Errorf("%v: code %d, %s", row.args, code, complaints)
		}
	}
}

func TestAttacksArePickedByNameOrByWhatTheyBeginWith(t *testing.T) {
	for names, want := range map[string]string{
		"stun": "stun", "whip": "whip-refused,whip-stolen", "http2": "http2-reset,http2-control", "": strings.Join(attack.Names(), ","),
	} {
		var only, got []string
		if names != "" {
			only = strings.Split(names, ",")
		}
		picked, err := attack.Select(only)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range picked {
			got = append(got, k.Name)
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%q picks %v, want %s", names, got, want)
		}
	}
}
