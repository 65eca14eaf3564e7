// A line of one's own that can be cut, and whose far end can get another address: a veth pair into a namespace.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Addresses the far end goes through, one after the other. */
const HOSTS = [2, 3, 4, 5, 6, 7, 8, 9];

/**
 * @typedef {import('./network.mjs').Namespace & {near: string, cut: (yes: boolean) => Promise<void>,
 *   lose: (percent: number) => Promise<void>, move: () => Promise<string>}} Line `cut` loses every packet both ways; `lose`
 *   so many UDP packets of a hundred, at random, both ways; `move` gives the far end another address in
 *   place of its own, and returns it
 */

/**
 * Makes such a line. The program and everybody else stay here, at the address `near`.
 *
 * @returns {Promise<Line>}
 */
export async function bothWays() {
  const directory = await mkdtemp(join(tmpdir(), 'madoguchi-netns-'));
  const name = `madoguchi-back-${process.pid}`;
  const [here, there] = [`mb${process.pid}a`, `mb${process.pid}b`];
  const inside = (...command) => run('ip', ['netns', 'exec', name, ...command]);
  const remove = async () => {
    await run('ip', ['netns', 'delete', name]).catch(() => {});
    await run('nft', [`delete table netdev ${here}`]).catch(() => {});
    await run('ip', ['link', 'delete', here]).catch(() => {});
    await rm(directory, { recursive: true, force: true });
  };
  let at = 0;
  const settle = async () => {
    const address = `10.79.0.${HOSTS[at++ % HOSTS.length]}`;
    await inside('ip', 'address', 'flush', 'dev', there);
    await inside('ip', 'address', 'add', `${address}/24`, 'dev', there);
    await inside('ip', 'route', 'add', 'default', 'via', '10.79.0.1');
    return address;
  };
  const nft = async (command) => (await inside('nft', command)).stdout;
  await run('ip', ['netns', 'add', name]);
  try {
    await run('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name]);
    await run('ip', ['address', 'add', '10.79.0.1/24', 'dev', here]);
    await run('ip', ['link', 'set', here, 'up']);
    await inside('ip', 'link', 'set', 'lo', 'up');
    await inside('ip', 'link', 'set', there, 'up');
    await settle();
    await inside('nft', arrivals(there));
    await run('nft', [arrivals(here)]);
  } catch (error) {
    await remove();
    throw error;
  }
  // Packets are dropped where they arrive: whose own firewall dropped them would be told, and no line does that.
  const dropping = async (what) => {
    for (const [device, ask] of [[there, nft], [here, (command) => run('nft', [command])]]) {
      await ask(`flush chain netdev ${device} arrivals`);
      if (what !== null) await ask(`add rule netdev ${device} arrivals ${what} counter drop`);
    }
  };
  const cut = (yes) => dropping(yes ? '' : null);
  const lose = (percent) => dropping(percent > 0 ? `meta protocol ip meta l4proto udp numgen random mod 100 < ${percent}` : null);
  return { name, directory, near: '10.79.0.1', nft, dropped: () => nft('list ruleset'), cut, lose, move: settle, remove };
}

function arrivals(device) {
  return `table netdev ${device} {
    chain arrivals { type filter hook ingress device ${device} priority 0; policy accept; }
  }`;
}
