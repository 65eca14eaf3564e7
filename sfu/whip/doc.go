// Package whip lets equipment and measuring rigs into rooms over plain HTTP: WHIP (RFC 9725) to send, WHEP
// (draft-ietf-wish-whep) to receive, both at a path that names the room.
//
//	POST   /whip/{room}        offer to send      → 201, answer, Location; ?purpose=document says what the picture is for,
//	                           ?purpose=stethoscope likewise of the sound (package purpose); else they are a face and a voice
//	POST   /whep/{room}        offer to receive   → 201, answer, Location; ?from=P narrows to one participant
//	PATCH  /whip/{room}/{id}   further ICE candidates (application/trickle-ice-sdpfrag) → 204
//	DELETE /whip/{room}/{id}   the end → 200
//	POST   /bench/{room}       offer to do both, with a token for measuring → likewise
//	OPTIONS                    what is taken, and leave for pages of other origins
//
// A bearer token says who asks. It is checked when a session is made; afterwards the session's address, which holds 128
// random bits and has been told to nobody else, is proof enough, so that a token may be short-lived. A token's participant
// may have one session of each sort in a room; a new one replaces the old.
//
// A session that has ended is not found (404): its client posts a new offer, to the same address. So it goes with a media
// node that is lost or goes away: the latter ends its sessions with DTLS close_notify as soon as the room has another
// node, which answers the new offer. Within the time of grace an admission stands.
//
// Whoever comes in this way stands behind the same gate as everybody: connected, but without a packet passing until
// admitted. Refusals are problem documents (RFC 9457) that say what would have been right.
package whip
