package main

import (
	"errors"
	"net"
	"slices"
	"strings"
)

// The parts a process can be.
const (
	roleBooking   = "booking"
	roleSignaling = "signaling"
	roleSFU       = "sfu"
)

var allRoles = []string{roleBooking, roleSignaling, roleSFU}

// roles are the parts that a process is.
type roles []string

func (r roles) is(role string) bool { return slices.Contains(r, role) }

// onlyMedia says that there are neither pages nor people's data here.
func (r roles) onlyMedia() bool { return !r.is(roleBooking) && !r.is(roleSignaling) }

func (c *Config) checkRoles() error {
	if len(c.Roles) == 0 {
		return wrong("role", "is empty; give one or more of %s", strings.Join(allRoles, ", "))
	}
	var errs []error
	for i, role := range c.Roles {
		switch {
		case !slices.Contains(allRoles, role):
			errs = append(errs, wrong("role", "%q is none; give one or more of %s", role, strings.Join(allRoles, ", ")))
		case slices.Contains(c.Roles[:i], role):
			errs = append(errs, wrong("role", "%q is there twice; give each once", role))
		}
	}
	return errors.Join(errs...)
}

// checkNode wants addresses by which the brokers can find a media node.
func (c *Config) checkNode() error {
	if err := checkHostPort("node-listen", c.NodeListen); err != nil {
		return err
	}
	if c.NodeAddress != "" {
		return checkHostPort("node-address", c.NodeAddress)
	}
	host, _, _ := net.SplitHostPort(c.NodeListen)
	if ip := net.ParseIP(host); roles(c.Roles).is(roleSFU) && (host == "" || ip != nil && ip.IsUnspecified()) {
		return wrong("node-address", "is not set, and node-listen is %q, which is no address to reach anything at; give the one of this machine in the internal network, for example 10.0.0.5:7070", c.NodeListen)
	}
	return nil
}

// checkDirectory wants the description of offices and booths where it is needed, and the name of the area where not.
func (c *Config) checkDirectory() error {
	if c.Directory == "" && roles(c.Roles).onlyMedia() {
		return checkRequired("area", c.Area, "the area this media node works for, as its directory names it, or the directory itself")
	}
	return checkFolder("directory", c.Directory, "a folder of YAML files that describe offices, booths and desks")
}
