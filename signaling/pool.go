package signaling

import "sync"

// bufferPool lends write buffers to sockets while they write, so that thousands of idle ones hold none.
var bufferPool = &sync.Pool{}
