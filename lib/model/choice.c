/* SPDX-License-Identifier: MIT */
/*
 * The choice of an agent: nothing but arithmetic over the board and the record.
 *
 * Every number that goes into a sum stays in the row, so that it can be shown.
 */

#include "model/choice.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FAR 1e-6		/* apart; more than what counts as equal, and rounding */

/* As a multiple of 10^-9: what is less than that apart is equal. */
static int64_t exact(double x)
{
	return (int64_t)(x * 1e9 + 0.5);
}

double choice_capability(const struct worker *w, const struct task *t)
{
	double sum = 0;
	size_t i;

	if (!t->needs_nr)
		return 1;
	for (i = 0; i < t->needs_nr; i++)
		sum += worker_skill(w, t->needs[i].name) * t->needs[i].value;
	return sum / (double)t->needs_nr;
}

/* The departments that take tasks of a type; NULL: all. */
static const struct names *experts(const struct board *b, const struct task *t)
{
	const struct planning *p = b->planning;
	size_t i;

	for (i = 0; t->type && i < p->expertise_nr; i++)
		if (!strcmp(p->expertise[i].type, t->type))
			return &p->expertise[i].departments;
	return NULL;
}

static char plain(char c)
{
	return c == '-' || c == '_' ? ' ' : (char)tolower((unsigned char)c);
}

static bool is_word(const char *a, const char *b)
{
	if (!a)
		return false;
	for (; *a && plain(*a) == plain(*b); a++, b++)
		;
	return !*a && !*b;
}

bool choice_means(const struct worker *w, const char *word)
{
	const struct agent *a = w->agent;

	return is_word(w->archetype, word) || is_word(a->id, word) ||
	       is_word(a->name, word) || is_word(w->name, word) ||
	       is_word(a->role_name, word) || (a->role && is_word(a->role->title, word));
}

static bool is_meant(const struct worker *w, const struct task *t)
{
	size_t i;

	for (i = 0; i < t->meant_for.nr; i++)
		if (choice_means(w, t->meant_for.list[i]))
			return true;
	return !t->meant_for.nr;
}

static enum why_not why_not(const struct names *departments, const struct worker *w,
			    const struct task *t)
{
	if (!w->agent->active)
		return NOT_ACTIVE;
	if (!w->works)
		return NOT_WORKER;
	if (departments && !names_have(departments, w->agent->department))
		return NOT_EXPERT;
	if (!is_meant(w, t))
		return NOT_MEANT;
	if (w->active >= w->limit)
		return AT_LIMIT;
	return w->away ? IS_AWAY : CAN_TAKE;
}

enum why_not choice_why_not(const struct board *b, const struct worker *w,
			    const struct task *t)
{
	return why_not(experts(b, t), w, t);
}

/* The four factors of one agent for a task, with the work it has now, and their sum. */
static double weigh(double factor[FACTORS], const struct board *b,
		    const struct track_about *about, const struct task *t, size_t worker)
{
	const struct worker *w = &b->workers[worker];
	double total = 0;
	size_t i;

	factor[FACTOR_CAPABILITY] = choice_capability(w, t);
	factor[FACTOR_WORKLOAD] = w->active < w->limit ? 1 - (double)w->active / w->limit : 0;
	factor[FACTOR_PERFORMANCE] = about->sums ? track_performance(about, worker).score :
				     b->planning->no_history;
	factor[FACTOR_COHESION] = about->project ? track_cohesion(about, worker).score :
				  b->planning->no_project;
	for (i = 0; i < FACTORS; i++)
		total += b->planning->weight[i] * factor[i];
	return total;
}

/* These, and what they are made of. */
static void score(struct score *out, const struct board *b, const struct track_about *about,
		  const struct task *t, size_t worker)
{
	out->worker = worker;
	out->active = b->workers[worker].active;
	out->performance = track_performance(about, worker);
	out->cohesion = track_cohesion(about, worker);
	out->total = weigh(out->factor, b, about, t, worker);
}

static int compare_number(double a, double b)
{
	return (exact(a) < exact(b)) - (exact(a) > exact(b));
}

int choice_compare(const struct score *a, const struct score *b)
{
	int c = (a->why != CAN_TAKE) - (b->why != CAN_TAKE);

	if (!c)
		c = compare_number(a->total, b->total);
	if (!c)
		c = compare_number(a->factor[FACTOR_CAPABILITY],
				   b->factor[FACTOR_CAPABILITY]);
	if (!c)
		c = compare_number(a->factor[FACTOR_WORKLOAD], b->factor[FACTOR_WORKLOAD]);
	return c ? c : (a->worker > b->worker) - (a->worker < b->worker);
}

bool choice_best(struct score *out, const struct board *b, const struct track *track,
		 const struct task *t)
{
	const struct track_about about = track_about(track, t);
	const struct names *departments = experts(b, t);
	struct score s = { .why = CAN_TAKE };
	bool found = false;
	size_t i;

	for (i = 0; i < b->workers_nr; i++) {
		if (why_not(departments, &b->workers[i], t) != CAN_TAKE)
			continue;
		s.worker = i;
		s.total = weigh(s.factor, b, &about, t, i);
		/* Most are far behind; for the others it is counted how far. */
		if (found && s.total < out->total - FAR)
			continue;
		if (!found || choice_compare(&s, out) < 0)
			*out = s;
		found = true;
	}
	if (found)
		score(out, b, &about, t, out->worker);
	return found;
}

bool choice_is_good(const struct board *b, const struct score *s)
{
	return exact(s->total) > exact(b->planning->threshold);
}

static int compare_rows(const void *a, const void *b)
{
	return choice_compare(a, b);
}

void choice_table(struct score *list, const struct board *b, const struct track *track,
		  const struct task *t)
{
	const struct track_about about = track_about(track, t);
	const struct names *departments = experts(b, t);
	size_t i;

	for (i = 0; i < b->workers_nr; i++) {
		list[i].why = why_not(departments, &b->workers[i], t);
		score(&list[i], b, &about, t, i);
	}
	qsort(list, b->workers_nr, sizeof(*list), compare_rows);
}

const char *choice_why(struct arena *arena, const struct board *b, const struct task *t,
		       const struct score *s)
{
	const struct worker *w = &b->workers[s->worker];

	switch (s->why) {
	case CAN_TAKE:
		return NULL;
	case NOT_ACTIVE:
		return "is not active";
	case NOT_WORKER:
		return "does not hold the power 'work'";
	case NOT_EXPERT:
		return arena_printf(arena, "%s takes no tasks of type '%s'",
				    w->agent->department, t->type);
	case NOT_MEANT:
		return arena_printf(arena, "it is for %s",
				    names_text(&t->meant_for, arena, " or "));
	case AT_LIMIT:
		return arena_printf(arena, "has %u of %u tasks", s->active, w->limit);
	case IS_AWAY:
		return "is away today";
	}
	return NULL;
}
