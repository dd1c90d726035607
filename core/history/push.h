/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies history to another git repository, through libgit2: a path, file://, ssh:// (or user@host:path), https://.
 * Only what lies upon what is there already is sent; nothing on the other side is ever overwritten.
 *
 * Several machines of an office have a history each and may have one remote: whoever comes first has its `main`,
 * another machine the branch `machine-XXXXXXXX`.
 */
#ifndef QB_CORE_HISTORY_PUSH_H
#define QB_CORE_HISTORY_PUSH_H

#include "core/history/history.h"

/* How to be let in. All may be NULL but the machine. */
struct qb_push_access {
    const char *machine;     /* what tells this machine's branch from others': "1a2b3c4d" */
    bool agent;              /* there is an ssh agent: after the key below */
    const char *private_key; /* path of a key for ssh */
    const char *public_key;  /* and its public half */
    const char *credentials; /* lines as git's credential store has them: "https://USER:TOKEN@HOST" */
    const char *known_hosts; /* lines as OpenSSH's known_hosts */
};

struct qb_push_result {
    char branch[32];
    char commit[QB_OID_TEXT]; /* that the branch has now */
    bool pushed;              /* false: it had it already */
};

/* QB_EABSENT while there is no commit; QB_EUNSAFE when the other side has commits that this history does not have (it
 * was rewritten here or there), when its ssh key is not known, or when it does not let us in; QB_EGIT when it cannot be
 * reached or refuses. */
int qb_history_push(struct qb_history *history, const char *url, const struct qb_push_access *access,
                    struct qb_push_result *result, struct qb_err *err);

/* The secret for a URL in lines of a credential store: the first whose scheme, host and, where it names one, user fit.
 * The strings are the caller's. */
bool qb_push_credentials(const char *lines, const char *url, char **user, char **secret);
/* Whether known_hosts has that host ("[host]:port" when it is not 22) with that key (raw, as ssh has it). */
bool qb_push_host_known(const char *lines, const char *host, const void *key, size_t length);

#endif
