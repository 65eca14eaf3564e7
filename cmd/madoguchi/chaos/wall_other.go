//go:build !linux

package chaos

import "errors"

// ErrNoNetwork says that packets cannot be dropped here.
var ErrNoNetwork = errors.New("dropping packets takes a network namespace of its own: that is for Linux")

// Enter is for Linux.
func Enter([]string) (bool, error) { return false, ErrNoNetwork }

type wall struct{}

func (wall) cut(string, ...string) error { return ErrNoNetwork }
func (wall) open() error                 { return ErrNoNetwork }
