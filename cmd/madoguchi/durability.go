package main

import (
	"time"

	"madoguchi/booking/redisstore"
)

// Bounds of redis-wait: below, a healthy replica is too slow; above, a clerk waits longer than for any other answer.
const (
	minRedisWait = 10 * time.Millisecond
	maxRedisWait = time.Second
)

// maxReplicas bounds redis-replicas; nobody runs more, and each one that fails makes outcomes unknown.
const maxReplicas = 5

func (c *Config) checkDurability() error {
	if c.RedisReplicas < 0 || c.RedisReplicas > maxReplicas {
		return wrong("redis-replicas", "%d is out of bounds; give 0 to %d", c.RedisReplicas, maxReplicas)
	}
	if c.RedisWait < minRedisWait || c.RedisWait > maxRedisWait {
		return wrong("redis-wait", "%s is out of bounds; give %s to %s", c.RedisWait, minRedisWait, maxRedisWait)
	}
	return nil
}

// durability is what the store waits for.
func (c *Config) durability() redisstore.Durability {
	return redisstore.Durability{Replicas: c.RedisReplicas, Within: c.RedisWait, Disk: c.RedisWaitDisk}
}
