/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a terminal shows a character. The machine's locale plays no part. */
#ifndef QB_CORE_BASE_CELLS_H
#define QB_CORE_BASE_CELLS_H

#include <stdbool.h>
#include <stdint.h>

/* Controls (but for line feed and tab) and characters that turn the direction of text round: never written as they are.
 */
bool qb_cells_steers(uint32_t point);
/* The cells that a character takes: 0, 1 or 2. A tab counts 1. */
unsigned qb_cells(uint32_t point);

#endif
