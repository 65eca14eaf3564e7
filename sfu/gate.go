package sfu

import "fmt"

// maxGroups is how many groups a gate may have at once. A consultation needs one, a word in private two.
const maxGroups = 16

// groups is the set of groups of a gate somebody is in, one bit each; none for whoever is not let in.
type groups uint16

// everyGroup is where those are who measure.
const everyGroup = ^groups(0)

// meet says whether two see and hear each other.
func (g groups) meet(other groups) bool { return g&other != 0 }

// gate turns lists of who is together into who is in which groups.
func gate(together [][]string) map[string]groups {
	in := map[string]groups{}
	for i, group := range together {
		for _, participant := range group {
			in[participant] |= 1 << i
		}
	}
	return in
}

// checkGate refuses a gate of too many groups.
func checkGate(together [][]string) error {
	if len(together) > maxGroups {
		return fmt.Errorf("%d groups: want at most %d", len(together), maxGroups)
	}
	return nil
}
