// SPDX-License-Identifier: GPL-2.0-or-later
// Filters and sorts what the page shows; nothing is read from elsewhere and nothing is kept. Data is compared and put
// into the page as text only, never as markup. A page without this script shows everything, in the order of urgency.
'use strict';
(() => {
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, {numeric: true});
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  // Letters without accents and case, and without the marks that nobody sees or types.
  const plain = text => text.normalize('NFKD').replace(/[\p{M}\p{Cf}]/gu, '').replace(/\s+/g, ' ').toLowerCase();
  const say = (words, values) => words.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
  const filters = [];

  class Filter {
    constructor(box) {
      this.box = box;
      this.items = all(box.dataset.items);
      this.texts = new Map();
      this.search = box.querySelector('input');
      this.choices = all('select', box);
      this.words = box.dataset;
      this.reset = box.querySelector('.reset');
      this.status = document.createElement('output'); // a live region: what it says is read out
      this.reset.before(this.status, ' ');
      this.choices.forEach(select => this.offer(select));
      this.search.addEventListener('input', () => this.apply());
      this.choices.forEach(select => select.addEventListener('change', () => this.apply()));
      this.reset.addEventListener('click', () => {
        this.clear();
        this.search.focus();
      });
      const more = box.querySelector('.more');
      more?.addEventListener('click', () => {
        const open = more.getAttribute('aria-expanded') !== 'true';
        more.setAttribute('aria-expanded', String(open));
        box.classList.toggle('chosen', open);
      });
      box.hidden = false;
    }

    // The values of an item for a key, and the words for each.
    values(item, key) {
      if (key === 'status')
        return [[item.className, item.querySelector('.status').lastChild.textContent.trim()]];
      if (key === 'facility')
        return [[item.dataset.facility, item.querySelector('.where').textContent]];
      const names = all('.who bdi', item).map(name => name.textContent);
      const ids = item.dataset.officers.split(' ').filter(Boolean);
      return ids.length ? ids.map((id, at) => [id, names[at]]) : [['-', this.words.nobody]];
    }

    offer(select) {
      const key = select.dataset.key;
      const found = new Map(this.items.flatMap(item => this.values(item, key)));
      const options = [...found];
      if (key !== 'status') // they come in their own order
        options.sort((a, b) => (a[0] === '-') - (b[0] === '-') || collator.compare(a[1], b[1]));
      for (const [value, words] of options)
        select.append(new Option(words, value));
      select.parentElement.hidden = options.length < 2;
    }

    text(item) {
      if (!this.texts.has(item))
        this.texts.set(item, plain(item.textContent));
      return this.texts.get(item);
    }

    active() {
      return this.search.value.trim() !== '' || this.choices.some(select => select.value);
    }

    apply() {
      const words = plain(this.search.value).split(' ').filter(Boolean);
      let shown = 0;
      for (const item of this.items) {
        const fits = words.every(word => this.text(item).includes(word)) &&
            this.choices.every(select => !select.value ||
                this.values(item, select.dataset.key).some(([value]) => value === select.value));
        item.hidden = !fits;
        shown += fits;
        this.unfold(item, fits ? words : []);
      }
      this.reset.hidden = !this.active();
      this.say(shown ? say(this.words.found, {shown, all: this.items.length}) : this.words.none);
    }

    // What is folded away is opened where the words are in there, and closed again when they are not looked for.
    unfold(item, words) {
      for (const details of all('details', item)) {
        const within = words.length > 0 && words.some(word => plain(details.lastElementChild.textContent).includes(word));
        if (within && !details.open)
          details.dataset.opened = '';
        else if (within || details.dataset.opened === undefined)
          continue;
        else
          delete details.dataset.opened;
        details.open = within;
      }
    }

    say(text) {
      this.status.textContent = text;
    }

    clear() {
      this.search.value = '';
      this.choices.forEach(select => select.value = '');
      this.apply();
    }
  }

  // The header of a column becomes a button that sorts by it, the second time the other way round.
  class Sorter {
    constructor(table, filter) {
      this.body = table.tBodies[0];
      this.filter = filter;
      this.headers = all('th[data-sort]', table);
      [...this.body.rows].forEach((row, at) => row.urgency = at);
      for (const header of this.headers) {
        const button = document.createElement('button');
        button.type = 'button';
        button.append(...header.childNodes);
        button.addEventListener('click', () => this.sort(header));
        header.append(button);
      }
      this.headers[0].setAttribute('aria-sort', 'ascending'); // as it was written
    }

    // Null comes last, whichever way.
    key(row, name) {
      if (name === 'by')
        return row.querySelector('.by time')?.dateTime ?? null;
      if (name === 'status')
        return '';
      if (name === 'who')
        return all('.who bdi', row).map(officer => officer.textContent).join() || null;
      return row.querySelector('.' + name).textContent;
    }

    sort(header) {
      const down = header.getAttribute('aria-sort') === 'ascending';
      const way = down ? -1 : 1;
      const name = header.dataset.sort;
      const keyed = [...this.body.rows].map(row => [this.key(row, name), row]);
      keyed.sort(([a, left], [b, right]) => (a === null) - (b === null) ||
          way * (a === null ? 0 : name === 'by' ? (a > b) - (a < b) : collator.compare(a, b)) ||
          (name === 'status' ? way : 1) * (left.urgency - right.urgency));
      this.body.append(...keyed.map(([, row]) => row));
      this.headers.forEach(other => other.removeAttribute('aria-sort'));
      header.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const {up, down: downwards} = this.filter.words;
      this.filter.say(say(down ? downwards : up, {column: header.textContent}));
    }
  }

  for (const box of all('.filter'))
    filters.push(new Filter(box));
  const table = document.querySelector('table.worklist');
  const tasks = filters.find(filter => filter.choices.length);
  if (table && tasks)
    new Sorter(table, tasks);

  // A number of the summary shows the tasks of its status; once more, all of them.
  const chosen = tasks?.choices.find(select => select.dataset.key === 'status');
  for (const link of chosen ? all('.summary a') : [])
    link.addEventListener('click', event => {
      const status = link.hash.slice(1);
      const again = chosen.value === status;
      tasks.clear();
      if (again) {
        event.preventDefault();
        return;
      }
      chosen.value = status;
      tasks.apply();
    });

  // A link must not lead to what a filter hides.
  document.addEventListener('click', event => {
    const link = event.target.closest?.('a[href^="#"]');
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const hidden = target?.closest('[hidden]');
    filters.filter(filter => hidden && filter.items.includes(hidden)).forEach(filter => filter.clear());
  });
})();
