package booking

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"madoguchi/booking/sheets"
)

// Imported is what tables have changed of the catalogue, or would change.
type Imported struct {
	sheets.Change
	Rules       int64  // the version in force
	Fingerprint string // of the files in force
}

// Tables gives the catalogue in force as tables (package sheets) by their names, written in UTF-8 or CP932.
func (s *Service) Tables(encoding string) (map[string][]byte, error) {
	d, err := s.rules()
	if err != nil {
		return nil, err
	}
	return sheets.Export(d.files, encoding)
}

// Import puts tables into the catalogue in force, all of them or none, and the outcome in force everywhere. rules is the
// version the tables were made from: where the rules have changed since, nothing is taken (stale-rules), so that two who
// import at once do not undo each other. A dry run only says what would change. What is wrong with a table is given as
// *sheets.Error. The folder a broker has read its catalogue from stays as it is: see CatalogueFile.
func (s *Service) Import(ctx context.Context, by string, rules int64, tables map[string][]byte, dry bool) (Imported, error) {
	d, err := s.rules()
	if err != nil {
		return Imported{}, err
	}
	if rules != d.Rules() {
		return Imported{}, problemStale(d.Rules())
	}
	files, change, err := sheets.Apply(d.files, tables)
	if err != nil {
		return Imported{}, err
	}
	done := Imported{Change: change, Rules: d.Rules(), Fingerprint: d.Fingerprint()}
	if dry || len(change.Files) == 0 {
		return done, nil
	}
	fresh, err := parseDirectory(files, d.options)
	if err != nil {
		return Imported{}, err
	}
	fresh.origin = d.origin
	if err := s.sameAreas(fresh); err != nil {
		return Imported{}, err
	}
	if all := d.strayed(fresh); len(all) > 0 {
		return Imported{}, fmt.Errorf("the tables move the offices %v to other areas: move them first, one at a time (POST /v1/offices/…/move)", all)
	}
	for _, a := range d.Areas() {
		if err := s.publish(ctx, s.stores[a.ID], fresh, by, true); err != nil {
			return Imported{}, err
		}
	}
	s.log.Info("tables taken into the catalogue", "by", by, "added", change.Added, "changed", change.Changed, "files", change.Files)
	now := s.dir()
	done.Rules, done.Fingerprint = now.Rules(), now.Fingerprint()
	return done, nil
}

// errNoFile says that the catalogue in force has no such file.
var errNoFile = errors.New("the catalogue has no such file")

// CatalogueFile gives a file of the catalogue in force as it is, so that after an import it can be put into the folder that
// is kept under version control: a later change of that folder replaces what is in force.
func (s *Service) CatalogueFile(name string) ([]byte, error) {
	d, err := s.rules()
	if err != nil {
		return nil, err
	}
	text, ok := d.files[name]
	if !ok {
		return nil, fmt.Errorf("%w as %q: it has %v", errNoFile, name, slices.Sorted(maps.Keys(d.files)))
	}
	return text, nil
}
