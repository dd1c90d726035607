// SPDX-License-Identifier: GPL-2.0-or-later
// Debian's Chromium, driven by playwright-core from $QBIS_BROWSER (`make deps-browser` puts it there).
'use strict';
const {pathToFileURL} = require('url');
const path = require('path');

const place = process.env.QBIS_BROWSER || path.join(__dirname, '..', '..', 'build', 'browser');
const modules = path.join(place, 'node_modules');
const {chromium} = require(path.join(modules, 'playwright-core'));

const url = file => pathToFileURL(file).href;

// One browser for all; it never asks the network for anything of its own.
const start = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--disable-background-networking', '--disable-component-update', '--no-first-run'],
});

module.exports = {modules, start, url};
