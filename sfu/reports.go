package sfu

import (
	"time"

	"github.com/pion/rtcp"
)

// reception counts what RFC 3550 wants to know of a received stream. It belongs to the lock of the track.
type reception struct {
	first, highest uint64
	received       uint64
	started        bool

	jitter  float64 // in ticks
	transit int64
	timed   bool

	expectedBefore, receivedBefore uint64

	mostMissing uint64
	late        uint64 // of those received, how many came only when asked for
	clock       uint32
	fraction    float64 // lost before repair, as reported last
}

// expected is how many packets were sent, as far as their numbers show.
func (r *reception) expected() uint64 {
	if !r.started {
		return 0
	}
	return r.highest - r.first + 1
}

// missing is how many packets have not come by themselves. It never falls, though late packets may make up for some.
func (r *reception) missing() uint64 {
	r.mostMissing = max(r.mostMissing, r.missingNow())
	return r.mostMissing
}

// missingNow is missing without what has turned up late by itself.
func (r *reception) missingNow() uint64 {
	e := r.expected() + r.late
	return max(e, r.received) - r.received
}

// packet counts one packet that came by itself; resent ones do not count, or loss would be hidden from the sender.
func (r *reception) packet(ext uint64, timestamp uint32, clock uint32, now time.Duration) {
	if !r.started {
		r.first, r.highest, r.started = ext, ext, true
	}
	r.first = min(r.first, ext)
	r.highest = max(r.highest, ext)
	r.received++
	r.clock = clock
	transit := int64(uint32(uint64(now)*uint64(clock/1000)/1e6) - timestamp)
	if r.timed {
		d := int64(int32(transit - r.transit))
		if d < 0 {
			d = -d
		}
		r.jitter += (float64(d) - r.jitter) / 16
	}
	r.transit, r.timed = transit, true
}

// jitterTime is the interarrival jitter as a time.
func (r *reception) jitterTime() time.Duration {
	if r.clock == 0 {
		return 0
	}
	return time.Duration(r.jitter * float64(time.Second) / float64(r.clock))
}

// report fills a block for the interval since the last one; false before the first packet.
func (r *reception) report(ssrc uint32, sr *senderInfo, now time.Duration) (rtcp.ReceptionReport, bool) {
	if !r.started {
		return rtcp.ReceptionReport{}, false
	}
	expected := r.expected()
	lost := int64(expected) - int64(r.received)
	expectedNow, receivedNow := expected-r.expectedBefore, r.received-r.receivedBefore
	r.expectedBefore, r.receivedBefore = expected, r.received
	block := rtcp.ReceptionReport{
		SSRC: ssrc, TotalLost: uint32(max(0, min(lost, 0x7fffff))),
		LastSequenceNumber: uint32(r.highest), Jitter: uint32(r.jitter),
	}
	if expectedNow > 0 && expectedNow > receivedNow {
		block.FractionLost = uint8(min(255, (expectedNow-receivedNow)*256/expectedNow))
	}
	r.fraction = float64(block.FractionLost) / 256
	if sr != nil {
		block.LastSenderReport = uint32(sr.ntp >> 16)
		block.Delay = uint32(uint64(now-sr.arrived) * 65536 / uint64(time.Second))
	}
	return block, true
}

// senderInfo is a publisher's last sender report.
type senderInfo struct {
	ntp     uint64 // its clock
	rtp     uint32
	arrived time.Duration // ours
}

const ntpEpochOffset = 2208988800 // seconds from 1900 to 1970

// toNTP writes a time as 32.32 bit seconds since 1900 (RFC 3550 section 4).
func toNTP(t time.Time) uint64 {
	return uint64(t.Unix()+ntpEpochOffset)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// ntpDuration is the time from b to a on a 32.32 clock.
func ntpDuration(a, b uint64) time.Duration {
	d := int64(a - b)
	return time.Duration(d>>32)*time.Second + time.Duration(uint64(uint32(d))*uint64(time.Second)>>32)
}

// roundTrip is the time a sender report and its reception report were on the way; false if the block answers none.
func roundTrip(block rtcp.ReceptionReport, now time.Time) (time.Duration, bool) {
	if block.LastSenderReport == 0 {
		return 0, false
	}
	units := uint32(toNTP(now)>>16) - block.LastSenderReport - block.Delay
	if units > 1<<31 {
		return 0, false
	}
	return time.Duration(units) * time.Second / 65536, true
}
