// Runs in plain pages: raw sockets to the program, for messages our own session code would never send.
(() => {
  const sockets = [];

  /** Opens a socket and returns its number. */
  function open(subprotocol) {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/v1/connect`, subprotocol);
    const record = { socket, opened: false, messages: [], close: null };
    socket.addEventListener('open', () => {
      record.opened = true;
    });
    socket.addEventListener('message', (event) => record.messages.push(JSON.parse(event.data)));
    socket.addEventListener('close', ({ code, reason }) => {
      record.close = { code, reason };
    });
    return sockets.push(record) - 1;
  }

  function say(number, text) {
    sockets[number].socket.send(text);
  }

  function sayBytes(number, count) {
    sockets[number].socket.send(new Uint8Array(count));
  }

  function state(number) {
    const { opened, messages, close } = sockets[number];
    return { opened, messages, close };
  }

  function hangUp(number) {
    sockets[number].socket.close(1000);
  }

  Object.defineProperty(window, 'raw', { value: { open, say, sayBytes, state, hangUp } });
})();
