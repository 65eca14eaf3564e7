// Command netlab is a bad line between two network namespaces, for tests: delay, jitter, loss, a narrow rate, cuts; each way
// with its own, and changed while a call goes over it.
//
//	netlab --name lab1 --line "delay=20ms rate=1mbit"
//
// It makes the namespaces lab1-near (10.99.0.1) and lab1-far (10.99.0.2), prints one line of JSON about them when packets can
// pass, and then takes a command on each line of its standard input, answering each with a line: "ok", or "error: " and what
// would be right.
//
//	there delay=100ms loss=5%      from near to far
//	back cut=yes                   from far to near: nothing passes
//	both clear                     a perfect line again
//	stats                          counts of both ways, as JSON
//
// The end of the input, or SIGTERM, ends it, and nothing of it is left. Run programs at the ends with
// `ip netns exec lab1-near …`. It needs root, and Linux.
//
// The kernel could do much of this by itself (netem), but the kernels our tests run on do not have it. So each end is a TUN
// device, and this program carries packets between the two (package lab), each when package line says so. Package line is
// pure: what becomes of a packet is a function of its size, the moment, the settings and a random number.
package main
