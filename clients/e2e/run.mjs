// Runs the browser tests of the whole program, one file after the other (a file has up to four browsers), or only the
// files whose names contain one of the arguments. With --bench, what measures at length instead. Exit code 0: all passed.

import { readdirSync, rmSync, mkdirSync, createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { ARTEFACTS } from './lib/artefacts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const bench = process.argv.includes('--bench');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--bench');
const files = readdirSync(here)
  .filter((name) => name.endsWith(bench ? '.bench.mjs' : '.test.mjs'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .toSorted()
  .map((name) => join(here, name));

if (wanted.length === 0) rmSync(ARTEFACTS, { recursive: true, force: true });
mkdirSync(ARTEFACTS, { recursive: true });

const counts = { passed: 0, failed: 0, skipped: 0 };
const started = performance.now();
const results = run({ files, concurrency: 1, timeout: 600_000 });
results.on('test:pass', ({ details, skip }) => {
  if (details.type === 'suite') return;
  if (skip === undefined) counts.passed++;
  else counts.skipped++;
});
results.on('test:fail', () => {
  counts.failed++;
  process.exitCode = 1;
});
const report = results.compose(spec);
report.pipe(process.stdout);
report.pipe(createWriteStream(join(ARTEFACTS, 'report.txt')));
report.on('end', () => {
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`\ne2e: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s\n`);
  process.stdout.write(`screenshots, recordings and logs: ${ARTEFACTS}\n`);
});
