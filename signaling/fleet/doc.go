// Package fleet makes several media nodes look like one: to a broker a Fleet is what one sfu.Node would be.
//
// # The two ends
//
// A Host stands beside each media node. It registers the node in Redis, beats five times a second, and takes requests of the
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
// Nobody's wall clock matters, and nobody is judged by one witness. A node's record holds a count that grows with each
// beat, and over the internal connection it answers five times a second: a broker looks as often and counts, in time in
// which it was awake itself, how long each has stood still (still.go). A node is lost when both have for one second: a node
// that only one of Redis and the broker cannot see goes on. Where its machine refuses the connection, half a second of the
// heart is enough. While Redis cannot be read, or the broker itself has been asleep, nobody is judged.
//
// A node may be well while its media port alone is cut off. Brokers probe the port, with credentials that the registry gives
// them, and nodes tell whether they hear people there and are heard. Where both say no, or where people of several networks
// fall silent at once, the port is cut off and its rooms get another place; the node gets none until the port has answered
// for ten seconds (port.go).
//
// A node taken for dead that lives does no harm. Only the newest epoch counts, and what it hears of the move makes it let
// go, as one that drains does: people are heard there for the moment that they need to come to the new place. One that
// finds that it was frozen has nobody left to hear and closes at once.
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
