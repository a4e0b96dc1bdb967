/* SPDX-License-Identifier: MIT */
/*
 * From options to requests, and from an outcome to words.
 *
 * No rule is known here: what an action means, and whether it may be done, is the
 * library's business.  What was committed is noted in the session before anything
 * is printed, so that a failure to print can still say it.
 */

#include "request.h"

#include <string.h>

#include "input.h"
#include "out.h"
#include "util/arena.h"
#include "util/error.h"

int request_fill(struct ops_request *request, struct session *s,
		 const struct act_options *options)
{
	int ret;

	ret = input_settings(&request->fields, s->arena, &options->fields, false,
			     &s->err);
	if (ret < 0)
		return ret;
	ret = input_settings(&request->sections, s->arena, &options->sections, true,
			     &s->err);
	if (ret < 0)
		return ret;
	request->fields_nr = options->fields.nr;
	request->sections_nr = options->sections.nr;
	request->evidence = options->evidence.values;
	request->evidence_nr = options->evidence.nr;
	request->reason = options->reason;
	return 0;
}

int request_draft(struct ops_request *request, struct session *s, const char *from,
		  const struct act_options *options)
{
	if (!from)
		return 0;
	for (size_t i = 0; !strcmp(from, "-") && i < options->sections.nr; i++) {
		const char *equals = strchr(options->sections.values[i], '=');

		if (equals && !strcmp(equals, "=@-"))
			return error_set(&s->err, OPS_EUSAGE, "standard input can be"
					 " the document or a section, not both");
	}
	return input_text(&request->text, s->arena, from, INPUT_FILE_MAX, &s->err);
}

void request_notes(struct session *s, struct out *words, const char *notes)
{
	out_list(s->out, "notes");
	while (notes && *notes) {
		size_t len = strcspn(notes, "\n");
		char *line = arena_dup(s->arena, notes, len);

		if (line && len) {
			out_string(s->out, NULL, line);
			if (!s->globals->json)
				out_say(words, "note: %s\n", line);
		}
		notes += len + (notes[len] == '\n');
	}
	out_end(s->out);
}

static void say_act(struct session *s, const struct ops_act *act, const char *gate,
		    bool dry_run, bool message)
{
	bool at_gate = !strncmp(act->action, "gate.", 5);
	bool packet = !strncmp(act->action, "packet.", 7);
	bool key = !strncmp(act->action, "key.", 4);

	/* As it is typed: "gate approve". */
	out_say(s->out, "%s%s%s %s", dry_run ? "would " : "", at_gate ? "gate " : packet ?
		"record " : key ? "key " : "",
		act->action + (at_gate ? 5 : packet ? 7 : key ? 4 : 0), act->id);
	if (gate)
		out_say(s->out, " %s", gate);
	if (act->from && act->to && strcmp(act->from, act->to))
		out_say(s->out, ": %s -> %s", act->from, act->to);
	else if (act->to || act->from)
		out_say(s->out, ": %s", act->to ? act->to : act->from);
	if (act->commit)
		out_say(s->out, " (%.7s)", act->commit);
	out_say(s->out, "\n");
	if (act->message && message)
		out_block(s->out, "", act->message, strlen(act->message));
}

static void show_acts(struct session *s, const struct ops_outcome *outcome,
		      const struct ops_request *requests, size_t nr, bool dry_run,
		      bool messages)
{
	bool paired = outcome->acts_nr == nr;	/* else the requests made more, or less */

	bool done = outcome->committed || dry_run;

	if (!done || !outcome->acts_nr)
		out_say(s->out, "nothing to do\n");
	out_list(s->out, "acts");
	for (size_t i = 0; i < outcome->acts_nr; i++) {
		const struct ops_act *act = &outcome->acts[i];

		if (done)
			say_act(s, act, paired ? requests[i].gate : NULL, dry_run, messages);
		out_map(s->out, NULL);
		out_string(s->out, "action", act->action);
		out_string(s->out, "type", act->type);
		out_string(s->out, "id", act->id);
		out_string(s->out, "path", act->path);
		out_string(s->out, "from", act->from);
		out_string(s->out, "to", act->to);
		out_string(s->out, "message", act->message);
		out_end(s->out);
	}
	out_end(s->out);
}

static void show(struct session *s, const struct ops_outcome *outcome,
		 const struct ops_request *requests, size_t nr, bool dry_run,
		 bool messages)
{
	s->committed = outcome->committed;
	memcpy(s->commit, outcome->commit, sizeof(s->commit));
	out_bool(s->out, "committed", outcome->committed);
	out_bool(s->out, "dry_run", dry_run);
	out_string(s->out, "commit", outcome->committed ? s->commit : NULL);
	out_string(s->out, "subject", outcome->subject);
	out_string(s->out, "actor", outcome->actor);
	show_acts(s, outcome, requests, nr, dry_run, messages);
	request_notes(s, s->talk, outcome->notes);
}

void request_show(struct session *s, const struct ops_outcome *outcome, bool dry_run,
		  bool messages)
{
	show(s, outcome, NULL, (size_t)-1, dry_run, messages);
}

int request_send(struct session *s, const struct ops_request *requests, size_t nr,
		 bool dry_run)
{
	struct ops_outcome *outcome = NULL;
	int ret;

	ret = ops_repo_change(&outcome, s->findings, s->repo, requests, nr,
			      dry_run ? OPS_DRY_RUN : 0, &s->err);
	if (ret < 0)
		return ret;
	show(s, outcome, requests, nr, dry_run, true);
	ops_outcome_free(outcome);
	return 0;
}
