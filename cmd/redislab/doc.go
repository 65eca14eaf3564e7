// Command redislab runs a real Redis with one replica and three Sentinels, and does it harm when it is told to, for tests
// from outside that are not written in Go.
//
// It prints the URL of the service, then reads a command a line and answers each with "ok", or "error" and why:
//
//	cut     the replica hears nothing more (SIGSTOP): what the primary takes on from now on it alone has
//	kill    the primary is gone without a word (SIGKILL)
//	heal    what was cut goes on, and the Sentinels make it the primary if there is none
//	return  what was killed comes back and follows whoever took over
//	empty   everything is forgotten on both
//
// It ends, and takes its servers with it, when its input does.
package main
