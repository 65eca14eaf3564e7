package main

import (
	"fmt"
	"time"

	"madoguchi/signaling/access"
)

// tokenCommand mints a room token with the demo's key.
type tokenCommand struct {
	Room        string        `name:"room" required:"" placeholder:"ROOM" help:"Room (session) the token is for; for --bench any name of letters, digits, - and _."`
	Participant string        `name:"participant" required:"" placeholder:"ID" help:"Who joins with it, for example obs or rig-1; shown to the others."`
	Publish     bool          `name:"publish" help:"May send sound and pictures."`
	Subscribe   bool          `name:"subscribe" help:"May receive them."`
	Bench       bool          `name:"bench" help:"Opens the gate without a professional, for measuring."`
	TTL         time.Duration `name:"ttl" default:"1h" placeholder:"DURATION" help:"How long it is valid."`
	Keys        string        `name:"keys" env:"MADOGUCHI_KEYS" placeholder:"DIR" help:"Folder of keys; the demo's own if not set."`
}

// Bounds of what a token may say.
const (
	maxTokenTTL = 24 * time.Hour
	maxTokenID  = 64
)

// Run prints the token alone on a line.
func (t *tokenCommand) Run(to console) error {
	if err := t.check(); err != nil {
		return err
	}
	folder, err := t.keyFolder()
	if err != nil {
		return err
	}
	keys, err := access.LoadOrCreate(folder)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	token, _, err := access.NewIssuer(keys, time.Now).Room(access.Room{
		Participant: t.Participant, Room: t.Room, Name: t.Participant, Grants: t.grants(),
	}, t.TTL)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	_, err = fmt.Fprintln(to.out, token)
	return err
}

func (t *tokenCommand) check() error {
	if err := checkID("room", t.Room); err != nil {
		return err
	}
	if err := checkID("participant", t.Participant); err != nil {
		return err
	}
	if !t.Publish && !t.Subscribe {
		return wrong("publish", "the token would allow nothing; add --publish, --subscribe or both")
	}
	if t.TTL <= 0 || t.TTL > maxTokenTTL {
		return wrong("ttl", "%s is out of bounds; give more than 0 and at most %s", t.TTL, maxTokenTTL)
	}
	return nil
}

// checkID wants what can stand in a path: letters, digits, - _ . and the colon of seat ids.
func checkID(field, id string) error {
	if id == "" || len(id) > maxTokenID {
		return wrong(field, "%q has %d characters; use 1 to %d", id, len(id), maxTokenID)
	}
	for _, c := range id {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.', c == ':':
		default:
			return wrong(field, "%q has %q in it; use letters, digits, - _ . and :", id, c)
		}
	}
	return nil
}

// keyFolder is the demo's folder; another one is accepted only if it carries the demo's mark.
func (t *tokenCommand) keyFolder() (string, error) {
	if t.Keys == "" {
		return demoKeyFolder()
	}
	demo, err := isDemoKeyFolder(t.Keys)
	if err != nil {
		return "", wrong("keys", "%v", err)
	}
	if !demo {
		return "", wrong("keys", "%q holds the keys of a service, and room tokens of a service are only for a logged administrator, over its API; leave --keys and MADOGUCHI_KEYS away to mint for the demo", t.Keys)
	}
	return t.Keys, nil
}

func (t *tokenCommand) grants() access.Grants {
	var grants access.Grants
	if t.Publish {
		grants = append(grants, access.Publish)
	}
	if t.Subscribe {
		grants = append(grants, access.Subscribe)
	}
	if t.Bench {
		grants = append(grants, access.Bench)
	}
	return grants
}
