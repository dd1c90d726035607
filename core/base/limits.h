/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every limit in one place, each with its unit and its reason. */
#ifndef QB_CORE_BASE_LIMITS_H
#define QB_CORE_BASE_LIMITS_H

/* bytes; DESIGN section 4: a record is a page of text, not an archive */
#define QB_MAX_RECORD ((size_t)1 << 20)
/* bytes; settings and kind files are written by hand */
#define QB_MAX_SETTINGS ((size_t)1 << 20)
/* levels of arrays and objects; DESIGN section 4 */
#define QB_MAX_DEPTH 64
/* bytes; a scan or photo that is kept in history */
#define QB_MAX_ATTACHMENT ((size_t)64 << 20)
/* bytes; a loose object in history: the largest attachment, were it not to deflate at all */
#define QB_MAX_LOOSE (QB_MAX_ATTACHMENT + ((size_t)1 << 20))
/* bytes; a JSON file that `qbis validate` is asked to look at (not a record) */
#define QB_MAX_DOCUMENT ((size_t)256 << 20)
/* levels; the same, deeper than any schema suite and shallow enough for the stack */
#define QB_MAX_DOCUMENT_DEPTH 512
/* bytes, rows and columns of a spreadsheet that is imported */
#define QB_MAX_TABLE ((size_t)64 << 20)
#define QB_MAX_TABLE_ROWS 200000
#define QB_MAX_TABLE_COLUMNS 1000
/* YAML nodes of one file after aliases are followed: stops a "billion laughs" file */
#define QB_MAX_YAML_NODES 100000
/* characters; DESIGN section 3 */
#define QB_MAX_ID 40
/* levels of folders below the shared folder that are walked */
#define QB_MAX_FOLDER_DEPTH 64
/* problems of a file's schema that are told, and overlaps of a decree; one problem more says that there are others */
#define QB_MAX_FILE_PROBLEMS 100
/* milliseconds; DESIGN section 5 */
#define QB_SETTLE_DEFAULT 500
#define QB_SETTLE_LONGEST 10000
/* bytes of a record's file name beside which a note can stand: 255 less "~", ".problem.txt" and ".tmp" */
#define QB_MAX_NOTED_NAME 236

/* records gone in one pass before it is believed: more than this many and more than this share (DESIGN section 6)
 */
#define QB_MASS_DELETION 20
#define QB_MASS_DELETION_PERCENT 10
/* the same for records that were valid and are not any more */
#define QB_MASS_INVALID 200
#define QB_MASS_INVALID_PERCENT 30
/* a file that is changed again and again is put back so often in a period, in seconds, and left alone from then on: for
 * one period, for two, and so on up to the longest */
#define QB_PUT_BACK_MOST 3
#define QB_PUT_BACK_PERIOD 60
#define QB_PUT_BACK_LONGEST 3600
/* seconds between two looks at files whose content a sync client keeps elsewhere: that one of them is deleted after all
 * shows only by its placeholder, which is not watched */
#define QB_LOOK_FOR_ABSENT 300
/* records that a commit's message names one by one beside its trailers */
#define QB_MAX_DESCRIBED 50

#endif
