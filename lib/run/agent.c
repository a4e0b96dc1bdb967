/* SPDX-License-Identifier: MIT */
/*
 * Running agents side by side.
 *
 * One loop waits for all that run.  An order starts when there is a place for it: of the
 * set, and of its agent; orders of an agent start in the order they were added.
 *
 * Must never block on one agent, lose a result, or leave a process behind.
 */
#include "run/agent.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/answer.h"
#include "store/child.h"
#include "store/lock.h"
#include "util/json.h"

#define MARKER "OPS_RUN_ID="

/* An order, from run_set_add() to its result. */
struct slot {
	struct slot *next;
	const struct run_order *order;
	struct child *child;		/* NULL: it waits */
	struct child_request request;	/* lives as long as the child */
	struct guard_limits limits;
	char marker[sizeof(MARKER) + 64];
	struct child_result got;
	struct run_progress progress;
	size_t read;			/* of its output, as progress */
	struct run_result *result;	/* allocated beforehand, so that none is lost */
};

struct run_set {
	struct slot *first, **last;
	unsigned at_once, running;
	size_t nr;
	struct pollfd *polls;
	size_t polls_room;
	run_progress_fn *on_progress;
	void *payload;
};

const char *run_end_text(enum run_end end)
{
	static const char *const texts[] = {
		"answered", "gave no answer", "could not be started", "was killed",
		"timed out", "printed too much", "used too much processor time",
		"used too much memory", "started too many processes", "was stopped",
		"lost its guard"
	};

	return texts[end];
}

const char *run_status_text(enum run_status status)
{
	static const char *const texts[] = { "COMPLETE", "PARTIAL", "FAILED", "ESCALATED" };

	return texts[status];
}

const char *run_class(unsigned ms)
{
	return ms < 10000 ? "fast" : ms <= 60000 ? "medium" : "slow";
}

struct run_set *run_set_new(unsigned at_once)
{
	struct run_set *set = calloc(1, sizeof(*set));
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (!set)
		return NULL;
	set->last = &set->first;
	set->at_once = at_once ? at_once : processors > 0 ? (unsigned)processors : 1;
	return set;
}

void run_set_on_progress(struct run_set *set, run_progress_fn *fn, void *payload)
{
	set->on_progress = fn;
	set->payload = payload;
}

void run_result_free(struct run_result *result)
{
	if (!result)
		return;
	json_free(result->answer);
	buf_release(&result->out);
	buf_release(&result->err);
	free(result);
}

static void slot_free(struct slot *slot)
{
	child_result_release(&slot->got);
	run_result_free(slot->result);
	free(slot);
}

int run_set_add(struct run_set *set, const struct run_order *order, struct ops_error *err)
{
	struct slot *slot = calloc(1, sizeof(*slot));
	struct pollfd *polls;

	if (!slot)
		return error_nomem(err);
	child_result_init(&slot->got);
	slot->result = calloc(1, sizeof(*slot->result));
	if (!slot->result) {
		slot_free(slot);
		return error_nomem(err);
	}
	buf_init(&slot->result->out);
	buf_init(&slot->result->err);
	if (set->nr == set->polls_room) {
		polls = realloc(set->polls, (set->nr * 2 + 4) * CHILD_POLLS * sizeof(*polls));
		if (!polls) {
			slot_free(slot);
			return error_nomem(err);
		}
		set->polls = polls;
		set->polls_room = set->nr * 2 + 4;
	}
	slot->order = order;
	slot->progress.percent = -1;
	*set->last = slot;
	set->last = &slot->next;
	set->nr++;
	return 0;
}

/* Start it.  What keeps it from running is its result. */
static void start(struct run_set *set, struct slot *slot)
{
	const struct run_order *order = slot->order;
	struct ops_error err = { 0 };

	slot->limits = order->limits;
	if (!slot->limits.grace_ms)
		slot->limits.grace_ms = RUN_GRACE_MS;
	snprintf(slot->marker, sizeof(slot->marker), MARKER "%s", order->id);
	slot->request = (struct child_request){
		.argv = order->argv, .env = order->env, .path = order->path, .dir = order->dir,
		.in = order->packet, .in_len = order->packet_len, .max = order->output,
		.timeout_ms = order->timeout * 1000, .guard = &slot->limits,
		.marker = slot->marker,
	};
	if (child_start(&slot->child, &slot->got, &slot->request, &err) == 0) {
		set->running++;
		return;
	}
	slot->child = NULL;
	slot->result->end = RUN_NOT_STARTED;
	/* where it was looked for is nobody else's business */
	if (err.status == OPS_ENOTFOUND)
		snprintf(slot->result->why, sizeof(slot->result->why),
			 "there is no program '%.200s'", order->argv[0]);
	else
		snprintf(slot->result->why, sizeof(slot->result->why), "%s", err.message);
}

/* How many of the same agent run. */
static unsigned running_of(const struct run_set *set, const char *agent)
{
	const struct slot *slot;
	unsigned nr = 0;

	for (slot = set->first; slot; slot = slot->next)
		nr += slot->child && !strcmp(slot->order->agent, agent);
	return nr;
}

/* Start what has a place.  Returns one that could not be started, or NULL. */
static struct slot *fill(struct run_set *set)
{
	struct slot *slot;

	for (slot = set->first; slot && set->running < set->at_once; slot = slot->next) {
		const struct run_order *order = slot->order;

		if (slot->child || (order->at_once &&
				    running_of(set, order->agent) >= order->at_once))
			continue;
		start(set, slot);
		if (!slot->child)
			return slot;
	}
	return NULL;
}

/* Why it ended, of what its guard and its pipes say. */
static enum run_end end_of(const struct child_result *got)
{
	static const enum run_end over[] = {
		[GUARD_NOTHING] = RUN_DONE, [GUARD_TIME] = RUN_TIMED_OUT,
		[GUARD_TOLD] = RUN_STOPPED, [GUARD_CPU] = RUN_CPU,
		[GUARD_MEMORY] = RUN_MEMORY, [GUARD_PROCESSES] = RUN_PROCESSES,
	};

	if (got->too_much)
		return RUN_OUTPUT;
	if (got->report.over > GUARD_TOLD)
		return over[got->report.over];
	if (got->timed_out)
		return RUN_TIMED_OUT;
	if (got->unguarded)
		return RUN_UNGUARDED;
	if (got->report.over)
		return over[got->report.over];
	return got->signal == SIGXCPU ? RUN_CPU : got->signal ? RUN_KILLED : RUN_DONE;
}

/* Fill in what it comes to. */
static int judge(struct run_result *result, const struct slot *slot, struct ops_error *err)
{
	enum run_status status = RUN_FAILED;
	int ret = 0;

	result->status = RUN_FAILED;
	if (result->end == RUN_DONE && !slot->order->plain) {
		ret = answer_read(&result->answer, &status, result->why, sizeof(result->why),
				  &result->out, slot->read);
		if (ret < 0)
			return error_nomem(err);
		if (!result->answer)
			result->end = RUN_NO_ANSWER;
	} else if (result->end == RUN_DONE) {
		status = RUN_COMPLETE;
	} else if (result->end == RUN_KILLED) {
		snprintf(result->why, sizeof(result->why), "it was ended by signal %d",
			 result->signal);
	} else {
		snprintf(result->why, sizeof(result->why), "it %s after %u.%03u s",
			 run_end_text(result->end), result->ms / 1000, result->ms % 1000);
	}
	if (result->code > 0 && (result->end == RUN_DONE || result->end == RUN_NO_ANSWER)) {
		struct buf more = BUF_INIT;

		buf_printf(&more, "it ended with status %d%s%s", result->code,
			   *result->why ? ", and " : "", result->why);
		snprintf(result->why, sizeof(result->why), "%s", more.data);
		buf_release(&more);
		status = status == RUN_COMPLETE ? RUN_FAILED : status;
	}
	result->status = result->end == RUN_DONE ? status : RUN_FAILED;
	return 0;
}

/* Make the result of one whose child was finished. */
static int conclude(struct slot *slot, struct ops_error *err)
{
	struct run_result *result = slot->result;
	struct child_result *got = &slot->got;
	struct digest_state digest;

	while (answer_progress(&slot->progress, &got->out, &slot->read))
		;
	result->out = got->out;
	result->err = got->err;
	buf_init(&got->out);
	buf_init(&got->err);
	digest_init(&digest);
	digest_add(&digest, result->out.data, result->out.len);
	digest_add(&digest, result->err.data, result->err.len);
	digest_end(&digest, result->digest);
	result->order = slot->order;
	result->progress = slot->progress;
	if (result->end == RUN_NOT_STARTED) {
		result->status = RUN_FAILED;
		result->code = -1;
		return 0;
	}
	result->code = got->code;
	result->signal = got->signal;
	result->ms = got->ms;
	result->cpu_ms = got->report.cpu_ms;
	result->memory = got->report.memory;
	result->stragglers = got->report.stragglers;
	result->left = got->report.left;
	result->end = end_of(got);
	return judge(result, slot, err);
}

/* Take it out of the set, with its result. */
static int take(struct run_result **out, struct run_set *set, struct slot *slot,
		struct ops_error *err)
{
	struct ops_error fault = { 0 };
	struct slot **at;
	int ret = 0;

	if (slot->child) {
		set->running--;
		ret = child_finish(slot->child, &fault);
		slot->child = NULL;
		if (ret == OPS_ENOTFOUND || ret == OPS_EENVIRONMENT) {
			slot->result->end = RUN_NOT_STARTED;
			snprintf(slot->result->why, sizeof(slot->result->why), "%s",
				 fault.message);
			ret = 0;
		}
	}
	for (at = &set->first; *at != slot; at = &(*at)->next)
		;
	*at = slot->next;
	if (set->last == &slot->next)
		set->last = at;
	set->nr--;
	ret = ret ? error_nomem(err) : conclude(slot, err);
	if (ret == 0) {
		*out = slot->result;
		slot->result = NULL;
	}
	slot_free(slot);
	return ret ? ret : 1;
}

static void tell(const struct run_set *set, struct slot *slot)
{
	while (answer_progress(&slot->progress, &slot->got.out, &slot->read))
		if (set->on_progress)
			set->on_progress(slot->order, &slot->progress, set->payload);
}

/* Wait for something to happen to what runs, at most `most` ms; -1: for as long as it takes. */
static int wait_and_step(struct run_set *set, int most, struct ops_error *err)
{
	struct slot *slot;
	size_t nr = 0;
	int least = -1, ms, n;

	for (slot = set->first; slot; slot = slot->next) {
		if (!slot->child)
			continue;
		ms = child_polls(slot->child, set->polls + nr);
		if (ms >= 0 && (least < 0 || ms < least))
			least = ms;
		nr += CHILD_POLLS;
	}
	n = poll(set->polls, nr, most >= 0 && (least < 0 || most < least) ? most : least);
	if (n < 0 && errno != EINTR)
		return error_set(err, OPS_EIO, "cannot wait for agents: %s", strerror(errno));
	if (n <= 0)
		memset(set->polls, 0, nr * sizeof(*set->polls));
	for (nr = 0, slot = set->first; slot; slot = slot->next) {
		if (!slot->child)
			continue;
		child_step(slot->child, set->polls + nr);
		tell(set, slot);
		nr += CHILD_POLLS;
	}
	return 0;
}

static struct slot *ended(const struct run_set *set)
{
	struct slot *slot;

	for (slot = set->first; slot; slot = slot->next)
		if (slot->child && child_ended(slot->child))
			return slot;
	return NULL;
}

int run_set_next(struct run_result **out, struct run_set *set, struct ops_error *err)
{
	int ret = 0;

	while (ret == 0 && set->first) {
		struct slot *slot = fill(set);

		slot = slot ? slot : ended(set);
		if (slot)
			return take(out, set, slot, err);
		ret = wait_and_step(set, -1, err);
	}
	return ret;
}

int run_set_look(struct run_result **out, struct run_set *set, unsigned ms,
		 struct ops_error *err)
{
	uint64_t now = wait_clock_ms(), until = now + ms;
	struct slot *slot = fill(set);
	bool over = false;
	int ret = 0;

	slot = slot ? slot : ended(set);
	while (ret == 0 && !slot && set->running && !over) {
		ret = wait_and_step(set, (int)(until - now), err);
		slot = ended(set);
		over = now == until;
		now = wait_clock_ms();
		now = now < until ? now : until;
	}
	return ret ? ret : slot ? take(out, set, slot, err) : 0;
}

void run_set_free(struct run_set *set)
{
	struct slot *slot, *next;

	if (!set)
		return;
	for (slot = set->first; slot; slot = slot->next)
		if (slot->child)
			child_stop(slot->child);
	for (slot = set->first; slot; slot = next) {
		next = slot->next;
		if (slot->child)
			(void)child_finish(slot->child, NULL);
		slot_free(slot);
	}
	free(set->polls);
	free(set);
}

int run_agent(struct run_result **out, const struct run_order *order, struct ops_error *err)
{
	struct run_set *set = run_set_new(1);
	int ret;

	if (!set)
		return error_nomem(err);
	ret = run_set_add(set, order, err);
	if (ret == 0)
		ret = run_set_next(out, set, err);
	run_set_free(set);
	return ret < 0 ? ret : 0;
}
