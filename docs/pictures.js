// SPDX-License-Identifier: GPL-2.0-or-later
// Takes the pictures of pages for docs/pictures: FOLDER, where to put them, and the language that ends their names.
'use strict';
const path = require('path');
const {start, url} = require('../tests/browser/browser');

const [folder, place, language] = process.argv.slice(2);
const PICTURES = [
  ['page', 'schedule/schedule.html', {width: 1100, height: 860}, 'light'],
  ['phone', 'schedule/schedule.html', {width: 360, height: 740}, 'dark'],
  ['facility', 'schedule/facilities/FAC-0001.html', {width: 1100, height: 800}, 'light'],
];

(async () => {
  const browser = await start();
  for (const [name, file, viewport, colorScheme] of PICTURES) {
    const page = await browser.newPage({viewport, colorScheme});
    await page.goto(url(path.join(folder, file)));
    await page.screenshot({path: path.join(place, `${name}-${language}.png`)});
    await page.close();
  }
  await browser.close();
})();
