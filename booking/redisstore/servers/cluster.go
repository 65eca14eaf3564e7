package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// slotCount is how many hash slots a Cluster shares out (Redis Cluster specification).
const slotCount = 16384

// ClusterOptions say how large a Cluster is.
type ClusterOptions struct {
	Primaries   int           // 3 where zero
	Replicas    int           // of each primary
	NodeTimeout time.Duration // silence after which a node is thought dead: 1 second where zero
	Spread      bool          // each node has an address of its own
	Args        []string      // of every server
}

// Cluster is a Redis Cluster. A primary that is lost takes only its own slots with it.
type Cluster struct {
	Nodes []*Node // primaries of the start first, then their replicas, in the same order

	primaries int
}

// StartCluster starts one and waits until every node thinks it whole.
func StartCluster(ctx context.Context, o ClusterOptions) (c *Cluster, err error) {
	if o.Primaries == 0 {
		o.Primaries = 3
	}
	if o.NodeTimeout == 0 {
		o.NodeTimeout = time.Second
	}
	c = &Cluster{primaries: o.Primaries}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
		}
	}()
	for i := range o.Primaries * (1 + o.Replicas) {
		n, err := startMember(ctx, address(o.Spread, i), o)
		if err != nil {
			return c, err
		}
		c.Nodes = append(c.Nodes, n)
	}
	if err := c.meet(ctx); err != nil {
		return c, err
	}
	return c, c.AwaitWhole(ctx)
}

// startMember starts a node that belongs to no Cluster yet.
func startMember(ctx context.Context, host string, o ClusterOptions) (*Node, error) {
	bus, err := freePort(host)
	if err != nil {
		return nil, err
	}
	return start(ctx, host, append([]string{
		"--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", fmt.Sprint(o.NodeTimeout.Milliseconds()),
		"--cluster-require-full-coverage", "no", "--cluster-announce-ip", host,
	}, o.Args...)...)
}

// meet introduces everybody to everybody, gives the primaries their slots and the replicas their primary.
func (c *Cluster) meet(ctx context.Context) error {
	for i, n := range c.Nodes {
		err := n.do(ctx, "cluster", "set-config-epoch", i+1)
		if i < c.primaries {
			err = errors.Join(err, n.do(ctx, "cluster", "addslotsrange", slotCount*i/c.primaries, slotCount*(i+1)/c.primaries-1))
		}
		for _, other := range c.Nodes[:i] { // gossip would do it, in its own time
			err = errors.Join(err, n.do(ctx, "cluster", "meet", other.Host, other.Port, other.busPort()))
		}
		if err != nil {
			return fmt.Errorf("found a cluster: %w", err)
		}
	}
	for i, n := range c.Nodes[c.primaries:] {
		primary := c.Nodes[i%c.primaries]
		id, err := primary.id(ctx)
		if err != nil {
			return err
		}
		err = until(ctx, n.Addr()+" knows its primary", func(ctx context.Context) (bool, error) {
			err := n.do(ctx, "cluster", "replicate", id)
			return err == nil, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) busPort() string {
	return n.args[slices.Index(n.args, "--cluster-port")+1]
}

func (n *Node) do(ctx context.Context, args ...any) error {
	c := n.Client()
	defer func() { _ = c.Close() }()
	if err := c.Do(ctx, args...).Err(); err != nil {
		return fmt.Errorf("%v at %s: %w", args, n.Addr(), err)
	}
	return nil
}

func (n *Node) id(ctx context.Context) (string, error) {
	c := n.Client()
	defer func() { _ = c.Close() }()
	return c.Do(ctx, "cluster", "myid").Text()
}

// AwaitWhole waits until every node runs, knows all others and thinks all slots served, and every replica is in step.
func (c *Cluster) AwaitWhole(ctx context.Context) error {
	return until(ctx, "the cluster is whole", func(ctx context.Context) (bool, error) {
		for _, n := range c.Nodes {
			if ok, err := n.content(ctx, len(c.Nodes)); !ok {
				return false, err
			}
		}
		return true, nil
	})
}

// content reports whether a node sees nothing amiss among so many.
func (n *Node) content(ctx context.Context, members int) (bool, error) {
	c := n.Client()
	defer func() { _ = c.Close() }()
	info, err := c.ClusterInfo(ctx).Result()
	if err != nil || !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprintf("cluster_slots_ok:%d", slotCount)) {
		return false, err
	}
	nodes, err := c.ClusterNodes(ctx).Result()
	if err != nil || strings.Contains(nodes, "fail") || strings.Contains(nodes, "handshake") || strings.Count(nodes, "\n") != members {
		return false, err
	}
	replication, err := c.Info(ctx, "replication").Result()
	return strings.Contains(replication, "role:master") || strings.Contains(replication, "master_link_status:up"), err
}

// URL is what go-redis and our configuration call it.
func (c *Cluster) URL() string {
	url := "redis://" + c.Nodes[0].Addr()
	for i, n := range c.Nodes[1:] {
		if i == 0 {
			url += "?addr=" + n.Addr()
		} else {
			url += "&addr=" + n.Addr()
		}
	}
	return url
}

// Options are those of a client of it.
func (c *Cluster) Options() *redis.UniversalOptions {
	o := &redis.UniversalOptions{IsClusterMode: true}
	for _, n := range c.Nodes {
		o.Addrs = append(o.Addrs, n.Addr())
	}
	return o
}

// PrimaryOf is the node that serves a key.
func (c *Cluster) PrimaryOf(ctx context.Context, key string) (*Node, error) {
	return c.serving(ctx, key, nil)
}

// serving is the node that serves a key, as the first of the others that answers sees it.
func (c *Cluster) serving(ctx context.Context, key string, but *Node) (*Node, error) {
	var errs []error
	for _, n := range c.Nodes {
		if n == but || n.cmd == nil {
			continue
		}
		at, err := n.whoServes(ctx, key)
		if err == nil {
			return c.at(at)
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("nobody knows who serves %s: %w", key, errors.Join(errs...))
}

// whoServes is the address of the node that serves a key in this node's eyes.
func (n *Node) whoServes(ctx context.Context, key string) (string, error) {
	c := n.Client()
	defer func() { _ = c.Close() }()
	slot, err := c.ClusterKeySlot(ctx, key).Result()
	if err != nil {
		return "", err
	}
	shards, err := c.ClusterShards(ctx).Result()
	if err != nil {
		return "", err
	}
	for _, shard := range shards {
		if !slices.ContainsFunc(shard.Slots, func(r redis.SlotRange) bool { return slot >= r.Start && slot <= r.End }) {
			continue
		}
		for _, member := range shard.Nodes {
			if member.Role == "master" {
				return net.JoinHostPort(member.IP, fmt.Sprint(member.Port)), nil
			}
		}
	}
	return "", fmt.Errorf("slot %d is served by nobody", slot)
}

func (c *Cluster) at(addr string) (*Node, error) {
	for _, n := range c.Nodes {
		if n.Addr() == addr {
			return n, nil
		}
	}
	return nil, fmt.Errorf("%s is none of the nodes", addr)
}

// Failover has a replica that has everything take the place of the primary of a key, and waits until the others know. It
// takes over without a vote: on a busy machine voters are late.
func (c *Cluster) Failover(ctx context.Context, key string) error {
	if err := c.AwaitWhole(ctx); err != nil {
		return err
	}
	old, err := c.PrimaryOf(ctx, key)
	if err != nil {
		return err
	}
	replica, err := c.replicaOf(ctx, old)
	if err != nil {
		return err
	}
	if err := old.followed(ctx, 1); err != nil {
		return err
	}
	if err := replica.do(ctx, "cluster", "failover", "takeover"); err != nil {
		return err
	}
	return c.AwaitReplaced(ctx, key, old)
}

// replicaOf waits until a primary knows a replica, which it is told by gossip.
func (c *Cluster) replicaOf(ctx context.Context, primary *Node) (replica *Node, err error) {
	client := primary.Client()
	defer func() { _ = client.Close() }()
	id, err := primary.id(ctx)
	if err != nil {
		return nil, err
	}
	err = until(ctx, primary.Addr()+" knows its replica", func(ctx context.Context) (bool, error) {
		lines, err := client.Do(ctx, "cluster", "replicas", id).StringSlice()
		if err != nil || len(lines) == 0 {
			return false, err
		}
		addr, _, _ := strings.Cut(strings.Fields(lines[0])[1], "@") // id, address, flags …
		replica, err = c.at(addr)
		return err == nil, err
	})
	return replica, err
}

// AwaitReplaced waits until another node than old serves a key in the eyes of the others.
func (c *Cluster) AwaitReplaced(ctx context.Context, key string, old *Node) error {
	return until(ctx, "another node than "+old.Addr()+" serves "+key, func(ctx context.Context) (bool, error) {
		n, err := c.serving(ctx, key, old)
		return n != nil && n != old, err
	})
}

// Apart gives a name that begins with each of those given, so that the keys {name}:… of each lie on another primary.
func (c *Cluster) Apart(ctx context.Context, names ...string) ([]string, error) {
	taken := map[*Node]bool{}
	list := make([]string, len(names))
	for i, name := range names {
		for try := 0; list[i] == ""; try++ {
			one := fmt.Sprint(name, try)
			at, err := c.PrimaryOf(ctx, "{"+one+"}:x")
			if err != nil {
				return nil, err
			}
			if !taken[at] {
				taken[at], list[i] = true, one
			} else if try > 10_000 {
				return nil, fmt.Errorf("%d names do not fit on %d primaries", len(names), c.primaries)
			}
		}
	}
	return list, nil
}

// Stop ends everything.
func (c *Cluster) Stop() error { return stopAll(c.Nodes...) }
