// Command madoguchi is the whole house in one binary: booking, signaling and the SFU behind one HTTP listener.
//
//	madoguchi demo      everything with sample data and a store of its own; forgets all on exit
//	madoguchi serve     the real thing: a configuration, a directory, keys and a Redis are required
//	madoguchi token     a room token of the demo, for OBS, GStreamer and measuring rigs
//	madoguchi enroll    a one-time code with which a booth or desk signs in
//	madoguchi catalogue check the files of what can be booked; suspend and resume services
//	madoguchi version
//
// There is wiring here and nothing else. Read it in this order: config.go says what can be set, demo.go and serve.go
// turn that into a plan, house.go opens the parts of a plan, runs them and closes them again in two steps, and
// routes.go is the one place that says which path is answered by whom.
package main
