package redisstore

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

// With WAITAOF an appointment is called booked once it is on disk. A Redis before 7.2 cannot say so; then nothing is ever
// called booked, which is what somebody who asks for the disk wants to hear.
func TestWaitingForTheDiskBooksWhatIsThereAndNothingWhereRedisCannotSay(t *testing.T) {
	r := redistest.Real(t)
	ctx := context.Background()
	for name, value := range map[string]string{"appendonly": "yes", "appendfsync": "everysec"} {
		if err := r.Client.ConfigSet(ctx, name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := r.Client.Info(ctx, "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	var major, minor int
	_, version, _ := strings.Cut(info, "redis_version:")
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		t.Fatalf("%q: %v", version, err)
	}
	s := New(r.Client, "area", Options{Durability: Durability{Disk: true, Within: time.Second}, Timeout: 3 * time.Second, Journal: &notes{}})
	h := visitFor("1")
	mustHold(t, s, h)
	booked, err := s.Confirm(ctx, h.ID, confirmation("1"))
	t.Logf("redis %d.%d: %v", major, minor, err)
	if major > 7 || major == 7 && minor >= 2 {
		if err != nil || booked.State != StateBooked {
			t.Fatalf("%+v, %v", booked, err)
		}
		return
	}
	if step := unknownStep(t, err); step.ID != h.ID || step.Op != OpConfirm {
		t.Errorf("unknown is %+v", step)
	}
	if err := New(r.Client, "area", Options{}).Lasting(ctx); err != nil {
		t.Errorf("without the wait: %v", err)
	}
}
