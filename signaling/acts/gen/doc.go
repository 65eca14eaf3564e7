// Command gen writes the table of what the audit trail is told into deploy/AUDIT.md, from package acts. Run it after the table has
// been changed, by go generate; a test in that package fails when the page on disk says something else.
package main
