package booking

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/sheets"
)

// maxTables bounds the tables of one import, which come in base64. A prefecture of 1,000 offices has a megabyte.
const maxTables = 8 << 20

// registerTables adds offices, desks and rosters as tables, for administrators.
func (s *Service) registerTables(api huma.API) {
	refusals := []int{401, 403, 404, 409, 422, 503}
	administered(s, api, huma.Operation{
		OperationID: "export-table", Method: http.MethodGet, Path: "/v1/catalogue/tables/{table}", Tags: []string{"rules"}, Errors: refusals,
		Summary: "Offices, desks or rosters of the catalogue in force as CSV", Description: "For administrators. X-Rules is the version they were made from.",
	}, s.getTable)
	administered(s, api, huma.Operation{
		OperationID: "import-tables", Method: http.MethodPost, Path: "/v1/catalogue/tables", Tags: []string{"rules"}, Errors: refusals,
		Summary: "Put tables into the catalogue and the outcome in force, all or nothing",
		Description: "For administrators. An id that is there is changed cell by cell, an empty cell leaves what is there, a new id is added, " +
			"the rows of a desk in rosters.csv replace its roster; nothing is taken away. What is wrong is told with table and line. " +
			"The folder the broker reads stays as it is: fetch the files named and put them there, since a later change of the folder replaces what is in force.",
		MaxBodyBytes: maxTables,
	}, s.postTables)
	administered(s, api, huma.Operation{
		OperationID: "catalogue-file", Method: http.MethodGet, Path: "/v1/catalogue/files/{file}", Tags: []string{"rules"}, Errors: refusals,
		Summary: "A YAML file of the catalogue in force", Description: "For administrators.",
	}, s.getCatalogueFile)
}

type tableInput struct {
	Table    string `path:"table" enum:"offices.csv,desks.csv,rosters.csv"`
	Encoding string `query:"encoding" enum:"utf-8,cp932" default:"utf-8" doc:"utf-8 with a byte order mark, or cp932 (Shift_JIS of Windows)"`
}

type tableOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Rules       int64  `header:"X-Rules" doc:"version of the rules the table was made from"`
	Body        []byte
}

func (s *Service) getTable(_ context.Context, _ Caller, in *tableInput) (*tableOutput, error) {
	rules := s.dir().Rules() // before the table: at worst the import is refused
	tables, err := s.Tables(in.Encoding)
	if err != nil {
		return nil, tablesProblem(err)
	}
	charset := map[string]string{"utf-8": "utf-8", "cp932": "Shift_JIS"}[in.Encoding]
	return &tableOutput{"text/csv; charset=" + charset, `attachment; filename="` + in.Table + `"`, rules, tables[in.Table]}, nil
}

type tablesInput struct {
	DryRun bool `query:"dryRun" doc:"say what would change and change nothing"`
	Body   struct {
		Rules  int64 `json:"rules" minimum:"1" doc:"X-Rules of the export the tables were made from; stale-rules where they have changed since"`
		Tables []struct {
			Name string `json:"name" enum:"offices.csv,desks.csv,rosters.csv"`
			CSV  []byte `json:"csv" doc:"the file as it is, UTF-8 or Shift_JIS, in base64"`
		} `json:"tables" minItems:"1" maxItems:"3"`
	}
}

type tablesOutput struct {
	Body struct {
		Added     int      `json:"added" doc:"offices and desks"`
		Changed   int      `json:"changed" doc:"offices and desks"`
		Files     []string `json:"files" doc:"of the catalogue, that differ"`
		Rules     int64    `json:"rules" doc:"version of the rules in force"`
		Catalogue string   `json:"catalogue" doc:"fingerprint of the files in force"`
	}
}

func (s *Service) postTables(ctx context.Context, c Caller, in *tablesInput) (*tablesOutput, error) {
	tables := map[string][]byte{}
	for _, t := range in.Body.Tables {
		if _, twice := tables[t.Name]; twice {
			return nil, problemInvalid("body.tables", t.Name+" is there twice")
		}
		tables[t.Name] = t.CSV
	}
	done, err := s.Import(ctx, c.Seat, in.Body.Rules, tables, in.DryRun)
	if err != nil {
		return nil, tablesProblem(err)
	}
	out := &tablesOutput{}
	out.Body.Added, out.Body.Changed, out.Body.Files = done.Added, done.Changed, append([]string{}, done.Files...)
	out.Body.Rules, out.Body.Catalogue = done.Rules, done.Fingerprint
	return out, nil
}

type catalogueFileInput struct {
	File string `path:"file" maxLength:"200" pattern:"^[A-Za-z0-9._-]+\\.ya?ml$"`
}

func (s *Service) getCatalogueFile(_ context.Context, _ Caller, in *catalogueFileInput) (*tableOutput, error) {
	rules := s.dir().Rules()
	text, err := s.CatalogueFile(in.File)
	if errors.Is(err, errNoFile) {
		return nil, problem(http.StatusNotFound, SlugCatalogue, "Not found", "%v", err)
	}
	if err != nil {
		return nil, err
	}
	return &tableOutput{"application/yaml; charset=utf-8", `attachment; filename="` + in.File + `"`, rules, text}, nil
}

// tablesProblem tells every finding with table and line.
func tablesProblem(err error) error {
	var known *Problem
	if errors.As(err, &known) || errors.Is(err, ErrUnavailable) {
		return asProblem(err)
	}
	p := problem(http.StatusUnprocessableEntity, SlugCatalogue, "Tables wrong", "nothing was changed: %v", err).because(err)
	var wrong *sheets.Error
	if errors.As(err, &wrong) {
		p.Detail = "nothing was changed: see errors for what is wrong with the tables"
		for _, f := range wrong.Findings {
			p.at(fmt.Sprintf("%s:%d", f.Table, f.Line), f.Text)
		}
	}
	return p
}
