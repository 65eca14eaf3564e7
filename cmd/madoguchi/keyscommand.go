package main

import (
	"fmt"
	"os"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/signaling/access"
)

// keysCommand changes the keys of an area, also while its servers run: they look into the folder every ten seconds. Where every
// node has a folder of its own, give them all the same files within half a minute of rotating.
type keysCommand struct {
	List   keysList   `cmd:"" help:"Print the keys, the oldest first, and which one signs."`
	Rotate keysRotate `cmd:"" help:"Add a key. It is known at once and signs half a minute later; the one before goes on verifying, so that nobody is signed out."`
	Retire keysRetire `cmd:"" help:"Remove the keys that nothing valid is signed with any more."`
}

// keyFolder is where the keys are.
type keyFolder struct {
	Keys string `name:"keys" env:"MADOGUCHI_KEYS" required:"" placeholder:"DIR" help:"Folder of the area's keys: the setting keys."`
}

// open reads the keys of a folder that is there: one that is misspelt must not be made.
func (f keyFolder) open() (*access.Keys, error) {
	if info, err := os.Stat(f.Keys); err != nil || !info.IsDir() {
		return nil, wrong("keys", "%q is no folder that can be read; give the one serve uses", f.Keys)
	}
	keys, err := access.Open(f.Keys)
	if err != nil {
		return nil, wrong("keys", "%v", err)
	}
	return keys, nil
}

func inTokyo(at time.Time) string { return at.In(calendar.Tokyo).Format(time.RFC3339) }

type keysList struct {
	keyFolder `embed:""`
}

// Run prints one line a key: its id, when it was made, and what it does.
func (c *keysList) Run(to console) error {
	keys, err := c.open()
	if err != nil {
		return err
	}
	for _, k := range keys.States(time.Now()) {
		does := map[access.KeyState]string{
			access.KeyNew:     "verifies; signs from " + inTokyo(k.Signs),
			access.KeySigning: "signs",
			access.KeyOld:     "verifies; can be retired from " + inTokyo(k.Retires),
		}[k.State]
		if _, err := fmt.Fprintf(to.out, "%s  %s\n", k.ID, does); err != nil {
			return err
		}
	}
	return nil
}

type keysRotate struct {
	keyFolder `embed:""`
}

// Run adds a key and prints its id.
func (c *keysRotate) Run(to console) error {
	keys, err := c.open()
	if err != nil {
		return err
	}
	now := time.Now()
	if err := keys.Rotate(now); err != nil {
		return err
	}
	ids := keys.IDs()
	fmt.Fprintf(to.log, "It signs from %s; the one before can be retired from %s.\n", inTokyo(now.Add(access.PublishedFirst)), inTokyo(now.Add(access.RetiredAfter)))
	_, err = fmt.Fprintln(to.out, ids[len(ids)-1])
	return err
}

type keysRetire struct {
	keyFolder `embed:""`
}

// Run removes keys and prints their ids.
func (c *keysRetire) Run(to console) error {
	keys, err := c.open()
	if err != nil {
		return err
	}
	gone, err := keys.Retire(time.Now())
	for _, id := range gone {
		fmt.Fprintln(to.out, id)
	}
	if err == nil && len(gone) == 0 {
		fmt.Fprintln(to.log, "Nothing to retire: tokens of every key may still be valid.")
	}
	return err
}
