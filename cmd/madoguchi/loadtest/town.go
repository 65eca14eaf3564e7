package loadtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A town is what visits are measured on: so many places where visits take place beside each other and nobody waits for anybody, each
// an office with one booth, and a desk for each of two legs. It is one area, open at all hours, whatever day it is.
const (
	townFirst  = "talk"  // service of the first leg
	townSecond = "forms" // of the second
)

// place is where one visit after the other takes place.
type place struct{ office, booth, first, second string }

func townPlace(n int) place {
	return place{fmt.Sprintf("o%d", n), fmt.Sprintf("b%d", n), fmt.Sprintf("c%d", n), fmt.Sprintf("f%d", n)}
}

// leg names the service, the pool and the desk of a leg, as a hold wants them. Each desk is a pool of its own.
func leg(service, desk string) map[string]string {
	return map[string]string{"service": service, "pool": desk, "desk": desk}
}

// writeTown writes the catalogue of an area with so many places.
func writeTown(folder string, places int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "areas: [{id: %s, name: 町}]\nservices:\n", CountryArea)
	fmt.Fprintf(&text, "  - {id: %s, name: 相談, publicName: 相談, role: counselor, minutes: 20, followedBy: [%s]}\n", townFirst, townSecond)
	fmt.Fprintf(&text, "  - {id: %s, name: 手続き, publicName: 窓口, role: officer, minutes: 10}\npools:\n", townSecond)
	desk := func(id, role, service string) {
		fmt.Fprintf(&text, "  - {id: %s, name: 係, area: %s, "+openAlways+"services: [%s], desks: [{id: %s, name: 机, role: %s, title: 係員, "+
			"roster: [{days: Mon-Sun, from: \"00:00\", to: \"24:00\"}]}]}\n", id, CountryArea, service, id, role)
	}
	for n := range places {
		p := townPlace(n)
		desk(p.first, "counselor", townFirst)
		desk(p.second, "officer", townSecond)
	}
	text.WriteString("offices:\n")
	offer := func(service, pool string) string {
		return fmt.Sprintf("{service: %s, pool: %s, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}", service, pool)
	}
	for n := range places {
		p := townPlace(n)
		fmt.Fprintf(&text, "  - {id: %s, name: 局%d, area: %s, every: 5, fine: 5, "+openAlways+"booths: [{id: %s, name: ブース}], "+
			"hours: [{days: Mon-Sun, open: \"00:00\", close: \"24:00\"}], offers: [%s, %s]}\n",
			p.office, n, CountryArea, p.booth, offer(townFirst, p.first), offer(townSecond, p.second))
	}
	return os.WriteFile(filepath.Join(folder, "town.yaml"), []byte(text.String()), 0o644)
}
