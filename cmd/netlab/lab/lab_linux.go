package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"madoguchi/cmd/netlab/line"
)

// The ends' addresses, in a network of their own; every lab has namespaces of its own, so all labs use the same.
const (
	NearAddress = "10.99.0.1"
	FarAddress  = "10.99.0.2"
	prefix      = "/30"
	device      = "line0"
)

// End is one end of the lab: a namespace in which programs can be run.
type End struct {
	Namespace string `json:"namespace"` // for ip netns exec
	Address   string `json:"address"`
}

// Lab is a line between two namespaces.
type Lab struct {
	Near, Far   End
	There, Back *Way // near to far, far to near

	made    []string // namespaces
	devices []*os.File
	running sync.WaitGroup
	once    sync.Once
	err     error
}

// Open makes namespaces NAME-near and NAME-far and starts to carry packets over a perfect line. It needs root.
func Open(name string) (*Lab, error) {
	l := &Lab{
		Near: End{name + "-near", NearAddress}, Far: End{name + "-far", FarAddress},
		There: newWay(1), Back: newWay(2),
	}
	for _, end := range []End{l.Near, l.Far} {
		file, err := l.openEnd(end)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open lab %s: %w", name, err), l.Close())
		}
		l.devices = append(l.devices, file)
	}
	near, far := l.devices[0], l.devices[1]
	started := time.Now()
	for _, one := range []struct {
		way      *Way
		from, to *os.File
	}{{l.There, near, far}, {l.Back, far, near}} {
		l.running.Go(func() { one.way.read(one.from, started) })  // ends when Close closes the device
		l.running.Go(func() { one.way.deliver(one.to, started) }) // ends when Close closes the way
	}
	return l, nil
}

// openEnd makes one namespace, with loopback and a device that every packet to elsewhere goes to.
func (l *Lab) openEnd(end End) (*os.File, error) {
	if err := ip("netns", "add", end.Namespace); err != nil {
		return nil, err
	}
	l.made = append(l.made, end.Namespace) // another lab's of the same name would not be ours to take away
	file, err := openTUN("/run/netns/"+end.Namespace, device)
	if err != nil {
		return nil, err
	}
	for _, command := range [][]string{
		{"link", "set", "lo", "up"},
		{"address", "add", end.Address + prefix, "dev", device},
		{"link", "set", device, "up"},
		{"route", "add", "default", "dev", device},
	} {
		if err := ip(append([]string{"-n", end.Namespace}, command...)...); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return file, nil
}

// ip runs iproute2's tool.
func ip(args ...string) error {
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Set changes both ways by words as line.Parse reads them; if they are wrong, neither is changed.
func (l *Lab) Set(words string, ways ...*Way) error {
	next := make([]line.Settings, len(ways))
	for i, w := range ways {
		var err error
		if next[i], err = line.Parse(w.Settings(), words); err != nil {
			return err
		}
	}
	for i, w := range ways {
		w.set(next[i])
	}
	return nil
}

// Close ends everything and takes the namespaces away. Programs still running in them keep them alive, without a line.
func (l *Lab) Close() error {
	l.once.Do(func() {
		var errs []error
		for _, file := range l.devices {
			errs = append(errs, file.Close())
		}
		l.There.close()
		l.Back.close()
		l.running.Wait()
		for _, namespace := range l.made {
			errs = append(errs, ip("netns", "delete", namespace))
		}
		l.err = errors.Join(errs...)
	})
	return l.err
}
