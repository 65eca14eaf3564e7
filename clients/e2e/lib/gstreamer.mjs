// GStreamer as a peer by WHIP: a process of its own, nothing of a browser in it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('gstreamer-whip.py', import.meta.url));
// The bindings belong to the distribution's Python, whichever else is first on the path.
const PYTHON = '/usr/bin/python3';
const CONNECTED_WITHIN = 20_000;

/**
 * Sends a test picture (a ball on blue) and a tone to a room, and waits until the line is up.
 *
 * @param {{url: string, room: string, token: string, codec?: 'vp8'|'h264'}} where
 * @returns {Promise<{stop: () => Promise<number|null>}>} stop ends the session and returns the exit code
 */
export async function sendByGStreamer({ url, room, token, codec = 'vp8' }) {
  const child = spawn(PYTHON, [SCRIPT, `${url}/whip/${room}`, codec], {
    env: { ...process.env, WHIP_TOKEN: token }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const said = [];
  await new Promise((done, fail) => {
    const giveUp = (why) => fail(new Error(`GStreamer: ${why}; it said:\n${said.join('\n')}`));
    const late = setTimeout(giveUp, CONNECTED_WITHIN, 'not connected in time');
    createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      if (line !== 'connected') return;
      clearTimeout(late);
      done();
    });
    child.once('error', fail);
    child.once('exit', (code) => {
      clearTimeout(late);
      giveUp(`ended with ${code}`);
    });
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}
