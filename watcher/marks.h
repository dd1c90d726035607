/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files in the state directory by which the daemon and the commands tell each other something. */
#ifndef QB_WATCHER_MARKS_H
#define QB_WATCHER_MARKS_H

#define QB_MARK_ACCEPT "accept"        /* made by `qbis accept`, taken by the next pass */
#define QB_MARK_STATUS "status.json"   /* what the last pass of the daemon found, for `qbis status` */
#define QB_MARK_RESTORE "restore.json" /* what `qbis restore` brings back and why, for whoever commits it */
#define QB_MARK_RESOLVE "resolve.json" /* what `qbis resolve` decided, the same way */
#define QB_MARK_PUSH "push.json"       /* what each remote has, and why not more */

#endif
