// A network without UDP, as behind a strict hospital firewall: a namespace of its own, so that nothing outside notices.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * @typedef {object} Namespace
 * @property {string} name for `ip netns exec`
 * @property {string} directory for helper files, removed with the namespace
 * @property {() => Promise<string>} dropped the firewall's counters, to show that it was at work
 * @property {() => Promise<void>} remove
 */

/** Why no namespace can be made here, or nothing. */
export const cannot = process.getuid?.() === 0 ? undefined : 'a network namespace needs root';

/**
 * Makes a namespace with loopback, one address of a private network (Chromium gathers no candidates from loopback
 * alone) and a firewall that drops every UDP packet, coming or going.
 *
 * @returns {Promise<Namespace>}
 */
export async function withoutUDP() {
  const directory = await mkdtemp(join(tmpdir(), 'madoguchi-netns-'));
  const name = `madoguchi-${process.pid}`;
  const inside = (...command) => run('ip', ['netns', 'exec', name, ...command]);
  const remove = async () => {
    await run('ip', ['netns', 'delete', name]).catch(() => {});
    await rm(directory, { recursive: true, force: true });
  };
  await run('ip', ['netns', 'add', name]);
  try {
    await inside('ip', 'link', 'set', 'lo', 'up');
    await inside('ip', 'link', 'add', 'line0', 'type', 'veth', 'peer', 'name', 'line1');
    await inside('ip', 'address', 'add', '10.77.0.1/24', 'dev', 'line0');
    await inside('ip', 'link', 'set', 'line0', 'up');
    await inside('ip', 'link', 'set', 'line1', 'up');
    await inside('ip', 'route', 'add', 'default', 'dev', 'line0');
    await inside('nft', `table inet firewall {
      chain incoming { type filter hook input priority 0; policy accept; meta l4proto udp counter drop; }
      chain outgoing { type filter hook output priority 0; policy accept; meta l4proto udp counter drop; }
    }`);
  } catch (error) {
    await remove();
    throw error;
  }
  return { name, directory, dropped: async () => (await inside('nft', 'list', 'ruleset')).stdout, remove };
}
