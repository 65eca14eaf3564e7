// Package deploy carries what an installation starts from: the sample consortium, embedded, and beside it the example
// configuration.
package deploy
