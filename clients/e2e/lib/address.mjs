// Where other makes of peers can reach the program: neither Firefox nor GStreamer takes loopback while there is another.

import { networkInterfaces } from 'node:os';

/** This machine's own address; loopback if it has no other. Packets to it stay on the machine. */
export function ownAddress() {
  const all = Object.values(networkInterfaces()).flat();
  return all.find((a) => a.family === 'IPv4' && !a.internal)?.address ?? '127.0.0.1';
}
