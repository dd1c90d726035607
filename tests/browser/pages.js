// SPDX-License-Identifier: GPL-2.0-or-later
// The pages in a real browser, in TAP. Called by tests/e2e/test_page.py with a JSON file that says where the pages are
// (see given() there); names of tests behind it run those alone. Pages are opened by file://, as people open them, and one
// browser serves all tests.
'use strict';
const assert = require('assert/strict');
const fs = require('fs');
const http = require('http');
const path = require('path');
const {modules, start, url} = require('./browser');

const given = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');
const WIDTHS = [360, 768, 1440];
const PHONE = {width: 360, height: 740};
const DESK = {width: 1440, height: 900};
const PAPER = {width: 680, height: 1000}; // A4 less its margins, in CSS pixels

let browser;
const tests = [];
const chosen = process.argv.slice(3);
const test = (title, run) => (!chosen.length || chosen.includes(title)) && tests.push([title, run]);

// Contexts cost more than pages: one for each way of looking.
const contexts = new Map();

async function contextFor(options) {
  const key = JSON.stringify(options);
  if (!contexts.has(key))
    contexts.set(key, await browser.newContext({viewport: DESK, reducedMotion: 'reduce', ...options}));
  return contexts.get(key);
}

// Opens a page, gives it to a function, and expects that it said nothing and asked for nothing but itself.
async function visit(file, options, use) {
  const page = await (await contextFor(options)).newPage();
  const heard = [];
  page.setDefaultTimeout(20000);
  page.on('request', request => request.url() === url(file) || heard.push('request: ' + request.url()));
  page.on('console', message => heard.push('console: ' + message.text()));
  page.on('pageerror', error => heard.push('error: ' + error));
  page.on('popup', () => heard.push('a window'));
  page.on('dialog', dialog => {
    heard.push('dialog: ' + dialog.message());
    dialog.dismiss();
  });
  try {
    await page.goto(url(file));
    const result = await use(page);
    assert.deepEqual(heard, [], file);
    return result;
  } finally {
    await page.close();
  }
}

const name = file => path.relative(given.root, file);
const said = page => page.locator('output').first().textContent();
const shown = (page, selector = '#tasks > tr') => page.locator(selector).evaluateAll(
  items => items.filter(item => item.checkVisibility()).map(item => item.querySelector('.where')?.textContent ?? item.textContent));
const openAll = page => page.evaluate(() => document.querySelectorAll('details').forEach(details => details.open = true));

// What is wider than the window, or than the cell or card that holds it.
const overflow = page => page.evaluate(() => {
  const wide = [];
  if (document.documentElement.scrollWidth > innerWidth)
    wide.push('the page: ' + document.documentElement.scrollWidth);
  for (const element of document.querySelectorAll('td, th, li, p, h1, h2, h3, article, label, button'))
    if (element.checkVisibility() && element.clientWidth && element.scrollWidth > element.clientWidth + 1 &&
        !element.closest('thead')) // out of sight on a phone
      wide.push(`${element.localName}.${element.className} "${element.textContent.slice(0, 40)}": ${element.scrollWidth} > ${element.clientWidth}`);
  return wide;
});

// Our own words that are not written from left to right, because a name turned them.
const turned = page => page.evaluate(() => {
  const wrong = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node.parentElement.closest('bdi, script, select, svg') || !node.parentElement.checkVisibility())
      continue;
    let last = null;
    for (let at = 0; at < node.length; at++) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getClientRects()[0];
      if (!box?.width)
        continue;
      if (last && Math.abs(box.top - last.top) < 2 && box.left < last.left - 1) {
        wrong.push(node.data);
        break;
      }
      last = box;
    }
  }
  return wrong;
});

test('test_page__pages_of_every_kind_are_accessible_in_both_schemes_at_every_width', async () => {
  for (const file of given.kinds)
    await visit(file, {}, async page => {
      await page.evaluate(axe);
      for (const width of WIDTHS)
        for (const colorScheme of ['light', 'dark']) {
          await page.setViewportSize({width, height: 900});
          await page.emulateMedia({colorScheme});
          const found = await page.evaluate(() => axe.run(document, {resultTypes: ['violations', 'incomplete']}));
          const wrong = found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 120)).join(' | ')}`);
          assert.deepEqual(wrong, [], `${name(file)} at ${width}, ${colorScheme}`);
          assert.ok(found.passes.length > 10, `${name(file)}: axe looked at nothing`);
        }
    });
});

test('test_page__nothing_is_wider_than_its_place', async () => {
  for (const file of [...given.kinds, given.many, ...given.hostile])
    for (const javaScriptEnabled of given.kinds.includes(file) ? [true, false] : [true])
      await visit(file, {javaScriptEnabled}, async page => {
        await openAll(page);
        for (const width of [320, 960, ...WIDTHS]) { // 960: where the worklist becomes a table
          await page.setViewportSize({width, height: 800});
          assert.deepEqual(await overflow(page), [], `${name(file)} at ${width}`);
        }
        await page.emulateMedia({media: 'print'});
        await page.setViewportSize(PAPER);
        assert.deepEqual(await overflow(page), [], `${name(file)} on paper`);
      });
});

test('test_page__first_screen_of_a_phone_says_what_and_by_whom', async () => {
  await visit(given.schedule, {viewport: PHONE}, async page => {
    for (const part of ['.status', '.distance', '.where', '.what p', '.who']) {
      const box = await page.locator('#tasks > tr').first().locator(part).first().boundingBox();
      assert.ok(box && box.width > 0 && box.y + box.height <= PHONE.height, `${part}: ${JSON.stringify(box)}`);
    }
    assert.equal(await page.locator('.summary').isVisible(), true);
  });
});

test('test_page__finds_tasks_by_words_and_tells_how_many', async () => {
  await visit(given.schedule, {}, async page => {
    const all = await shown(page);
    const find = page.locator('.find input').first();
    assert.equal(all.length, given.tasks.length);
    await find.fill('GUDANG');
    assert.deepEqual(await shown(page), all.filter(facility => facility.includes('Gudang')));
    assert.equal(await said(page), given.words.found.replace('{shown}', 3).replace('{all}', all.length));
    await find.fill('gudang ke-1'); // every word, in any order
    assert.equal((await shown(page)).length, 1);
    await find.fill('2020.1.0901.0017'); // among the shipments that are folded away
    assert.deepEqual(await shown(page), ['Gudang Dua']);
    assert.equal(await page.locator('#tasks details[open]').count(), 1);
    await find.fill('<b>nothing</b>');
    assert.deepEqual(await shown(page), []);
    assert.equal(await said(page), given.words.none);
    await page.locator('.reset').first().click();
    assert.deepEqual(await shown(page), all);
    assert.equal(await page.locator('#tasks details[open]').count(), 0);
    assert.equal(await find.evaluate(input => input === document.activeElement), true);
  });
});

test('test_page__filters_by_status_officer_and_facility', async () => {
  await visit(given.schedule, {}, async page => {
    const rows = () => page.locator('#tasks > tr:visible');
    for (const [key, attribute] of [['officers', 'data-officers'], ['facility', 'data-facility'], ['status', 'class']]) {
      const select = page.locator(`select[data-key=${key}]`);
      const values = await select.locator('option').evaluateAll(options => options.map(option => option.value));
      assert.ok(values.length > 2 && values[0] === '', `${key}: ${values}`);
      let count = 0;
      for (const value of values.slice(1)) {
        await select.selectOption(value);
        for (const row of await rows().all()) {
          const ids = (await row.getAttribute(attribute)).split(' ');
          assert.ok(ids.includes(value === '-' ? '' : value), `${key} ${value}: ${ids}`);
        }
        const found = await rows().count();
        assert.ok(found > 0, `${key} ${value}: none`);
        count += found;
      }
      assert.ok(count >= given.tasks.length, `${key}: some task has no option`);
      await page.locator('.reset').first().click();
    }
    await page.locator('.summary a').first().click(); // a number shows its tasks, and all of them the second time
    assert.deepEqual(await rows().evaluateAll(list => [...new Set(list.map(row => row.className))]), ['overdue']);
    await page.locator('.summary a').first().click();
    assert.equal(await rows().count(), given.tasks.length);
  });
});

test('test_page__sorts_by_columns_with_mouse_and_keys', async () => {
  await visit(given.schedule, {}, async page => {
    const header = column => page.locator(`th[data-sort=${column}]`);
    const states = () => page.locator('th[data-sort]').evaluateAll(list => list.map(th => th.getAttribute('aria-sort')));
    const days = () => page.locator('#tasks .by').evaluateAll(
      list => list.map(cell => cell.querySelector('time')?.dateTime ?? '9999'));
    const ids = () => page.locator('#tasks .what').allTextContents();
    const urgent = await ids();
    assert.deepEqual(await states(), ['ascending', null, null, null, null]);
    await header('by').locator('button').click();
    assert.deepEqual(await states(), [null, 'ascending', null, null, null]);
    assert.deepEqual(await days(), (await days()).sort());
    assert.equal(await said(page), given.words.up.replace('{column}', await header('by').textContent()));
    await page.keyboard.press('Enter');
    assert.deepEqual(await states(), [null, 'descending', null, null, null]);
    assert.deepEqual(await days(), (await days()).sort().reverse());
    await header('who').locator('button').focus();
    await page.keyboard.press('Space');
    const who = await page.locator('#tasks .who').evaluateAll(list => list.map(cell => cell.querySelector('bdi')?.textContent ?? ''));
    assert.ok(who.includes('') && who.some(Boolean));
    assert.deepEqual(who, [...who.filter(Boolean).sort((a, b) => a.localeCompare(b)), ...who.filter(word => !word)]);
    await header('where').locator('button').click();
    assert.deepEqual(await shown(page), (await shown(page)).sort((a, b) => a.localeCompare(b)));
    await header('status').locator('button').click();
    assert.deepEqual(await ids(), urgent);
    await header('status').locator('button').click();
    assert.deepEqual(await ids(), [...urgent].reverse());
    await page.locator('.find input').first().fill('gudang'); // what is hidden stays hidden
    await header('by').locator('button').click();
    assert.equal((await shown(page)).length, 3);
  });
});

test('test_page__tab_goes_through_all_in_order_and_is_seen', async () => {
  for (const viewport of [PHONE, DESK])
    for (const file of given.kinds)
      await visit(file, {viewport}, async page => {
        const wanted = await page.evaluate(() => {
          const list = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')].filter(
            element => element.checkVisibility({checkVisibilityCSS: true}));
          list.forEach((element, at) => element.dataset.at = at);
          return list.length;
        });
        for (let at = 0; at < wanted; at++) {
          await page.keyboard.press('Tab');
          const seen = await page.evaluate(() => {
            const element = document.activeElement;
            const box = element.getBoundingClientRect();
            const style = getComputedStyle(element);
            const hit = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
            return {at: Number(element.dataset.at), ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
              top: hit === element || element.contains(hit) || hit?.contains(element), text: element.outerHTML.slice(0, 80)};
          });
          assert.deepEqual({...seen, text: ''}, {at, ring: true, top: true, text: ''}, `${name(file)}: ${seen.text}`);
        }
      });
});

test('test_page__everything_can_be_read_without_script', async () => {
  for (const file of given.kinds) {
    const read = javaScriptEnabled => visit(file, {javaScriptEnabled, viewport: PHONE}, page => page.evaluate(() => {
      const text = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode())
        if (!walk.currentNode.parentElement.closest('script, .filter'))
          text.push(walk.currentNode.data.trim());
      return {text: text.join(' ').replace(/\s+/g, ' '), buttons: [...document.querySelectorAll('button, input, select')].filter(
        element => element.checkVisibility()).length};
    }));
    const with_it = await read(true);
    const without = await read(false);
    assert.equal(without.text, with_it.text, name(file));
    assert.equal(without.buttons, 0, `${name(file)}: what does nothing is shown`);
  }
  await visit(given.schedule, {javaScriptEnabled: false}, async page => {
    assert.equal((await shown(page)).length, given.tasks.length);
    await page.locator('#tasks summary').first().click();
    assert.equal(await page.locator('#tasks details[open]').count(), 1);
    assert.equal(await page.locator('.worklist thead').isVisible(), true);
  });
});

test('test_page__a_link_leads_to_what_a_filter_had_hidden', async () => {
  await visit(given.many, {}, async page => {
    const cards = page.locator('.card');
    const box = page.locator('.filter').filter({has: page.locator('input')}).nth(1);
    assert.ok(await cards.count() >= 8, 'too few cards');
    await box.locator('input').fill('no such facility');
    assert.equal(await page.locator('.card:visible').count(), 0);
    const link = page.locator('#tasks .where a').first();
    await link.click();
    const target = (await link.getAttribute('href')).slice(1);
    assert.equal(await page.locator(`[id="${target}"]`).isVisible(), true);
    assert.equal(await box.locator('input').inputValue(), '');
  });
});

// What 200 facilities would take, from those of a dozen.
test('test_page__stays_within_a_megabyte_for_200_facilities', async () => {
  const text = fs.readFileSync(given.many);
  const cards = await visit(given.many, {}, page => page.locator('.card').count());
  const fixed = Buffer.byteLength(/<style>.*?<\/style>/s.exec(text)[0] + /<script>.*?<\/script>/s.exec(text)[0]);
  const whole = fixed + (text.length - fixed) / cards * 200;
  assert.ok(whole <= 1 << 20, `${Math.round(whole)} bytes`);
});

test('test_page__lists_of_other_pages_are_found_through', async () => {
  for (const [file, words, selector] of given.lists)
    await visit(file, {viewport: PHONE}, async page => {
      const before = (await shown(page, selector)).length;
      await page.locator('.find input').first().fill(words);
      const after = await page.locator(selector).evaluateAll(
        items => items.filter(item => item.checkVisibility()).map(item => item.textContent));
      assert.ok(after.length > 0 && after.length < before && after.every(text => text.includes(words)),
        `${name(file)}: ${before}, then ${after.length}`);
      assert.equal(await said(page), given.words.found.replace('{shown}', after.length).replace('{all}', before));
    });
});

test('test_page__hostile_texts_are_texts', async () => {
  for (const file of given.hostile)
    await visit(file, {}, async page => {
      const seen = await page.evaluate(() => ({
        tags: [...new Set([...document.body.querySelectorAll('*')].map(element => element.localName))],
        attributes: [...new Set([...document.body.querySelectorAll('*')].flatMap(element => element.getAttributeNames()))],
        scripts: document.scripts.length,
        links: [...document.links].map(link => link.protocol),
        alerted: 'alerted' in window,
      }));
      assert.ok(seen.scripts <= 1 && !seen.alerted, name(file));
      assert.deepEqual(seen.tags.filter(tag => ['img', 'iframe', 'object', 'style', 'form', 'b', 'x'].includes(tag)), []);
      assert.deepEqual(seen.attributes.filter(attribute => /^on|^style$|^srcdoc$/.test(attribute)), []);
      assert.deepEqual(seen.links.filter(protocol => protocol !== 'file:'), []);
      assert.deepEqual(await turned(page), [], name(file));
      if (!await page.locator('#tasks').count())
        return;
      // The names come out of the script as they went into the page.
      for (const [key, cell] of [['facility', '.where bdi'], ['officers', '.who bdi']]) {
        const select = page.locator(`select[data-key=${key}]`);
        const options = await select.locator('option').evaluateAll(list => list.slice(1).filter(
          option => option.value !== '-').map(option => [option.value, option.textContent]));
        const names = new Set(await page.locator('#tasks ' + cell).allTextContents());
        assert.ok(options.length > 0, key);
        for (const [value, words] of options) {
          assert.match(value, /^[A-Z0-9-]+$/);
          assert.ok(names.has(words), JSON.stringify(words));
          await select.selectOption(value);
          assert.ok((await shown(page)).length > 0, value);
        }
        await page.locator('.reset').first().click();
        for (const words of names) { // a name finds its tasks, whatever it is made of
          await page.locator('.find input').first().fill(words.replace(/[\r\n]/g, ' ').slice(0, 200));
          assert.ok((await shown(page)).length > 0, JSON.stringify(words));
        }
        await page.locator('.reset').first().click();
      }
    });
});

// Here the page does complain: on purpose. Whether a request leaves is seen by a server of our own.
test('test_page__policy_lets_no_other_script_style_or_request_in', async () => {
  const asked = [];
  const server = http.createServer((request, answer) => {
    asked.push(request.url);
    answer.end();
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    await page.goto(url(given.schedule));
    const seen = await page.evaluate(async place => {
      const refused = new Set();
      document.addEventListener('securitypolicyviolation', event => refused.add(event.effectiveDirective));
      const add = (element, properties) => document.body.append(Object.assign(document.createElement(element), properties));
      add('script', {textContent: 'window.alerted = 1'});
      add('script', {src: place + 'x.js'});
      add('style', {textContent: 'body { display: none }'});
      add('img', {src: place + 'x.png'});
      add('iframe', {src: place});
      await fetch(place).catch(() => null);
      for (let round = 0; round < 500 && refused.size < 5; round++)
        await new Promise(done => requestAnimationFrame(done));
      return {refused: [...refused].sort(), alerted: 'alerted' in window, display: getComputedStyle(document.body).display};
    }, `http://127.0.0.1:${server.address().port}/`);
    assert.deepEqual(seen, {alerted: false, display: 'block',
      refused: ['connect-src', 'frame-src', 'img-src', 'script-src-elem', 'style-src-elem']});
    assert.deepEqual(asked, []);
  } finally {
    await context.close();
    server.close();
  }
});

test('test_page__prints_to_A4', async () => {
  for (const file of given.kinds)
    await visit(file, {}, async page => {
      const bytes = (await page.pdf({preferCSSPageSize: true})).toString('latin1');
      const boxes = [...bytes.matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/g)].map(([, x, y]) => [x, y].map(Math.round));
      assert.ok(boxes.length > 0, name(file));
      for (const box of boxes)
        assert.deepEqual(box, [595, 842], name(file)); // points
      await page.emulateMedia({media: 'print'});
      assert.equal(await page.locator('.filter:visible, nav:visible').count(), 0);
      const arrows = await page.locator('th button').evaluateAll(
        list => list.filter(button => getComputedStyle(button, '::after').content !== 'none').length);
      assert.equal(arrows, 0, name(file));
    });
});

(async () => {
  browser = await start();
  let failed = 0;
  console.log(`1..${tests.length}`);
  for (const [at, [title, run]] of tests.entries())
    try {
      const begun = Date.now();
      await run();
      console.log(`ok ${at + 1} - ${title}`);
      if (process.env.QBIS_TIMES)
        console.error(`# ${Date.now() - begun} ms`);
    } catch (error) {
      failed++;
      console.log(String(error.stack || error).split('\n').map(line => '# ' + line).join('\n'));
      console.log(`not ok ${at + 1} - ${title}`);
    }
  await browser.close();
  process.exitCode = failed ? 1 : 0;
})();
