/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wcwidth would ask the locale. Two short tables say what matters where a caret is put under a character: blocks whose
 * characters take two cells (Unicode Standard Annex 11: Wide and Fullwidth, and what is shown as emoji), and marks that
 * stand on the character before them. What is in neither takes one cell.
 */
#include "core/base/cells.h"

#include <stddef.h>

struct range {
    uint32_t low;
    uint32_t high;
};

static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2614, 0x2615},   {0x2705, 0x2705},   {0x274C, 0x274C},
    {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1B000, 0x1B2FF},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF},
    {0x20000, 0x3FFFD},
};

static const struct range without[] = {
    {0x00AD, 0x00AD}, {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D},
    {0x2060, 0x2064}, {0x20D0, 0x20FF},   {0x302A, 0x302D},   {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0001, 0xE007F}, {0xE0100, 0xE01EF},
};

static bool is_in(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].low && point <= ranges[i].high)
            return true;
    return false;
}

/* Controls and Unicode's Bidi_Control. */
bool qb_cells_steers(uint32_t point)
{
    return (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7F && point < 0xA0) || point == 0x061C ||
           point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069);
}

unsigned qb_cells(uint32_t point)
{
    if (point < 0xAD)
        return 1;
    if (is_in(without, sizeof without / sizeof *without, point))
        return 0;
    return is_in(wide, sizeof wide / sizeof *wide, point) ? 2 : 1;
}
