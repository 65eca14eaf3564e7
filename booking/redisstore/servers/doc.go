// Package servers starts real redis-servers on the loopback for tests and measurements, and lets them come to harm.
//
// There are three kinds of service, as in earnest: one server alone (Start), a primary with replicas that Sentinels watch
// (StartSentinel), and a Cluster of primaries with a replica each (StartCluster). All keep their files in a folder of their
// own, which goes when they are stopped.
//
// A Node can be killed, frozen and thawed, and started again in its folder with what it had written down. Each node of a
// Sentinel or Cluster may have a loopback address of its own (127.0.0.2, 127.0.0.3 …, Spread) and speaks from it, so that a
// packet filter can tell one node from another and cut it off.
package servers
