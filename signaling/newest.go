package signaling

import "sync"

// newest is a mailbox that keeps one value per key: what comes while nobody looks is merged into what waits. It never
// blocks whoever puts, and is bounded by the number of keys.
type newest[K comparable, V any] struct {
	wake chan struct{} // holds one token while there is something to take

	mu     sync.Mutex
	values map[K]*V
}

func newNewest[K comparable, V any]() *newest[K, V] {
	return &newest[K, V]{wake: make(chan struct{}, 1), values: map[K]*V{}}
}

// put changes what waits under a key.
func (n *newest[K, V]) put(key K, change func(*V)) {
	n.mu.Lock()
	v := n.values[key]
	if v == nil {
		v = new(V)
		n.values[key] = v
	}
	change(v)
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// take empties the mailbox.
func (n *newest[K, V]) take() map[K]*V {
	n.mu.Lock()
	defer n.mu.Unlock()
	values := n.values
	n.values = map[K]*V{}
	return values
}
