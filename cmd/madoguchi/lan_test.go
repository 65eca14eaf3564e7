package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheDemosCertificateNamesEveryAddressAndIsKept(t *testing.T) {
	folder := t.TempDir()
	now := time.Now()
	addrs := []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}
	first, err := lanCertificate(folder, addrs, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "192.0.2.7", "2001:db8::7"} {
		if err := first.Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(filepath.Join(folder, "lan-key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info, err)
	}

	for _, row := range []struct {
		situation string
		addrs     []netip.Addr
		now       time.Time
		kept      bool
	}{
		{"the next start keeps it", addrs, now, true},
		{"fewer addresses keep it", addrs[:1], now, true},
		{"it is renewed before it expires", addrs, now.Add(lanCertLife - lanCertRenew + time.Hour), false},
	} {
		t.Run(row.situation, func(t *testing.T) {
			again, err := lanCertificate(folder, row.addrs, row.now)
			if err != nil {
				t.Fatal(err)
			}
			if kept := again.Leaf.SerialNumber.Cmp(first.Leaf.SerialNumber) == 0; kept != row.kept {
				t.Errorf("kept: %v", kept)
			}
		})
	}
}

func TestTheDemosCertificateIsMadeAgain(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.7")
	for _, row := range []struct {
		situation string
		spoil     func(t *testing.T, folder string)
		addrs     []netip.Addr
	}{
		{"for a new address", func(*testing.T, string) {}, []netip.Addr{addr, netip.MustParseAddr("192.0.2.8")}},
		{"in place of a damaged one", func(t *testing.T, folder string) {
			if err := os.WriteFile(filepath.Join(folder, "lan-cert.pem"), []byte("nothing"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []netip.Addr{addr}},
		{"when its key is missing", func(t *testing.T, folder string) {
			if err := os.Remove(filepath.Join(folder, "lan-key.pem")); err != nil {
				t.Fatal(err)
			}
		}, []netip.Addr{addr}},
	} {
		t.Run(row.situation, func(t *testing.T) {
			folder := t.TempDir()
			first, err := lanCertificate(folder, []netip.Addr{addr}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			row.spoil(t, folder)
			again, err := lanCertificate(folder, row.addrs, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if again.Leaf.SerialNumber.Cmp(first.Leaf.SerialNumber) == 0 {
				t.Error("the old one was kept")
			}
		})
	}
}
