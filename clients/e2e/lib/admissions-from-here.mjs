// Run in the namespace at the near end of a line: node admissions-from-here.mjs FAR TRIES. Starts the program at the far
// end, admits, and prints the times as JSON.

import { admitAgainAndAgain, bothEnds } from './admission.mjs';
import { openWorld } from './world.mjs';

const [far, tries] = process.argv.slice(2);
const world = await openWorld('admission-line', { judge: false, far: JSON.parse(far) });
try {
  const times = await admitAgainAndAgain(world, await bothEnds(world), { tries: Number(tries) });
  process.stdout.write(`${JSON.stringify(times)}\n`);
} catch (error) {
  await world.pictureAll('failed');
  throw error;
} finally {
  await world.close();
}
