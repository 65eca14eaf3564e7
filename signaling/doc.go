// Package signaling is the session broker: the visit as it happens.
//
// # A visit, from the broker's side
//
// A counter or a booth checks an appointment in over HTTP; a session document is opened in Redis and every seat it
// concerns hears of it. Each participant holds one WebSocket (sockets.go). It says hello with a seat token, fetches a
// room token over HTTPS, enters the session, and offers its media, which the broker passes to the SFU. What people do
// to the session (ready, admit, handover, end, leave) becomes an event of package session: the next document is
// computed purely and stored, with what is to be done on account of it, under the version it was computed from (store.go);
// only then are its effects carried out (apply.go): the gate of the media room, the word to the booking. Whatever a node that
// died has left undone, another does (owed.go). What Redis has lost in a failover is put back by whoever knows it (bus.go).
// A model of all that is lived through a hundred thousand times in the tests (model_test.go).
//
// # Where media are
//
// The broker asks a Media (seams.go) for everything that concerns sound and pictures: one node in the same process
// (node.go), or all nodes of the area (nodes.go, package fleet), which then may differ from session to session and change
// under way. The nodes own the media: a broker that starts finds the rooms as they have them.
//
// # Who owns what
//
// Redis holds the documents, who is connected (live.go) and the calls (calls.go). Every node keeps a copy of the
// open ones of its area in its hub (hub.go): one goroutine owns that copy and the list of local sockets, others
// hand it short functions. Changes travel by publish and subscribe (bus.go) and carry the whole new value, so a
// message lost is put right by the next one or by the regular reload. Therefore any node can serve any participant.
//
// Who is connected is a lease outside the document. When a socket is lost nothing changes but presence; the keeper
// (grace.go) tells the machine when a time of grace has run out, also for sockets of a node that died.
//
// What a page says over one socket after another is a conversation (conversation.go): its requests carry ids and are
// carried out once, on whichever node they arrive, and what would be lost with a socket is kept in Redis until the page has
// acknowledged it (book.go). A request that changes a document is stored together with its answer, so that a node which
// dies, or wakes up late, can neither lose nor double it. Everything else a client is told is whole state.
//
// Calling the staff and leaving work while Redis is down, for the sockets of the same node: both first do what people
// see, and are stored when Redis answers again.
//
// Documents, presence and logs carry ids. Names of places and professionals come from the directory when a message is
// made; the name of a resident never comes here at all.
package signaling
