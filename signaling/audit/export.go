package audit

import (
	"fmt"
	"io"
)

// Formats of an export.
const (
	FormatFHIR = "fhir"
	FormatCSV  = "csv"
)

// ExportOf says what an export is of.
type ExportOf struct {
	Area string
	Base string       // address of the service, for references to it; "" for none
	Each func() error // called before each entry; its error ends the export. May be nil
}

type exporter interface {
	Write(o Opened) error
	Close() error
}

// Export writes the entries of a folder that a filter wants, with what is not erased of their personal fields where there is a secret.
func Export(to io.Writer, format, path string, secret *Secret, f Filter, of ExportOf) error {
	var out exporter
	var err error
	if format == FormatCSV {
		out, err = NewCSV(to)
	} else {
		out, err = NewFHIR(to, of.Base, of.Area)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	opener := NewOpener(path, secret)
	err = Read(path, f, func(p Place, r Record) error {
		if of.Each != nil {
			if err := of.Each(); err != nil {
				return err
			}
		}
		o := Opened{Record: r, Segment: p.Segment}
		if secret != nil {
			// What cannot be opened is exported without: verification says why.
			person, erased, err := opener.Open(p.Segment, r.Sealed)
			o.Person, o.Erased = person, erased || err != nil
		}
		return out.Write(o)
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return out.Close()
}
