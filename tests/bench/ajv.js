// SPDX-License-Identifier: GPL-2.0-or-later
// The yardstick for `qbis check`: the same kinds and files through ajv 8, compiled, in one process.
//
//   node ajv.js kinds KIND.yaml... > kinds.json      the kinds as JSON, once
//   node ajv.js check kinds.json FOLDER              "N files, N wrong"
//   node ajv.js evaluate kinds.json KIND RECORDS.jsonl ROUNDS      "N records, N wrong, S seconds", parsed before
//
// The formats of Q-BIS are given here as a user of ajv would write them; references, uniqueness and dates are not
// checked at all, which is in ajv's favour. Packages are found through NODE_PATH.
'use strict';
const fs = require('fs');
const path = require('path');

const FORMATS = {
  'x-qbis-iso6346': containerNumber,
  'x-qbis-nip': /^[0-9]{14}[12][0-9]{3}$/,
  'x-qbis-iso3166-alpha2': /^[A-Z]{2}$/,
  'x-qbis-unlocode': /^[A-Z]{2}[A-Z2-9]{3}$/,
  'x-qbis-hs-code': /^(?!77|98|99|00)[0-9]{6}([0-9]{2})?$/,
  'x-qbis-npwp': /^[0-9]{15,16}$/,
  'x-qbis-decree-number': /^[0-9]+\/Kpts\/[^/]+\/[^/]+\/(0[1-9]|1[0-2])\/[0-9]{4}$/,
  'x-qbis-e164': /^\+[1-9][0-9]{6,14}$/,
  'x-qbis-binomial': /^[A-Z][a-z-]+ [a-z-]+/,
};

function containerNumber(text) {
  if (!/^[A-Z]{3}[UJZ][0-9]{7}$/.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < 10; i++) {
    let value = parseInt(text[i], 36);
    if (value > 10) value += Math.floor((value - 1) / 10); // letters skip the multiples of 11
    sum += value * 2 ** i;
  }
  return ((sum % 11) % 10) === Number(text[10]);
}

function kinds(files) {
  const yaml = require('yaml');
  process.stdout.write(JSON.stringify(files.map((file) => yaml.parse(fs.readFileSync(file, 'utf8')))));
}

function files(folder, found) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) files(full, found);
    else if (entry.name.endsWith('.json')) found.push(full);
  }
  return found;
}

function compiler(options) {
  const Ajv = require('ajv/dist/2020');
  const ajv = new Ajv({ strict: false, ...options });
  require('ajv-formats')(ajv);
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
  return ajv;
}

// As the C side: yes or no for each record, so ajv may stop at the first error.
function evaluate(kindsFile, name, recordsFile, rounds) {
  const kind = JSON.parse(fs.readFileSync(kindsFile, 'utf8')).find((k) => k['x-qbis-kind'] === name);
  const validate = compiler({}).compile(kind);
  const records = fs.readFileSync(recordsFile, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  const took = [];
  let wrong = 0;
  for (let i = 0; i < rounds; i++) {
    const start = process.hrtime.bigint();
    wrong = 0;
    for (const record of records) if (!validate(record)) wrong++;
    took.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  took.sort((a, b) => a - b);
  console.log(`${records.length} records, ${wrong} wrong, ${took[took.length >> 1].toFixed(6)} seconds`);
}

function check(kindsFile, folder) {
  const ajv = compiler({ allErrors: true });
  let count = 0;
  let wrong = 0;
  for (const kind of JSON.parse(fs.readFileSync(kindsFile, 'utf8'))) {
    const validate = ajv.compile(kind);
    const root = path.join(folder, 'records', kind['x-qbis-folder']);
    if (!fs.existsSync(root)) continue;
    for (const file of files(root, [])) {
      count++;
      if (!validate(JSON.parse(fs.readFileSync(file, 'utf8')))) wrong++;
    }
  }
  console.log(`${count} files, ${wrong} wrong`);
}

const [mode, ...rest] = process.argv.slice(2);
({ kinds: () => kinds(rest), check: () => check(...rest), evaluate: () => evaluate(...rest) })[mode]();
