package loadtest

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets whose width is a thirty-second of their size: a quantile is off by 3 % at most.
type histogram struct {
	n       uint64
	largest time.Duration
	buckets [60 * 32]uint32
}

func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < 32 {
		return int(v)
	}
	shift := bits.Len64(v) - 6
	return shift*32 + int(v>>shift)
}

// atLeast is the smallest duration of a bucket.
func atLeast(bucket int) time.Duration {
	if bucket < 64 {
		return time.Duration(bucket)
	}
	shift := bucket/32 - 1
	return time.Duration(bucket-shift*32) << shift
}

func (h *histogram) add(d time.Duration) {
	h.n++
	h.largest = max(h.largest, d)
	h.buckets[min(bucketOf(d), len(h.buckets)-1)]++
}

func (h *histogram) merge(o *histogram) {
	h.n += o.n
	h.largest = max(h.largest, o.largest)
	for i, n := range o.buckets {
		h.buckets[i] += n
	}
}

// quantile is the duration below which the share q of all lies; 0 without any.
func (h *histogram) quantile(q float64) time.Duration {
	want, seen := uint64(q*float64(h.n)), uint64(0)
	for i, n := range h.buckets {
		if seen += uint64(n); n > 0 && seen > want {
			return atLeast(i)
		}
	}
	return h.largest
}

// Latency is a distribution in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (h *histogram) latency() Latency {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return Latency{ms(h.quantile(.5)), ms(h.quantile(.95)), ms(h.quantile(.99)), ms(h.largest)}
}
