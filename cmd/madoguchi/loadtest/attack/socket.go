package attack

import (
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

var socketKinds = []Kind{
	{"ws-storm", "sockets opened, greeted with tokens of all sorts, and dropped", (*attacker).socketStorm},
	{"ws-half-open", "upgrades that are begun and not finished, and sockets that never say hello", (*attacker).halfOpen},
	{"ws-flood", "messages of a seat with a valid token, without end", (*attacker).messageFlood},
	{"ws-giant", "frames that say that they are of exabytes, and messages of megabytes", (*attacker).giantFrames},
	{"ws-fragments", "messages in fragments of one byte that never end", (*attacker).fragments},
	{"ws-deaf", "sockets that ask and never read", (*attacker).deaf},
	{"ws-pings", "pings of the WebSocket itself", (*attacker).pings},
	{"ws-garbage", "bytes that are no frames, and frames that break the rules", (*attacker).garbageFrames},
}

// rawSocket upgrades a connection by hand, so that anything can be written to it afterwards.
func (a *attacker) rawSocket(n int) (net.Conn, error) {
	conn, err := a.tls(n, "http/1.1")
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	key := base64.StdEncoding.EncodeToString([]byte(rand.Text()[:16]))
	if _, err := fmt.Fprintf(conn, "GET /v1/connect HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: madoguchi.v1\r\n\r\n", a.host, key); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if err := upgraded(conn, key); err != nil {
		_ = conn.Close()
		a.count("not upgraded", 1)
		return nil, err
	}
	a.count("sockets", 1)
	return conn, nil
}

// upgraded reads the head of the answer, a byte at a time, so that nothing behind it is lost.
func upgraded(conn io.Reader, key string) error {
	var head bytes.Buffer
	one := make([]byte, 1)
	for !bytes.HasSuffix(head.Bytes(), []byte("\r\n\r\n")) && head.Len() < 4<<10 {
		if _, err := io.ReadFull(conn, one); err != nil {
			return err
		}
		head.Write(one)
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if !bytes.Contains(head.Bytes(), []byte(base64.StdEncoding.EncodeToString(sum[:]))) {
		return errors.New("not upgraded")
	}
	return nil
}

// frame is one frame of a client's (RFC 6455 section 5.2), masked with zeros, so that the payload stays as it is.
func frame(opcode byte, final bool, payload []byte) []byte {
	b := []byte{opcode, 0}
	if final {
		b[0] |= 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b[1] = 0x80 | byte(n)
	case n < 1<<16:
		b[1] = 0x80 | 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] = 0x80 | 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

const (
	opContinuation = 0
	opText         = 1
	opPing         = 9
)

func helloOf(token string) []byte {
	return frame(opText, true, []byte(`{"type":"hello","token":"`+token+`","app":"booth"}`))
}

// tokens are what a storm greets with.
func (a *attacker) tokens() []string {
	return []string{a.Expired, a.Nowhere, a.Seat, a.Seat + "x", "e30.e30.e30", ""}
}

func (a *attacker) socketStorm() {
	tokens := a.tokens()
	n := make([]int, 3*addresses)
	a.crew(len(n), func(i int) error {
		conn, err := a.rawSocket(i % addresses)
		if err != nil {
			return err
		}
		defer conn.Close()
		n[i]++
		if n[i]%4 == 0 {
			return nil // without a word
		}
		if _, err := conn.Write(helloOf(tokens[(i+n[i])%len(tokens)])); err != nil {
			return err
		}
		_, err = conn.Read(make([]byte, 256))
		return err
	})
}

func (a *attacker) halfOpen() {
	a.hold(held/4, 4, func(n int) (net.Conn, error) {
		switch n % 2 {
		case 0:
			return a.rawSocket(n)
		default:
			conn, err := a.secured(n)
			if err == nil {
				_, err = io.WriteString(conn, "GET /v1/connect HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")
			}
			return conn, err
		}
	}, func(conn net.Conn) error { return stillThere(conn) })
}

// seated opens a socket that has been welcomed: the attacker has a seat of its own, which it may have stolen. What is said to it
// is read unless it is deaf.
func (a *attacker) seated(n int, deaf bool) (net.Conn, func(), error) {
	conn, err := a.rawSocket(n)
	if err != nil {
		return nil, nil, err
	}
	if _, err := conn.Write(helloOf(a.Seat)); err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	read := make(chan struct{})
	if deaf {
		close(read)
	} else {
		go func() { // ends with the connection
			defer close(read)
			_, _ = io.Copy(io.Discard, conn)
		}()
	}
	return conn, func() { _ = conn.Close(); <-read }, nil
}

// speak writes frames until the server closes.
func (a *attacker) speak(n int, deaf bool, next func(i int) []byte) error {
	conn, end, err := a.seated(n, deaf)
	if err != nil {
		return err
	}
	defer end()
	for i := 0; a.ctx.Err() == nil; i++ {
		_ = conn.SetDeadline(time.Now().Add(patience))
		if _, err := conn.Write(next(i)); err != nil {
			return err
		}
		a.count("frames", 1)
	}
	return nil
}

// said are messages of all sorts: what a booth may say, what it may not, and what nobody understands.
func (a *attacker) said(i int) []byte {
	id := strconv.Itoa(i)
	texts := []string{
		`{"type":"ping"}`, `{"type":"enter","id":"` + id + `","token":"` + a.Nowhere + `"}`, `{"type":"mute","id":"` + id + `","audio":true,"video":true}`,
		`{"type":"offer","id":"` + id + `","sdp":"v=0"}`, `{"type":"admit","id":"` + id + `","participant":"x"}`, `{"type":"call_staff","id":"` + id + `"}`,
		`{"type":"no-such-thing","id":"` + id + `"}`, `{"type":`, `[]`, `{"type":"candidate","candidate":"x"}`,
	}
	return frame(opText, true, []byte(texts[i%len(texts)]))
}

func (a *attacker) messageFlood() {
	a.crew(addresses, func(i int) error { return a.speak(i, false, a.said) })
}

func (a *attacker) giantFrames() {
	big := bytes.Repeat([]byte{'a'}, 4<<20)
	exabytes := append([]byte{0x80 | opText, 0x80 | 127}, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
	a.crew(addresses, func(i int) error {
		return a.speak(i, false, func(n int) []byte {
			switch {
			case i%2 == 0:
				return frame(opText, true, big)
			case n == 0:
				return exabytes
			default:
				return big
			}
		})
	})
}

func (a *attacker) fragments() {
	a.crew(addresses, func(i int) error {
		many := bytes.Repeat(frame(opContinuation, false, []byte{'a'}[:i%2]), 256) // of a byte, and of none
		return a.speak(i, false, func(n int) []byte {
			if n == 0 {
				return frame(opText, false, []byte{'a'})
			}
			return many
		})
	})
}

func (a *attacker) deaf() {
	a.crew(8*addresses, func(i int) error {
		return a.speak(i%addresses, true, func(n int) []byte {
			return frame(opText, true, []byte(`{"type":"admit","id":"`+strconv.Itoa(n)+`","participant":"x"}`))
		})
	})
}

func (a *attacker) pings() {
	many := bytes.Repeat(frame(opPing, true, bytes.Repeat([]byte{'p'}, 125)), 32)
	a.crew(addresses, func(i int) error { return a.speak(i, i%2 == 0, func(int) []byte { return many }) })
}

func (a *attacker) garbageFrames() {
	var noise [4 << 10]byte
	_, _ = rand.Read(noise[:])
	bad := [][]byte{
		noise[:], {0xff, 0xff, 0xff}, {0x80 | opText, 5, 'h', 'e', 'l', 'l', 'o'}, // unmasked
		{0x80 | 0x70 | opText, 0x80, 0, 0, 0, 0},               // reserved bits
		{0x80 | 0x0b, 0x80, 0, 0, 0, 0},                        // no such opcode
		frame(opPing, true, bytes.Repeat([]byte{'p'}, 126)),    // a control frame that is too long
		frame(opText, true, []byte{0xc3, 0x28, 0xa0, 0xa1}),    // not UTF-8
		frame(0x8, true, []byte{0x03}),                         // half a close code
		append(frame(opPing, true, nil), noise[:512]...),       // well begun
		frame(0x2, true, noise[:1024]),                         // binary
		bytes.Repeat(frame(opText, true, []byte("{}")), 100),   // nothing, often
		frame(opContinuation, true, []byte("begun by nobody")), // of no message
	}
	n := make([]int, 2*addresses)
	a.crew(len(n), func(i int) error {
		conn, end, err := a.seated(i%addresses, false)
		if err != nil {
			return err
		}
		defer end()
		n[i]++
		a.count("frames", 1)
		_, err = conn.Write(bad[(i+n[i])%len(bad)])
		if err == nil && !a.rest(20*time.Millisecond) {
			return nil
		}
		return err
	})
}
