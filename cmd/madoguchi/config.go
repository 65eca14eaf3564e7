package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Logging says what is written to standard error, and how.
type Logging struct {
	LogLevel  string `name:"log-level" env:"MADOGUCHI_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"How much is logged: debug, info, warn or error. Info is one line per change of state; debug adds every request."`
	LogFormat string `name:"log-format" env:"MADOGUCHI_LOG_FORMAT" enum:"text,json" default:"text" help:"How a log line is written: text for people, json for collectors."`
}

// Config is everything that can be set for serve, by flag, environment variable or YAML file; all three use the
// same names (--log-level, MADOGUCHI_LOG_LEVEL, log-level:). A flag wins over the environment, which wins over the
// file. The help of a field is also its comment in deploy/madoguchi.example.yaml.
type Config struct {
	Logging      `embed:""`
	Certificates `embed:""`
	Pace         `embed:""`

	Roles          []string      `name:"role" env:"MADOGUCHI_ROLE" sep:"," default:"booking,signaling,sfu" placeholder:"ROLE" help:"What this process does, one or more of: booking (pages, appointments, notices), signaling (sockets, check-in, sessions, WHIP and WHEP), sfu (sound and pictures). Every process of an area needs the same redis and keys."`
	Listen         string        `name:"listen" env:"MADOGUCHI_LISTEN" default:"0.0.0.0:8443" placeholder:"HOST:PORT" help:"Where pages, API and sockets are served, as host:port. Port 0 takes any free port."`
	PublicURL      string        `name:"public-url" env:"MADOGUCHI_PUBLIC_URL" default:"" placeholder:"URL" help:"The address people type, for example https://madoguchi.example.jp. Browsers that come from another origin are refused. Required."`
	AllowedOrigins []string      `name:"allowed-origins" env:"MADOGUCHI_ALLOWED_ORIGINS" sep:"," placeholder:"ORIGIN" help:"Further origins whose pages may open sockets, each as scheme://host[:port]."`
	Others         []string      `name:"others" env:"MADOGUCHI_OTHERS" sep:"," placeholder:"ORIGIN" help:"Origins of the other servers of this service, each as https://host[:port]. Pages are told of them and go on with the next one when theirs does not answer. Not needed where a load balancer or DNS does that behind one name."`
	Media          string        `name:"media" env:"MADOGUCHI_MEDIA" default:"0.0.0.0:3478" placeholder:"HOST:PORT" help:"Where sound and pictures arrive, as host:port; one UDP and one TCP port of the same number for everybody."`
	MediaPublicIPs []string      `name:"media-public-ips" env:"MADOGUCHI_MEDIA_PUBLIC_IPS" sep:"," placeholder:"IP" help:"Addresses under which clients reach the media port, when they differ from those of our interfaces (NAT): at most one IPv4 and one IPv6. Empty: the addresses of the interfaces."`
	NodeListen     string        `name:"node-listen" env:"MADOGUCHI_NODE_LISTEN" default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where a process with the role sfu is reached by the processes with the role signaling, as host:port: TLS 1.3 in which both ends prove that they hold a key of the area. The default is for everything on one machine; otherwise give an address of the internal network."`
	NodeAddress    string        `name:"node-address" env:"MADOGUCHI_NODE_ADDRESS" default:"" placeholder:"HOST:PORT" help:"Under which the others reach node-listen, when that is another address. Required where node-listen is on all addresses."`
	Zone           string        `name:"zone" env:"MADOGUCHI_ZONE" default:"" placeholder:"NAME" help:"Where this process stands, for example a data centre. A room is carried in the zone of those who meet in it, unless the nodes there are much busier than others."`
	Area           string        `name:"area" env:"MADOGUCHI_AREA" default:"" placeholder:"ID" help:"Area that a process with no role but sfu works for; the others read it from directory."`
	Redis          RedisURL      `name:"redis" env:"MADOGUCHI_REDIS" default:"" placeholder:"URL" help:"The only shared state. One server: redis://[user:password@]host:6379/0 (rediss:// with TLS). Sentinel: add ?master_name=NAME&addr=host2:26379; user and password are then those of the Sentinels, and &username=…&password=… those of the servers. Cluster: add ?addr=host2:6379. See REDIS.md. Required; serve does not start while it cannot be reached."`
	RedisReplicas  int           `name:"redis-replicas" env:"MADOGUCHI_REDIS_REPLICAS" default:"0" placeholder:"N" help:"Replicas of Redis that must have a confirmed, moved or cancelled appointment before anybody is told so; 0 where there are none. With too few of them alive outcomes are unknown, not booked."`
	RedisWait      time.Duration `name:"redis-wait" env:"MADOGUCHI_REDIS_WAIT" default:"500ms" placeholder:"DURATION" help:"How long replicas may take until an outcome counts as unknown: 10ms to 1s."`
	RedisWaitDisk  bool          `name:"redis-wait-disk" env:"MADOGUCHI_REDIS_WAIT_DISK" default:"false" help:"Wait until the appointment is on the disk of the primary and of those replicas (WAITAOF), not only in their memory. Needs Redis 7.2 and appendonly yes."`
	Journal        string        `name:"journal" env:"MADOGUCHI_JOURNAL" default:"" placeholder:"DIR" help:"Folder of this node's journal, mode 0700, on its own disk and its own alone: what people are told is written there first, so that what Redis loses in a failover can be restored. Nothing of a person stands in it unsealed. Empty: nothing can be restored."`
	JournalKeep    time.Duration `name:"journal-keep" env:"MADOGUCHI_JOURNAL_KEEP" default:"15m" placeholder:"DURATION" help:"How long the journal keeps a line: 1m to 24h. It has to be longer than a failover takes to be noticed and mended."`
	Directory      string        `name:"directory" env:"MADOGUCHI_DIRECTORY" default:"" placeholder:"DIR" help:"Folder of YAML files that describe area, offices, booths, desks, rosters and services. Required."`
	Keys           string        `name:"keys" env:"MADOGUCHI_KEYS" default:"" placeholder:"DIR" help:"Folder of the keys that sign tokens and find residents, mode 0700. Made on the first start; every node of an area needs the same one. Losing it signs everybody out and separates residents from their bookings. Required."`
	Notices        string        `name:"notices" env:"MADOGUCHI_NOTICES" default:"" placeholder:"FILE" help:"YAML file, mode 0600, that says who is told of appointments: webhooks, mail, SMS and voice; see madoguchi.notices.example.yaml. Empty: nobody is."`
	NoShowAfter    time.Duration `name:"no-show-after" env:"MADOGUCHI_NO_SHOW_AFTER" default:"15m" placeholder:"DURATION" help:"How long after the appointed time somebody who has not come, while the professional was there, counts as a no-show: 1s to 4h. Every process of an area needs the same."`
	Timeline       time.Duration `name:"timeline" env:"MADOGUCHI_TIMELINE" default:"336h" placeholder:"DURATION" help:"How long is kept what happened to a visit (who was connected, muted and let in, by seat; no names): 1h to 2160h. Administrators read it to find out why something went wrong."`
	Sealed         bool          `name:"sealed" env:"MADOGUCHI_SEALED" default:"false" help:"Have pages seal sound, pictures and messages between the ends, so that no server can hear, see or read them. Where somebody who is let in cannot (a device over WHIP or WHEP, an old browser), everything goes in clear and every screen says so."`
	AuditSettings  `embed:""`
	LoginConfig    `embed:""`
	Drain          time.Duration `name:"drain" env:"MADOGUCHI_DRAIN" default:"10s" placeholder:"DURATION" help:"How long a stop may take after SIGTERM: new work is refused at once, what is under way may finish."`
}

// RedisURL may hold a password, so it prints without one.
type RedisURL string

// String hides the password; convert to string for the real value.
func (u RedisURL) String() string {
	parsed, err := url.Parse(string(u))
	if err != nil {
		return "[unreadable redis url]"
	}
	if query := parsed.Query(); query.Has("password") { // of the servers behind Sentinel
		query.Set("password", "xxxxx")
		parsed.RawQuery = query.Encode()
	}
	return parsed.Redacted()
}

// A fieldError names the field that is wrong and what would be right.
type fieldError struct {
	field string
	what  string
}

func (e fieldError) Error() string { return e.field + ": " + e.what }

func wrong(field, format string, args ...any) error {
	return fieldError{field, fmt.Sprintf(format, args...)}
}

// check looks at every field and returns all that is wrong with them, one line each.
func (c *Config) check() error {
	return errors.Join(
		checkHostPort("listen", c.Listen),
		c.checkPublicURL(),
		c.checkOrigins(),
		c.Certificates.check(),
		c.Pace.check(),
		c.checkRoles(),
		checkHostPort("media", c.Media),
		checkIPs("media-public-ips", c.MediaPublicIPs),
		c.checkNode(),
		c.checkRedis(),
		c.checkDurability(),
		c.checkDirectory(),
		checkRequired("keys", c.Keys, "a folder for keys, for example /var/lib/madoguchi/keys"),
		c.checkDrain(),
		c.checkLogin(),
		c.checkTimeline(),
		checkNoShow(c.NoShowAfter),
		c.checkAudit(),
	)
}

func checkRequired(field, value, right string) error {
	if value == "" {
		return wrong(field, "is not set; give %s", right)
	}
	return nil
}

// usualPort makes the example in an error fit the field.
var usualPort = map[string]string{"listen": "8080", "media": "3478", "node-listen": "7070", "node-address": "7070"}

// checkHostPort wants host:port with a port from 0 to 65535.
func checkHostPort(field, value string) error {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return wrong(field, "%q is not host:port; write for example 127.0.0.1:%s", value, usualPort[field])
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return wrong(field, "%q has port %q; a port is a number from 0 to 65535", value, port)
	}
	return nil
}

// checkOrigin wants scheme://host[:port] and nothing after it.
func checkOrigin(field, value string) error {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return wrong(field, "%q is not an origin; write for example https://madoguchi.example.jp", value)
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "", u.User != nil:
		return wrong(field, "%q has more than scheme, host and port; write %s://%s", value, u.Scheme, u.Host)
	}
	return nil
}

func (c *Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return wrong("public-url", "is not set; give the address people type, for example https://madoguchi.example.jp")
	}
	if err := checkOrigin("public-url", c.PublicURL); err != nil {
		return err
	}
	if !strings.HasPrefix(c.PublicURL, "https://") {
		return wrong("public-url", "%q is not https; browsers give cameras to secure pages only", c.PublicURL)
	}
	return nil
}

func (c *Config) checkOrigins() error {
	var errs []error
	for _, origin := range c.AllowedOrigins {
		errs = append(errs, checkOrigin("allowed-origins", origin))
	}
	for _, origin := range c.Others {
		errs = append(errs, checkOrigin("others", origin))
	}
	return errors.Join(errs...)
}

// checkIPs wants addresses that stand for ours on the outside: at most one of IPv4 and one of IPv6.
func checkIPs(field string, values []string) error {
	var errs []error
	seen := map[bool]bool{}
	for _, value := range values {
		addr, err := netip.ParseAddr(value)
		if err != nil || addr.IsUnspecified() {
			errs = append(errs, wrong(field, "%q is not an address clients can reach; write for example 203.0.113.7", value))
			continue
		}
		if seen[addr.Is4()] {
			errs = append(errs, wrong(field, "%q is one too many; give at most one IPv4 and one IPv6 address", value))
		}
		seen[addr.Is4()] = true
	}
	return errors.Join(errs...)
}

func (c *Config) checkRedis() error {
	if c.Redis == "" {
		return wrong("redis", "is not set; give a URL, for example redis://127.0.0.1:6379/0")
	}
	_, err := redisOptions(c.Redis)
	return err
}

func checkFolder(field, path, right string) error {
	if err := checkRequired(field, path, right); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return wrong(field, "%q is not a folder that can be read; give %s", path, right)
	}
	return nil
}

func checkFile(field, path, right string) error {
	if err := checkRequired(field, path, right); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return wrong(field, "%q is not a file that can be read; give %s", path, right)
	}
	return nil
}

func (c *Config) checkTimeline() error {
	if c.Timeline < time.Hour || c.Timeline > 90*24*time.Hour {
		return wrong("timeline", "%s is out of bounds; give 1h to 2160h", c.Timeline)
	}
	return nil
}

func checkNoShow(after time.Duration) error {
	if after < time.Second || after > 4*time.Hour {
		return wrong("no-show-after", "%s is out of bounds; give 1s to 4h", after)
	}
	return nil
}

// Bounds of drain: less and a silent client spoils every stop, more and a deployment hangs.
const (
	minDrain = 6 * time.Second // the broker waits 5 s for clients that do not answer its goodbye
	maxDrain = 5 * time.Minute
)

func (c *Config) checkDrain() error {
	if c.Drain < minDrain || c.Drain > maxDrain {
		return wrong("drain", "%s is out of bounds; give %s to %s", c.Drain, minDrain, maxDrain)
	}
	return nil
}
