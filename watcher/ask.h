/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions on the terminal: asks for the properties of a record, one by one, with their labels and the choices there
 * are. Prompts go to standard error, so that standard output has nothing but the result.
 */
#ifndef QB_WATCHER_ASK_H
#define QB_WATCHER_ASK_H

#include "schema/draft.h"
#include "watcher/command.h"
#include "watcher/folder.h"

struct qb_ask {
    const struct qb_invocation *invocation;
    const struct qb_folder *folder; /* after a whole pass: its records are the choices */
    const struct qb_kind *kind;
    const struct qb_kind_text *text;
    struct qb_draft *draft;
    bool ended;  /* out: the input has ended */
    bool enough; /* the person wants no more optional questions */
};

/* Whether there is somebody to ask: standard input and standard error are a terminal. */
bool qb_ask_possible(void);
/* Asks for all that is not in the draft yet: what is required, what the answers make required, then the rest. False
 * when the input ended before that. */
bool qb_ask_record(struct qb_ask *ask);
/* Takes the answer about a property of the record back and asks again. False when the input ended. */
bool qb_ask_again(struct qb_ask *ask, const char *name);
/* A question that is answered with yes or no; `otherwise` is the answer to an empty line and to the end of input. */
bool qb_ask_yes(struct qb_ask *ask, const char *message_id, bool otherwise);

#endif
