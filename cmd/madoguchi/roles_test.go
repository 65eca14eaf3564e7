package main

import (
	"encoding/json"
	"testing"

	"madoguchi/signaling/access"
)

func TestEveryOperationHasARowInTheTableOfRoles(t *testing.T) {
	at := base(t, launch(t, []string{home(t)}, anyPort...).untilReady())
	_, text := get(t, at+"/openapi.json")
	var api spec
	if err := json.Unmarshal([]byte(text), &api); err != nil {
		t.Fatal(err)
	}
	operations := map[string]bool{"fhir": true} // which has a description of its own
	for path, methods := range api.Paths {
		for _, op := range methods {
			operations[op.OperationID] = true
			if !access.Listed(access.HTTP, op.OperationID) {
				t.Errorf("%s %s: who may? It has no row in signaling/access/table.go", op.OperationID, path)
			}
		}
	}
	for _, row := range access.Table {
		if row.Door == access.HTTP && !operations[row.Act] {
			t.Errorf("%s: in the table of roles, and there is no such operation", row.Act)
		}
	}
	if len(operations) < 50 {
		t.Errorf("only %d operations: does the test still see the API?", len(operations))
	}
}
