package chaos

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// inside says to a process that it is in a network of its own.
const inside = "MADOGUCHI_CHAOS_NETWORK"

// ErrNoNetwork says that packets cannot be dropped here.
var ErrNoNetwork = errors.New("dropping packets takes a network namespace of its own: needs root and nft")

// Enter runs this program again in a network namespace of its own, where packets can be dropped without anybody else's
// noticing, and reports whether it did; inside it does nothing. What ran gives the error.
func Enter(args []string) (ran bool, err error) {
	if os.Getenv(inside) != "" {
		return false, up()
	}
	if os.Geteuid() != 0 {
		return false, ErrNoNetwork
	}
	if _, err := exec.LookPath("nft"); err != nil {
		return false, ErrNoNetwork
	}
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGTERM}
	return true, cmd.Run()
}

// up brings the loopback of a new network up.
func up() error { return run("", "ip", "link", "set", "lo", "up") }

func run(input, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// wall drops packets between hosts of this network, silently.
type wall struct{}

// cut drops everything between one host and others, both ways, from now on; what was cut before is open again.
func (wall) cut(one string, others ...string) error {
	rules := "table inet chaos {}\nflush table inet chaos\ntable inet chaos {\n chain in {\n  type filter hook input priority 0;\n"
	for _, other := range others {
		rules += fmt.Sprintf("  ip saddr %s ip daddr %s drop\n  ip saddr %s ip daddr %s drop\n", one, other, other, one)
	}
	return run(rules+" }\n}\n", "nft", "-f", "-")
}

// open lets everything through.
func (w wall) open() error { return w.cut("") }
