// Package lab makes two network namespaces with a TUN device each, and carries packets between the two as package line says.
//
// Each way has two goroutines: one reads packets from the device at the start and puts them on the line, the other hands them
// to the device at the end when they arrive. Between them is a heap ordered by time. Settings are read for each packet, so a
// change holds from the next packet on; what is on its way arrives as it would have.
//
// Everything made is taken away by Close, which waits for all four.
package lab
