// Package fleet makes several media nodes look like one: to a broker a Fleet is what one sfu.Node would be.
//
// # The two ends
//
// A Host stands beside each media node. It registers the node in Redis, beats twice a second, and takes requests of the
// area's brokers over an internal connection. A Fleet stands beside each broker. It reads the registry, keeps a connection
// to every node, knows which node carries which room, and sends each request there. What happens to peers comes back over
// the same connection, to every broker and in order; whoever connects (again) is first told everything as it is. So a
// broker that was away has the rooms as the node has them, and nothing about media passes through Redis.
//
// # Where a room is
//
// The first offer in a room has it placed: a node is chosen (package placement) and written to Redis by compare-and-set,
// with an epoch that grows with every placement of the area. Whoever came second finds the choice of the first. Every
// request carries the epoch. A node refuses what is older than what it has seen, and lets go of what it holds under an
// older one. A node that was frozen hears on waking that its rooms are elsewhere (it follows the announcements, and looks
// when its own heart has missed beats) and closes its peers of those rooms.
//
// # Who is dead
//
// Nobody's wall clock matters. A node's record holds a count that grows with each beat; a broker looks twice a second and
// measures by its own monotonic clock how long the count has stood still. A node is lost when that is three seconds and its
// connection is silent or down as well: a node that only one of Redis and the broker cannot see goes on. While Redis
// cannot be read, or the broker itself has been asleep, nobody is judged.
//
// The rooms of a lost node, and of one that drains, get a new place; Config.Moved hears of it, and the clients are told.
// In a room that leaves a draining node the old peers stay until the clients have let go of them.
//
// # The internal connection
//
// TLS 1.3 always, loopback included, each end proving that it holds a key of the area (access.Keys.InternalTLS): there is
// nothing to configure, no clock decides, and nothing can be replayed, which signed tokens would all need care for. Frames
// are JSON behind their length (frame.go). Queues, sizes and rates are bounded; an end too slow for its queue is
// disconnected and told everything anew.
package fleet
