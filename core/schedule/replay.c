/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The replay. Both lists are sorted, so one walk merges them; on the same day shipments go before visits, as in R8.
 * Each visit meets the oldest block that is not met, as with `fixed`.
 *
 * A block for one in n has at most 2n - 1 shipments. Its j-th shipment ends it with the chance 1 / (2n - j), which
 * makes every length from 1 to 2n - 1 equally likely: n on the average, and never more than 2n - 2 shipments between
 * two for which a visit falls due. When the plan turns to every shipment while such a block is open, it ends with the
 * next one.
 *
 * A visit that comes late meets a block of an earlier state. What it finds in order says nothing about the present
 * state and is not counted; what it finds not in order always is.
 */
#include "core/schedule/replay.h"

#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

struct replay {
    struct qb_policy_result *result;
    const struct qb_policy_input *input;
    const struct qb_replay_rules *rules;
    void *plan;
    struct qb_obligation *blocks; /* room for one a shipment */
    unsigned *episodes;           /* the state in which each block began, by number */
    unsigned episode;
    size_t next; /* the oldest block that is not met */
};

uint64_t qb_replay_draw(const char *seed, const char *id, uint64_t most)
{
    uint64_t hash = 0xcbf29ce484222325;
    const char *const parts[] = {seed, id};
    for (int i = 0; i < 2; i++)
        for (const char *at = parts[i];; at++) {
            if (*at || !i)
                hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
            if (!*at)
                break;
        }
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
    hash ^= hash >> 33;
    return (uint64_t)(((wide)hash * most) >> 64);
}

static void explain(const struct replay *replay, size_t shipment, struct qb_why *why)
{
    *why = (struct qb_why){.policy = replay->rules->policy};
    replay->rules->why(replay->plan, qb_policy_every(replay->input, shipment), why);
}

static struct qb_obligation *last_block(struct replay *replay)
{
    return replay->result->obligation_count ? &replay->blocks[replay->result->obligation_count - 1] : NULL;
}

static bool incomplete(const struct qb_obligation *block)
{
    return block && block->count < (size_t)block->every;
}

static void begin_block(struct replay *replay, size_t shipment)
{
    size_t number = replay->result->obligation_count++;
    struct qb_obligation *block = &replay->blocks[number];
    *block = (struct qb_obligation){.k = (int)number + 1, .first = shipment};
    explain(replay, shipment, &block->why);
    block->every = block->why.every > 1 ? 2 * block->why.every - 1 : 1;
    replay->episodes[number] = replay->episode;
}

static void take_shipment(struct replay *replay, size_t shipment)
{
    if (!incomplete(last_block(replay)))
        begin_block(replay, shipment);
    struct qb_obligation *block = last_block(replay);
    block->count++;
    if (block->why.every == 1)
        return;
    uint64_t left = 2 * (uint64_t)block->why.every - block->count;
    if (!qb_replay_draw(replay->input->settings->monitoring.seed, replay->input->shipments[shipment]->id, left))
        block->every = (int)block->count;
}

/* The state is another. A block that is open has to end when every shipment is to be looked at. */
static void turn(struct replay *replay)
{
    struct qb_obligation *block = last_block(replay);
    struct qb_why why;
    replay->episode++;
    if (!incomplete(block))
        return;
    explain(replay, block->first, &why);
    if (why.every > 1)
        return;
    block->every = (int)block->count + !block->visit;
    if (block->visit)
        return;
    block->why = why;
    replay->episodes[replay->result->obligation_count - 1] = replay->episode;
}

static void take_visit(struct replay *replay, const struct qb_visit *visit)
{
    struct qb_policy_result *result = replay->result;
    bool meets = replay->next < result->obligation_count;
    bool present = meets && replay->episodes[replay->next] == replay->episode;
    if (meets)
        replay->blocks[replay->next++].visit = visit;
    else
        result->surplus[result->surplus_count++] = visit;
    if ((present || visit->result == QB_VISIT_NONCONFORM) && replay->rules->seen(replay->plan, visit->result))
        turn(replay);
}

/* Those that still wait say how far it has come by now. */
static void bring_up_to_date(struct replay *replay)
{
    for (size_t i = replay->next; i < replay->result->obligation_count; i++)
        if (replay->episodes[i] == replay->episode)
            explain(replay, replay->blocks[i].first, &replay->blocks[i].why);
}

void qb_replay(struct qb_policy_result *result, const struct qb_policy_input *input,
               const struct qb_replay_rules *rules, void *plan)
{
    struct replay replay = {.result = result, .input = input, .rules = rules, .plan = plan};
    size_t shipment = 0;
    size_t visit = 0;
    result->surplus = qb_arena_alloc(input->arena, input->visit_count * sizeof *result->surplus);
    result->obligations = replay.blocks =
        qb_arena_alloc(input->arena, input->shipment_count * sizeof *result->obligations);
    replay.episodes = qb_mem_array(input->shipment_count, sizeof *replay.episodes);
    while (shipment < input->shipment_count || visit < input->visit_count) {
        bool next_is_visit = visit < input->visit_count &&
                             (shipment == input->shipment_count ||
                              input->visits[visit]->conducted_on < input->shipments[shipment]->certificate_issued_on);
        if (next_is_visit)
            take_visit(&replay, input->visits[visit++]);
        else
            take_shipment(&replay, shipment++);
    }
    bring_up_to_date(&replay);
    free(replay.episodes);
}
