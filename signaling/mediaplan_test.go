package signaling

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"madoguchi/signaling/protocol"
)

// The example in the protocol's document is what clients are really told, so that their tests run on the true plan.
func TestTheExampleOfWelcomeHoldsTheMediaPlanThatIsSent(t *testing.T) {
	b, err := os.ReadFile("../testdata/protocol/welcome.json")
	if err != nil {
		t.Fatal(err)
	}
	var example protocol.Welcome
	if err := json.Unmarshal(b, &example); err != nil {
		t.Fatal(err)
	}
	plan := mediaPlan([]protocol.ICEServer{}, true)
	if !reflect.DeepEqual(example.Media, plan) {
		want, err := json.MarshalIndent(plan, "  ", "  ")
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("the example's media should be\n%s", want)
	}
}

func TestThePlanHasAPlaceForEveryPurposeBothWays(t *testing.T) {
	plan := mediaPlan(nil, false)
	down := map[protocol.Purpose]int{}
	for _, p := range plan.Down {
		down[p]++
	}
	for _, p := range plan.Up {
		if down[p] == 0 {
			t.Errorf("%s is sent but received nowhere", p)
		}
	}
	if down["voice"] != 3 || down["face"] != 3 || plan.AudioDown+plan.VideoDown != len(plan.Down) || len(plan.Up) != len(plan.Traits) {
		t.Errorf("%+v", plan)
	}
}
