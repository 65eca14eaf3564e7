package lab

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// inside calls f in a network namespace, given by its file. What f opens there stays there.
func inside(namespace string, f func() error) error {
	there, err := os.Open(namespace)
	if err != nil {
		return fmt.Errorf("open namespace: %w", err)
	}
	defer func() { _ = there.Close() }()
	done := make(chan error, 1)
	go func() { // ends with f
		// The thread is in another namespace now and must not serve anybody else: it ends with the goroutine, still locked.
		runtime.LockOSThread()
		if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter namespace %s: %w", namespace, err)
			return
		}
		done <- f()
	}()
	return <-done
}

// openTUN makes a TUN device in a namespace. Reading from the file takes a packet that is sent to the device, writing to it
// has a packet come from it; closing it removes the device.
func openTUN(namespace, name string) (*os.File, error) {
	var file *os.File
	err := inside(namespace, func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open /dev/net/tun: %w", err)
		}
		request, err := unix.NewIfreq(name)
		if err == nil {
			request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
			err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
		}
		if err != nil {
			_ = unix.Close(fd)
			return fmt.Errorf("make device %s: %w", name, err)
		}
		file = os.NewFile(uintptr(fd), name)
		return nil
	})
	return file, err
}
