// A sound card that plays to nobody: without one Firefox does not run any audio context.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait.mjs';

/**
 * Starts a PulseAudio server of its own with a null sink.
 *
 * @returns {Promise<{env: Record<string, string>, remove: () => Promise<void>}>} what a program must have in its
 *   environment to play to it
 */
export async function soundCard() {
  const directory = await mkdtemp(join(tmpdir(), 'madoguchi-sound-'));
  const socket = join(directory, 'native');
  const server = spawn('pulseaudio', [
    '-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disable-shm', '--load=module-null-sink',
    `--load=module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
  ], { env: { ...process.env, HOME: directory, XDG_RUNTIME_DIR: directory }, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const remove = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await until('there is a sound card', () => access(socket).then(() => true));
  } catch (error) {
    await remove();
    throw error;
  }
  return { env: { PULSE_SERVER: `unix:${socket}` }, remove };
}
