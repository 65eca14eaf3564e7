// Package placement chooses the media node that carries a room. It is pure: a choice is a function of what the nodes last
// said of themselves and of what the room needs, so that every broker that looks at the same figures comes to the same
// choice, and a test can go through all of them. Making a choice binding is not done here (package fleet).
//
// A node costs what it is loaded, as a share of what it can carry, and something more if it stands in another zone than
// the people who meet. The cheapest takes the room. Small differences do not count, neither between nodes (rooms would all
// run to the one that was idle half a second ago) nor against a node that has the room already (moving it disturbs people).
package placement
