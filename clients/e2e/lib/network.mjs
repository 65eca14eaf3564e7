// Bad networks, each in a namespace of its own, so that nothing outside notices: without UDP, as behind a strict hospital
// firewall, and one that loses packets.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// A device that is up gets its IPv6 address after a second or two, and Chromium drops what it is loading then
// (ERR_NETWORK_CHANGED). The stories behind a line speak IPv4.
const ONLY_IPV4 = 'for one in all default; do [ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/$one/disable_ipv6; done';

const run = promisify(execFile);

/**
 * @typedef {object} Namespace
 * @property {string} name for `ip netns exec`
 * @property {string} directory for helper files, removed with the namespace
 * @property {(command: string) => Promise<string>} nft changes or shows the firewall
 * @property {() => Promise<string>} dropped the firewall's counters, to show that it was at work
 * @property {() => Promise<void>} remove
 */

/** Why no namespace can be made here, or nothing. */
export const cannot = process.getuid?.() === 0 ? undefined : 'a network namespace needs root';

/**
 * A network whose firewall drops every UDP packet, coming or going.
 *
 * @returns {Promise<Namespace>}
 */
export function withoutUDP() {
  return namespace(`
    chain incoming { type filter hook input priority 0; policy accept; meta l4proto udp counter drop; }
    chain outgoing { type filter hook output priority 0; policy accept; meta l4proto udp counter drop; }`);
}

/**
 * A network that loses UDP packets at random once it is told to.
 *
 * @returns {Promise<Namespace & {lose: (percent: number) => Promise<void>}>}
 */
export async function lossy() {
  const network = await namespace('chain incoming { type filter hook input priority 0; policy accept; }');
  const rule = (percent) => `meta l4proto udp numgen random mod 100 < ${percent} counter drop`;
  const lose = async (percent) => {
    await network.nft('flush chain inet firewall incoming');
    if (percent > 0) await network.nft(`add rule inet firewall incoming ${rule(percent)}`);
  };
  return { ...network, lose };
}

/**
 * A namespace at the far end of a line of its own, and what that line loses in both directions. The program and everybody
 * else stay here, at the address `near`. Packets are dropped where they arrive: a sender whose own firewall dropped them
 * would be told, and no line does that.
 *
 * @returns {Promise<Namespace & {near: string, lose: (percent: number) => Promise<void>}>}
 */
export async function weakLine() {
  const directory = await mkdtemp(join(tmpdir(), 'madoguchi-netns-'));
  const name = `madoguchi-${process.pid}`;
  const [here, there] = [`mg${process.pid}a`, `mg${process.pid}b`];
  const inside = (...command) => run('ip', ['netns', 'exec', name, ...command]);
  const remove = async () => {
    await run('ip', ['netns', 'delete', name]).catch(() => {});
    await run('nft', [`delete table netdev ${here}`]).catch(() => {});
    await run('ip', ['link', 'delete', here]).catch(() => {});
    await rm(directory, { recursive: true, force: true });
  };
  await run('ip', ['netns', 'add', name]);
  try {
    await inside('sh', '-c', ONLY_IPV4);
    await run('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name]);
    await run('ip', ['address', 'add', '10.78.0.1/30', 'dev', here]);
    await run('ip', ['link', 'set', here, 'up']);
    await inside('ip', 'link', 'set', 'lo', 'up');
    await inside('ip', 'address', 'add', '10.78.0.2/30', 'dev', there);
    await inside('ip', 'link', 'set', there, 'up');
    await inside('ip', 'route', 'add', 'default', 'via', '10.78.0.1');
    await inside('nft', arrivals(there));
    await run('nft', [arrivals(here)]);
  } catch (error) {
    await remove();
    throw error;
  }
  const nft = async (command) => (await inside('nft', command)).stdout;
  const lose = async (percent) => {
    for (const [device, ask] of [[there, nft], [here, (command) => run('nft', [command])]]) {
      await ask(`flush chain netdev ${device} arrivals`);
      const drop = `meta protocol ip meta l4proto udp numgen random mod 100 < ${percent} counter drop`;
      if (percent > 0) await ask(`add rule netdev ${device} arrivals ${drop}`);
    }
  };
  return { name, directory, near: '10.78.0.1', nft, lose, dropped: () => nft('list ruleset'), remove };
}

/** A firewall for what arrives at a device. */
function arrivals(device) {
  return `table netdev ${device} {
    chain arrivals { type filter hook ingress device ${device} priority 0; policy accept; }
  }`;
}

/** Makes a namespace with loopback, one address of a private network (Chromium gathers no candidates from loopback alone)
 * and a firewall of these chains. */
async function namespace(chains) {
  const directory = await mkdtemp(join(tmpdir(), 'madoguchi-netns-'));
  const name = `madoguchi-${process.pid}`;
  const inside = (...command) => run('ip', ['netns', 'exec', name, ...command]);
  const remove = async () => {
    await run('ip', ['netns', 'delete', name]).catch(() => {});
    await rm(directory, { recursive: true, force: true });
  };
  await run('ip', ['netns', 'add', name]);
  try {
    await inside('sh', '-c', ONLY_IPV4);
    await inside('ip', 'link', 'set', 'lo', 'up');
    await inside('ip', 'link', 'add', 'line0', 'type', 'veth', 'peer', 'name', 'line1');
    await inside('ip', 'address', 'add', '10.77.0.1/24', 'dev', 'line0');
    await inside('ip', 'link', 'set', 'line0', 'up');
    await inside('ip', 'link', 'set', 'line1', 'up');
    await inside('ip', 'route', 'add', 'default', 'dev', 'line0');
    await inside('nft', `table inet firewall {\n${chains}\n}`);
  } catch (error) {
    await remove();
    throw error;
  }
  const nft = async (command) => (await inside('nft', command)).stdout;
  return { name, directory, nft, dropped: () => nft('list ruleset'), remove };
}

const NETLAB = process.env.MADOGUCHI_NETLAB ?? fileURLToPath(new URL('../../../bin/netlab', import.meta.url));

/**
 * @typedef {object} End
 * @property {string} namespace for `ip netns exec`
 * @property {string} address
 */

/**
 * @typedef {object} BadLine
 * @property {End} near where browsers are
 * @property {End} far where the program is
 * @property {(command: string) => Promise<string>} say changes the line: "there loss=5%", "both cut=yes", "stats"; returns
 *   netlab's answer
 * @property {() => Promise<void>} remove
 */

/**
 * Makes a line between two namespaces.
 *
 * @param {string} settings of both ways, as netlab reads them: "delay=20ms rate=1mbit"
 * @returns {Promise<BadLine>}
 * @throws {Error} with what netlab said
 */
export async function badLine(settings) {
  const child = spawn(NETLAB, ['--name', `line-${process.pid}`, '--line', settings], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`netlab has ended: ${complaint.trim()}`);
    return value;
  };
  const { near, far } = JSON.parse(await answer());
  const say = async (command) => {
    child.stdin.write(`${command}\n`);
    const said = await answer();
    if (said.startsWith('error')) throw new Error(`netlab: ${command}: ${said}`);
    return said;
  };
  const remove = async () => {
    child.stdin.end();
    await ended;
  };
  return { near, far, say, remove };
}
