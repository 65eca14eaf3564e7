//go:build !linux

package attack

// spoofed needs a raw socket, and is made on Linux only.
func (a *attacker) spoofed() { a.count("only on Linux: nothing sent", 1) }
