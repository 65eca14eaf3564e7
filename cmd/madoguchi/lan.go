package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The demo's certificate lives as long as browsers accept for one (398 days) and is renewed when a month is left.
const (
	lanCertLife  = 397 * 24 * time.Hour
	lanCertRenew = 30 * 24 * time.Hour
)

// lanAddresses lists the addresses a tablet in the same network can type, the one of the default route first.
func lanAddresses() ([]netip.Addr, error) {
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list interface addresses: %w", err)
	}
	var found []netip.Addr
	for _, address := range interfaces {
		prefix, err := netip.ParsePrefix(address.String())
		if err != nil {
			continue
		}
		addr := prefix.Addr().Unmap()
		if addr.IsGlobalUnicast() {
			found = append(found, addr)
		}
	}
	first := defaultRouteAddress()
	slices.SortStableFunc(found, func(a, b netip.Addr) int { return lanRank(a, first) - lanRank(b, first) })
	return found, nil
}

func lanRank(addr, first netip.Addr) int {
	switch {
	case addr == first:
		return 0
	case addr.Is4():
		return 1
	default:
		return 2
	}
}

// defaultRouteAddress asks the kernel which own address it would use for the outside. Connecting a UDP socket looks
// up the route and sends nothing; the address is one reserved for documentation.
func defaultRouteAddress() netip.Addr {
	conn, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

// lanCertificate gives the demo's own certificate for localhost and the given addresses. It is kept in folder and
// made again when it expires or when this machine has got another address.
func lanCertificate(folder string, addrs []netip.Addr, now time.Time) (tls.Certificate, error) {
	certFile, keyFile := filepath.Join(folder, "lan-cert.pem"), filepath.Join(folder, "lan-key.pem")
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err == nil && certFits(cert.Leaf, addrs, now) {
		return cert, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// A damaged file is replaced like a missing one: nothing but this demo trusts it.
		err = errors.Join(os.Remove(certFile), os.Remove(keyFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return tls.Certificate{}, fmt.Errorf("replace the demo's certificate: %w", err)
		}
	}
	certPEM, keyPEM, err := newLANCertificate(addrs, now)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make the demo's certificate: %w", err)
	}
	if err := errors.Join(os.WriteFile(keyFile, keyPEM, 0o600), os.WriteFile(certFile, certPEM, 0o644)); err != nil {
		return tls.Certificate{}, fmt.Errorf("keep the demo's certificate: %w", err)
	}
	return tls.X509KeyPair(certPEM, keyPEM)
}

func certFits(leaf *x509.Certificate, addrs []netip.Addr, now time.Time) bool {
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter.Add(-lanCertRenew)) {
		return false
	}
	for _, addr := range addrs {
		if leaf.VerifyHostname(addr.String()) != nil {
			return false
		}
	}
	return true
}

func newLANCertificate(addrs []netip.Addr, now time.Time) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	ips := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	for _, addr := range addrs {
		ips = append(ips, addr.AsSlice())
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "Madoguchi demo"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(lanCertLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return certPEM, keyPEM, nil
}
