// Takes the pictures of the README anew: drawn faces and made-up voices only, so that no real person is published.
// Usage: node clients/e2e/screens.mjs

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { book, signIn } from './lib/api.mjs';
import { becomeReady, idle } from './lib/booth.mjs';
import { bookVisit, checkIn, closeSlip, readSlip } from './lib/counter.mjs';
import { admit, choose, seesSomebody } from './lib/desk.mjs';
import { says } from './lib/screen.mjs';
import { GUIDANCE, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { openWorld } from './lib/world.mjs';

const FOLDER = fileURLToPath(new URL('../../testdata/screens/', import.meta.url));

const world = await openWorld('screens', { publishable: true });
const take = ({ page }, name) => page.screenshot({ path: join(FOLDER, `${name}.png`) });

try {
  const counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  await idle(booth);
  await take(booth, 'booth-idle');

  const resident = RESIDENTS[0];
  await bookVisit(counter, { with: '医院', boothName: 'ブース1', resident, look: () => take(counter, 'counter-booking') });
  const { number } = await readSlip(counter);
  await closeSlip(counter);
  const seat = await signIn(world.url, `counter:${PLACE.office}`);
  for (const [n, legs] of [[MEDICAL, GUIDANCE], [{ service: 'card', pool: 'shimin' }], [MEDICAL]].entries()) {
    const place = n === 0 ? PLACE.booth : PLACE.otherBooth;
    await book(seat, { office: PLACE.office, booth: place, legs, resident: RESIDENTS[n + 1] });
  }
  await checkIn(counter, number);
  await says(counter.page, RESIDENTS[3].kana);
  await take(counter, 'counter-day');

  await becomeReady(booth);
  await says(booth.page, /あと\d+分から\d+分ぐらい|もうすぐです|つぎです/);
  await take(booth, 'booth-waiting');
  await says(desk.page, resident.kana);
  await take(desk, 'desk-day');
  await choose(desk, resident.kana);
  await admit(desk);
  await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
  await take(booth, 'booth-consultation');
  await take(desk, 'desk-consultation');
} finally {
  await world.close();
}
