package signaling

import (
	"context"

	"madoguchi/signaling/protocol"
)

// conduct carries out a message by which a visit is conducted between admitting and ending.
func (b *Broker) conduct(_ context.Context, _ *socket, _ any) error {
	return &refusal{protocol.ErrNotNow, "this server cannot do that yet"}
}

// conductPlain carries out one that needs nothing but its type.
func (b *Broker) conductPlain(_ context.Context, _ *socket, _ string) error {
	return &refusal{protocol.ErrNotNow, "this server cannot do that yet"}
}
