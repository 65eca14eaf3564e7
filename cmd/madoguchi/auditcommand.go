package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strconv"
	"text/tabwriter"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
)

// auditCommand looks into the folder of an audit trail, also while a server writes it. What it does is an entry of the trail, which
// the server takes in.
type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Verify a whole trail, and name the place of whatever was changed, left out, put elsewhere or cut off. Exit code 1 where it is not whole."`
	Show   auditShow   `cmd:"" help:"Print entries, oldest first."`
	Export auditExport `cmd:"" help:"Write entries as FHIR R4 AuditEvents or as a table (CSV)."`
	Erase  auditErase  `cmd:"" help:"Destroy the personal fields of what is about a visit, a session or a seat. The chain stays whole."`
}

// auditPlace is where a trail is, and the keys that belong to it.
type auditPlace struct {
	Folder string `arg:"" name:"folder" help:"Folder of the trail: the setting audit."`
	Keys   string `name:"keys" env:"MADOGUCHI_KEYS" placeholder:"DIR" help:"Folder of the area's keys: signatures are checked against them, and personal fields opened with them."`
}

// open gives the area's keys, nil where no folder of them was given.
func (p auditPlace) open() (keys *access.Keys, secret *audit.Secret, err error) {
	if info, err := os.Stat(p.Folder); err != nil || !info.IsDir() {
		return nil, nil, wrong("folder", "%q is no folder that can be read; give the one of the setting audit", p.Folder)
	}
	if p.Keys == "" {
		return nil, nil, nil
	}
	if info, err := os.Stat(p.Keys); err != nil || !info.IsDir() { // it would be made
		return nil, nil, wrong("keys", "%q is no folder that can be read; give the one serve uses", p.Keys)
	}
	keys, raw, err := openKeys(p.Keys)
	if err != nil {
		return nil, nil, err
	}
	secret, err = audit.NewSecret(raw)
	return keys, secret, err
}

// note leaves an entry in the folder's inbox, for the server that writes the trail.
func (p auditPlace) note(secret *audit.Secret, e audit.Entry) error {
	if secret == nil {
		return nil // without the area's keys nothing can be put into its trail
	}
	e.At, e.Who = time.Now(), "shell:unknown"
	if u, err := user.Current(); err == nil {
		e.Who = "shell:" + u.Username
	}
	text, err := secret.EncodeNote(e)
	if err != nil {
		return err
	}
	box, err := audit.Inbox(p.Folder)
	if err != nil {
		return err
	}
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	return box.Put(audit.NewNoteID(e.At.UnixMilli(), random), text)
}

type auditVerify struct {
	auditPlace
	Head     []string `name:"head" placeholder:"N:HASH" help:"An entry that was noted outside, as /admin/, the log or the metrics have shown it; may be given several times."`
	HeadFile string   `name:"head-file" placeholder:"FILE" help:"The signed head, as Redis has it under {area}:audit-head; needs keys."`
	Personal bool     `name:"personal" help:"Also open every sealed field, to find keys that are missing without having been erased; needs keys."`
}

var errNotWhole = errors.New("the trail is not whole")

// Run prints what was found: a line for each fault, its place first.
func (v *auditVerify) Run(to console) error {
	keys, secret, err := v.open()
	if err != nil {
		return err
	}
	checks, err := v.checks(keys, secret)
	if err != nil {
		return err
	}
	begun := time.Now()
	r, err := audit.Verify(v.Folder, checks)
	if err != nil {
		return err
	}
	for _, f := range r.Faults {
		fmt.Fprintln(to.out, "FAULT ", f)
	}
	if r.More > 0 {
		fmt.Fprintf(to.out, "FAULT  and %d more\n", r.More)
	}
	for _, f := range r.Noted {
		fmt.Fprintln(to.out, "noted ", f)
	}
	for _, text := range r.Remarks {
		fmt.Fprintln(to.out, "remark", text)
	}
	fmt.Fprintf(to.out, "area %s, trail %s: %d entries (%d to %d) in %d segments, %d of them signed, read in %s\n",
		r.Area, r.Trail, r.Entries, r.First, r.Last, r.Segments, r.Signed, time.Since(begun).Round(time.Millisecond))
	if err := v.note(secret, audit.Entry{Action: audit.AuditVerify, Detail: map[string]string{"faults": strconv.Itoa(len(r.Faults) + r.More)}}); err != nil {
		return err
	}
	if !r.Whole() {
		return errNotWhole
	}
	_, err = fmt.Fprintf(to.out, "whole; head %d:%s\n", r.Last, r.Hash)
	return err
}

func (v *auditVerify) checks(keys *access.Keys, secret *audit.Secret) (audit.Checks, error) {
	c := audit.Checks{}
	if keys != nil {
		c.Trust = keys.Public
	}
	if v.Personal {
		if c.Secret = secret; secret == nil {
			return c, wrong("personal", "needs keys")
		}
	}
	for _, text := range v.Head {
		m, err := audit.ParseMark(text)
		if err != nil {
			return c, wrong("head", "%v", err)
		}
		c.Marks = append(c.Marks, m)
	}
	if v.HeadFile == "" {
		return c, nil
	}
	if keys == nil {
		return c, wrong("head-file", "needs keys, to check its signature")
	}
	text, err := os.ReadFile(v.HeadFile)
	if err != nil {
		return c, wrong("head-file", "%v", err)
	}
	head, err := audit.ParseHead(string(trimmed(text)), keys.Public)
	if err != nil {
		return c, wrong("head-file", "%v", err)
	}
	c.Marks, c.Area = append(c.Marks, audit.Mark{Seq: head.Seq, Hash: head.Hash}), head.Area
	return c, nil
}

func trimmed(text []byte) []byte {
	for len(text) > 0 && text[len(text)-1] == '\n' {
		text = text[:len(text)-1]
	}
	return text
}

// auditWhich says which entries are wanted.
type auditWhich struct {
	Visit  string `name:"visit" placeholder:"ID" help:"Of this appointment or session only."`
	Who    string `name:"who" placeholder:"SEAT" help:"What this one did only."`
	Action string `name:"action" placeholder:"NAME" help:"Of this kind only: sign-in, booking.booked, visit.admit …"`
	Day    string `name:"day" placeholder:"DATE" help:"Of this day in Japan only, for example 2026-11-25."`
}

func (w auditWhich) filter() (audit.Filter, error) {
	f := audit.Filter{Visit: w.Visit, Who: w.Who, Action: w.Action}
	if w.Day == "" {
		return f, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, w.Day, calendar.Tokyo)
	if err != nil {
		return f, wrong("day", "%q is no day; write for example 2026-11-25", w.Day)
	}
	f.From, f.To = day, day.AddDate(0, 0, 1)
	return f, nil
}

func (w auditWhich) entry(action audit.Action) audit.Entry {
	return audit.Entry{Action: action, Detail: map[string]string{"visit": w.Visit, "who": w.Who, "action": w.Action, "day": w.Day}}
}

type auditShow struct {
	auditPlace
	auditWhich
}

// Run prints a line an entry, without personal fields.
func (s *auditShow) Run(to console) error {
	_, secret, err := s.open()
	if err != nil {
		return err
	}
	f, err := s.filter()
	if err != nil {
		return err
	}
	if err := s.note(secret, s.entry(audit.AuditRead)); err != nil {
		return err
	}
	table := tabwriter.NewWriter(to.out, 0, 0, 2, ' ', 0)
	err = audit.Read(s.Folder, f, func(_ audit.Place, r audit.Record) error {
		detail, err := json.Marshal(r.Detail)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Seq, r.At.In(calendar.Tokyo).Format("2006-01-02 15:04:05.000"),
			r.Action, r.Outcome, dash(r.Who), dash(r.Visit), dash(r.Session), detail)
		return err
	})
	return errors.Join(err, table.Flush())
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

type auditExport struct {
	auditPlace
	auditWhich
	Format string `name:"format" enum:"fhir,csv" default:"fhir" help:"fhir: a Bundle of AuditEvents (FHIR R4); csv: a table."`
	Base   string `name:"base" placeholder:"URL" help:"Address of the service, for references to its FHIR resources."`
	Out    string `name:"out" placeholder:"FILE" help:"Where to, made with mode 0600; standard output if left out."`
}

// Run writes the entries, with personal fields where keys were given.
func (e *auditExport) Run(to console) (err error) {
	_, secret, err := e.open()
	if err != nil {
		return err
	}
	f, err := e.filter()
	if err != nil {
		return err
	}
	report, err := audit.Verify(e.Folder, audit.Checks{})
	if err != nil {
		return err
	}
	if !report.Whole() {
		fmt.Fprintln(to.log, "madoguchi: the trail is not whole; madoguchi audit verify says where")
	}
	if err := e.note(secret, e.entry(audit.AuditExport)); err != nil {
		return err
	}
	out := io.Writer(to.out)
	if e.Out != "" {
		file, err := os.OpenFile(e.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return wrong("out", "%v", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	return audit.Export(out, e.Format, e.Folder, secret, f, audit.ExportOf{Area: report.Area, Base: e.Base})
}

type auditErase struct {
	auditPlace
	Subject []string `name:"subject" required:"" placeholder:"ID" help:"Id of an appointment, of a session, or of a seat for what concerned no visit; may be given several times."`
}

// Run destroys the keys, and says how many there were.
func (e *auditErase) Run(to console) error {
	_, secret, err := e.open()
	if err != nil {
		return err
	}
	if secret == nil {
		return wrong("keys", "is not set; erasing is an entry of the trail, which needs them")
	}
	for _, id := range e.Subject {
		if err := checkID("subject", id); err != nil {
			return err
		}
	}
	for _, id := range e.Subject {
		count, err := audit.Erase(e.Folder, []string{id})
		if err != nil {
			return err
		}
		if err := e.note(secret, audit.Entry{Action: audit.AuditErase, Detail: map[string]string{"subject": id, "keys": strconv.Itoa(count)}}); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(to.out, "%s: %d keys destroyed\n", id, count); err != nil {
			return err
		}
	}
	return nil
}
