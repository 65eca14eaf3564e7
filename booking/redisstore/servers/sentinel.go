package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// SentinelName is what the Sentinels call the primary.
const SentinelName = "madoguchi"

// SentinelOptions say how large a Sentinel service is.
type SentinelOptions struct {
	Replicas  int           // 1 where zero
	Sentinels int           // 3 where zero
	DownAfter time.Duration // silence after which a Sentinel thinks the primary dead: 1 second where zero
	Spread    bool          // each node has an address of its own
	Args      []string      // of every server
}

// Sentinel is a primary with replicas, watched by Sentinels.
type Sentinel struct {
	Nodes     []*Node // the first was the primary at the start
	Sentinels []*Node
}

// StartSentinel starts one and waits until every Sentinel knows every other one and every replica.
func StartSentinel(ctx context.Context, o SentinelOptions) (_ *Sentinel, err error) {
	if o.Replicas == 0 {
		o.Replicas = 1
	}
	if o.Sentinels == 0 {
		o.Sentinels = 3
	}
	if o.DownAfter == 0 {
		o.DownAfter = time.Second
	}
	s := &Sentinel{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	for i := range 1 + o.Replicas {
		args := o.Args
		if i > 0 {
			args = append(slices.Clone(args), "--replicaof", s.Nodes[0].Host+" "+s.Nodes[0].Port)
		}
		n, err := start(ctx, address(o.Spread, i), args...)
		if err != nil {
			return s, err
		}
		s.Nodes = append(s.Nodes, n)
	}
	if err := s.Nodes[0].followed(ctx, o.Replicas); err != nil {
		return s, err
	}
	for i := range o.Sentinels {
		n, err := startSentinel(ctx, address(o.Spread, len(s.Nodes)+i), s.Nodes[0], o)
		if err != nil {
			return s, err
		}
		s.Sentinels = append(s.Sentinels, n)
	}
	return s, s.agree(ctx, o)
}

// startSentinel starts one Sentinel. It keeps its state in its configuration file, so it gets one.
func startSentinel(ctx context.Context, host string, primary *Node, o SentinelOptions) (*Node, error) {
	n, err := prepare(host)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(n.dir, "sentinel.conf")
	lines := []string{
		"port " + n.Port, "bind " + n.Host, "bind-source-addr " + n.Host, "protected-mode no", "dir " + n.dir, "logfile " + filepath.Join(n.dir, "log"),
		fmt.Sprintf("sentinel monitor %s %s %s %d", SentinelName, primary.Host, primary.Port, o.Sentinels/2+1),
		fmt.Sprintf("sentinel down-after-milliseconds %s %d", SentinelName, o.DownAfter.Milliseconds()),
		fmt.Sprintf("sentinel failover-timeout %s %d", SentinelName, 5*time.Second.Milliseconds()),
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	n.args = []string{file, "--sentinel"}
	if err := errors.Join(n.launch(), n.answers(ctx)); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	return n, nil
}

// followed waits until so many replicas have everything this primary has.
func (n *Node) followed(ctx context.Context, replicas int) error {
	return until(ctx, fmt.Sprintf("%s has %d replicas in step", n.Addr(), replicas), func(ctx context.Context) (bool, error) {
		return n.inStep(ctx, replicas)
	})
}

var (
	ownOffset      = regexp.MustCompile(`master_repl_offset:(\d+)`)
	replicasOffset = regexp.MustCompile(`state=online,offset=(\d+)`)
)

// inStep reports whether this is a primary whose replicas, so many, have acknowledged all it has written.
func (n *Node) inStep(ctx context.Context, replicas int) (bool, error) {
	c := n.Client()
	defer func() { _ = c.Close() }()
	info, err := c.Info(ctx, "replication").Result()
	own, others := ownOffset.FindStringSubmatch(info), replicasOffset.FindAllStringSubmatch(info, -1)
	if err != nil || own == nil || len(others) != replicas || !strings.Contains(info, "role:master") {
		return false, err
	}
	for _, other := range others {
		if other[1] != own[1] {
			return false, nil
		}
	}
	return true, nil
}

// agree waits until every Sentinel knows all there is.
func (s *Sentinel) agree(ctx context.Context, o SentinelOptions) error {
	for _, n := range s.Sentinels {
		c := redis.NewSentinelClient(&redis.Options{Addr: n.Addr()})
		err := until(ctx, "Sentinel "+n.Addr()+" knows the others", func(ctx context.Context) (bool, error) {
			m, err := c.Master(ctx, SentinelName).Result()
			return m["num-slaves"] == fmt.Sprint(o.Replicas) && m["num-other-sentinels"] == fmt.Sprint(o.Sentinels-1) && m["flags"] == "master", err
		})
		if err := errors.Join(err, c.Close()); err != nil {
			return err
		}
	}
	return nil
}

// URL is what go-redis and our configuration call it.
func (s *Sentinel) URL() string {
	url := "redis://" + s.Sentinels[0].Addr() + "/0?master_name=" + SentinelName
	for _, n := range s.Sentinels[1:] {
		url += "&addr=" + n.Addr()
	}
	return url
}

// Options are those of a client of it.
func (s *Sentinel) Options() *redis.UniversalOptions {
	o := &redis.UniversalOptions{MasterName: SentinelName}
	for _, n := range s.Sentinels {
		o.Addrs = append(o.Addrs, n.Addr())
	}
	return o
}

// Primary is the node that the Sentinels' majority calls the primary.
func (s *Sentinel) Primary(ctx context.Context) (*Node, error) {
	votes := map[string]int{}
	for _, n := range s.Sentinels {
		c := redis.NewSentinelClient(&redis.Options{Addr: n.Addr()})
		at, err := c.GetMasterAddrByName(ctx, SentinelName).Result()
		_ = c.Close()
		if err != nil {
			return nil, fmt.Errorf("ask Sentinel %s: %w", n.Addr(), err)
		}
		votes[net.JoinHostPort(at[0], at[1])]++
	}
	for _, n := range s.Nodes {
		if votes[n.Addr()] > len(s.Sentinels)/2 {
			return n, nil
		}
	}
	return nil, fmt.Errorf("the Sentinels do not agree: %v", votes)
}

// Failover has the Sentinels promote a replica that has everything, and waits until they agree that it is the primary.
func (s *Sentinel) Failover(ctx context.Context) error {
	if err := s.AwaitWhole(ctx); err != nil {
		return err
	}
	old, err := s.Primary(ctx)
	if err != nil {
		return err
	}
	if err := old.followed(ctx, len(s.Nodes)-1); err != nil {
		return err
	}
	c := redis.NewSentinelClient(&redis.Options{Addr: s.Sentinels[0].Addr()})
	defer func() { _ = c.Close() }()
	// A Sentinel looks at replicas every ten seconds, so it may not yet think one fit.
	err = until(ctx, "a Sentinel agrees to a failover", func(ctx context.Context) (bool, error) {
		err := c.Failover(ctx, SentinelName).Err()
		return err == nil, err
	})
	if err != nil {
		return err
	}
	return s.AwaitReplaced(ctx, old)
}

// AwaitReplaced waits until the Sentinels agree that another node than old is the primary.
func (s *Sentinel) AwaitReplaced(ctx context.Context, old *Node) error {
	return until(ctx, "another node than "+old.Addr()+" is the primary", func(ctx context.Context) (bool, error) {
		n, err := s.Primary(ctx)
		return n != nil && n != old, err
	})
}

// AwaitWhole waits until all nodes run and all but the primary follow it.
func (s *Sentinel) AwaitWhole(ctx context.Context) error {
	return until(ctx, "all replicas follow", func(ctx context.Context) (bool, error) {
		n, err := s.Primary(ctx)
		if err != nil {
			return false, err
		}
		c := n.Client()
		defer func() { _ = c.Close() }()
		info, err := c.Info(ctx, "replication").Result()
		return strings.Contains(info, "role:master") && strings.Count(info, "state=online") == len(s.Nodes)-1, err
	})
}

// Stop ends everything.
func (s *Sentinel) Stop() error { return stopAll(append(s.Sentinels, s.Nodes...)...) }
