package sfu

import (
	"net/netip"
	"testing"
	"time"
)

func TestReachSaysHowManyAreHeardAndForHowLongNobodyIs(t *testing.T) {
	var all reachOf
	if got := all.sum(); got != (Reach{}) {
		t.Errorf("of nobody: %+v", got)
	}
	all.add(netip.MustParseAddr("192.0.2.7"), 900*time.Millisecond)
	all.add(netip.MustParseAddr("192.0.2.200"), 20*time.Millisecond)
	all.add(netip.MustParseAddr("2001:db8:1:2::3"), 300*time.Millisecond)
	all.unread = []time.Duration{2 * time.Second, time.Second}
	want := Reach{People: 3, Networks: 2, Silent: 20 * time.Millisecond, Spread: 880 * time.Millisecond, Unread: time.Second}
	if got := all.sum(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if all.unread = append(all.unread, 0); all.sum().Unread != 0 {
		t.Error("somebody has read a report, and nobody counts as having done so")
	}
}
