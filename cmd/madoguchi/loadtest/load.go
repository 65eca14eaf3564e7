package loadtest

import (
	"errors"
	"fmt"
	"time"
)

const framesPerSecond = 30

// Load is what is put on a server.
type Load struct {
	Rooms       int           // rooms of two, 1 … 2000
	Duration    time.Duration // how long is measured
	Ramp        time.Duration // over which rooms are opened, evenly; 0: each as soon as the one before stands
	Settle      time.Duration // between the last room and the window
	VideoBits   int           // bit/s of each picture, 64 kbit/s … 20 Mbit/s
	AudioBits   int           // bit/s of each sound, 16 … 510 kbit/s
	PacketBytes int           // payload of a full picture packet
}

// Check names the first field that is out of bounds.
func (l Load) Check() error {
	within := func(name string, v, least, most int) error {
		if v < least || v > most {
			return fmt.Errorf("%s: %d is out of bounds; give %d to %d", name, v, least, most)
		}
		return nil
	}
	err := errors.Join(
		within("rooms", l.Rooms, 1, 2000),
		within("video-bits", l.VideoBits, 64_000, 20_000_000),
		within("audio-bits", l.AudioBits, 16_000, 510_000),
		within("packet-bytes", l.PacketBytes, 200, 1200),
	)
	if l.Duration < time.Second || l.Ramp < 0 || l.Settle < 0 {
		err = errors.Join(err, errors.New("duration: give at least 1s; ramp and settle: not less than 0"))
	}
	return err
}

func (l Load) soundBytes() int { return max(l.AudioBits/8/50, 1+markerBytes) }
func (l Load) frameBytes() int { return l.VideoBits / 8 / framesPerSecond }
