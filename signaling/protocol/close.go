package protocol

// Close codes say what to do next. 4000–4099: come back by yourself, with the delay of the reconnect policy.
// 4100–4199: do not come back by yourself; somebody has to act (sign in again, choose another session).
const (
	CloseRestart  = 4000 // the server is going away: come back at once, another node answers
	CloseSlow     = 4001 // you did not read fast enough; state is sent whole when you are back
	CloseSilent   = 4002 // nothing was heard from you for too long
	CloseInternal = 4003 // a fault on our side
	CloseExpired  = 4010 // the token has expired: fetch a new one over HTTPS, then come back

	CloseBadToken  = 4100 // the token is not valid here
	CloseProtocol  = 4101 // a message could not be understood
	CloseTooLarge  = 4102 // a message was larger than allowed
	CloseTooFast   = 4103 // too many messages
	CloseReplaced  = 4104 // the same seat has been opened elsewhere
	CloseForbidden = 4105 // origin or role is not allowed here
	CloseRevoked   = 4106 // this seat has been signed out
)
