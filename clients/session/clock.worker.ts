// Timers for realbrowser.ts, in a worker because a hidden page's own come late. {id, milliseconds} sets one, {id}
// takes it back; the id comes back when it is due.

const timers = new Map<number, ReturnType<typeof setTimeout>>();

self.addEventListener("message", ({ data }: MessageEvent<{ id: number; milliseconds?: number }>) => {
  const { id, milliseconds } = data;
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (milliseconds === undefined) return;
  timers.set(
    id,
    setTimeout(() => {
      timers.delete(id);
      self.postMessage(id, { transfer: [] });
    }, milliseconds),
  );
});
