package protocol

import "reflect"

// Declaration ties the value of a message's "type" to the Go struct of its other fields.
type Declaration struct {
	Type string
	Body reflect.Type
}

// ClientMessages lists everything a client may send, in the order of a conversation.
var ClientMessages = []Declaration{
	{TypeHello, reflect.TypeFor[Hello]()},
	{TypeEnter, reflect.TypeFor[Enter]()},
	{TypeOffer, reflect.TypeFor[Offer]()},
	{TypeCandidate, reflect.TypeFor[Candidate]()},
	{TypeReady, reflect.TypeFor[Request]()},
	{TypePrepare, reflect.TypeFor[Prepare]()},
	{TypeAdmit, reflect.TypeFor[Admit]()},
	{TypeDismiss, reflect.TypeFor[Dismiss]()},
	{TypeMute, reflect.TypeFor[Mute]()},
	{TypeHandover, reflect.TypeFor[Request]()},
	{TypeEnd, reflect.TypeFor[Request]()},
	{TypeLeave, reflect.TypeFor[Request]()},
	{TypeCall, reflect.TypeFor[Request]()},
	{TypeAnswerCall, reflect.TypeFor[AnswerCall]()},
	{TypeStaff, reflect.TypeFor[Staff]()},
	{TypeAcceptStaff, reflect.TypeFor[Request]()},
	{TypeSummon, reflect.TypeFor[Request]()},
	{TypeRequeue, reflect.TypeFor[Requeue]()},
	{TypePause, reflect.TypeFor[Pause]()},
	{TypeResume, reflect.TypeFor[Request]()},
	{TypeConfer, reflect.TypeFor[Confer]()},
	{TypeTransfer, reflect.TypeFor[Transfer]()},
	{TypeGather, reflect.TypeFor[Gather]()},
	{TypeRelease, reflect.TypeFor[Release]()},
	{TypeArmEmergency, reflect.TypeFor[Request]()},
	{TypeEmergency, reflect.TypeFor[Request]()},
	{TypeCalm, reflect.TypeFor[Calm]()},
	{TypeWiped, reflect.TypeFor[Wiped]()},
	{TypeReport, reflect.TypeFor[Report]()},
	{TypeRemoteDone, reflect.TypeFor[RemoteDone]()},
	{TypeAnnounceKeys, reflect.TypeFor[AnnounceKeys]()},
	{TypePing, reflect.TypeFor[Ping]()},
}

// ServerMessages lists everything the server sends, in the order of a conversation. Every type has a struct of its own.
var ServerMessages = []Declaration{
	{TypeWelcome, reflect.TypeFor[Welcome]()},
	{TypeOK, reflect.TypeFor[OK]()},
	{TypeError, reflect.TypeFor[Error]()},
	{TypeSeat, reflect.TypeFor[Seat]()},
	{TypeSession, reflect.TypeFor[Session]()},
	{TypePresence, reflect.TypeFor[Presence]()},
	{TypeWaiting, reflect.TypeFor[Waiting]()},
	{TypeAnswer, reflect.TypeFor[Answer]()},
	{TypeTracks, reflect.TypeFor[Tracks]()},
	{TypeKeys, reflect.TypeFor[Keys]()},
	{TypePlace, reflect.TypeFor[Place]()},
	{TypeArmed, reflect.TypeFor[Armed]()},
	{TypeRemote, reflect.TypeFor[Remote]()},
	{TypeLobby, reflect.TypeFor[Lobby]()},
	{TypeEnded, reflect.TypeFor[Ended]()},
	{TypePong, reflect.TypeFor[Pong]()},
}

func byType(list []Declaration) map[string]reflect.Type {
	m := make(map[string]reflect.Type, len(list))
	for _, d := range list {
		m[d.Type] = d.Body
	}
	return m
}

func byBody(list []Declaration) map[reflect.Type]string {
	m := make(map[reflect.Type]string, len(list))
	for _, d := range list {
		m[d.Body] = d.Type
	}
	return m
}

var (
	clientByType = byType(ClientMessages)
	serverByType = byType(ServerMessages)
	serverByBody = byBody(ServerMessages)
)
