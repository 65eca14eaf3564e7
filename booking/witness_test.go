package booking

import (
	"context"
	"testing"

	"madoguchi/booking/redisstore"
)

func TestAStepNotedAgainIsNotForgottenByAnAnswerFromBefore(t *testing.T) {
	w, err := newWitness(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	step := redisstore.Entry{Op: redisstore.OpConfirm, ID: "a_1", Token: "b"}
	shown := func() string { return w.doubt("area", redisstore.Record{ID: "a_1"}).Unknown.Op }
	note := func() {
		if err := w.Unknown(ctx, "area", []redisstore.Entry{step}); err != nil {
			t.Fatal(err)
		}
	}
	not := func(u unsettled) {
		if err := w.not(ctx, u); err != nil {
			t.Fatal(err)
		}
	}

	note()
	looked := w.unknown("area")
	note() // while it is looked for, the clerk asks again: now it is carried out, and no replica has it yet
	not(looked[0])
	if got := shown(); got != redisstore.OpConfirm {
		t.Errorf("it is shown as certain (%q), because it was not done a moment before", got)
	}
	if n := len(w.unknown("area")); n != 1 {
		t.Errorf("%d steps are to be settled, want it once", n)
	}
	not(w.unknown("area")[0])
	if got := shown(); got != "" {
		t.Errorf("settled, it still says %q", got)
	}
}
