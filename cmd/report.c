/* SPDX-License-Identifier: MIT */
/*
 * How a run ends: the one place that turns a status into words, JSON and an exit
 * status, and that prints errors and findings.
 *
 * It decides nothing.  In JSON an answer is either {"result"} or {"error", "findings"};
 * in text errors and findings go to standard error, but for the commands whose
 * answer the findings are.  A refusal of a writing command ends by saying that
 * nothing was changed, because that is what the reader has to know.
 */

#include "report.h"

#include <string.h>

#include "out.h"
#include "util/date.h"

static const struct {
	int status;
	int exit;
	const char *name;	/* in JSON; documented in ops(1) */
} outcomes[] = {
	{ OPS_OK, EXIT_DONE, "ok" },
	{ OPS_ENOMEM, EXIT_BUG, "out-of-memory" },
	{ OPS_EIO, EXIT_ENVIRONMENT, "io" },
	{ OPS_ENOTFOUND, EXIT_NOT_FOUND, "not-found" },
	{ OPS_EAMBIGUOUS, EXIT_NOT_FOUND, "ambiguous" },
	{ OPS_EEXISTS, EXIT_REFUSED, "exists" },
	{ OPS_EINVALID, EXIT_REFUSED, "invalid" },
	{ OPS_EREFUSED, EXIT_REFUSED, "refused" },
	{ OPS_EBUSY, EXIT_BUSY, "busy" },
	{ OPS_ECHANGED, EXIT_BUSY, "changed" },
	{ OPS_ETIMEOUT, EXIT_TIMEOUT, "timeout" },
	{ OPS_EUNKNOWN, EXIT_UNKNOWN, "unknown" },
	{ OPS_EENVIRONMENT, EXIT_ENVIRONMENT, "environment" },
	{ OPS_EUSAGE, EXIT_USAGE, "usage" },
};

static size_t outcome_of(int status)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (outcomes[i].status == status)
			return i;
	return 1;	/* no status of ours: a bug, like being out of memory */
}

static void finding_text(struct out *o, const char *indent,
			 const struct ops_finding *f)
{
	static const enum out_style styles[] = {
		[OPS_NOTE] = STYLE_DIM, [OPS_WARNING] = STYLE_YELLOW,
		[OPS_ERROR] = STYLE_RED
	};

	if (f->path && f->line && f->column)
		out_say(o, "%s%s:%u:%u: ", indent, f->path, f->line, f->column);
	else if (f->path && f->line)
		out_say(o, "%s%s:%u: ", indent, f->path, f->line);
	else
		out_say(o, "%s%s%s", indent, f->path ? f->path : "", f->path ? ": " : "");
	out_style(o, f->suppressed ? STYLE_DIM : styles[f->severity]);
	out_say(o, "%s", f->suppressed ? "suppressed" : ops_severity_name(f->severity));
	out_style(o, STYLE_PLAIN);
	out_say(o, " %s: %s\n", f->rule, f->message);
	if (f->suppressed)
		out_say(o, "%s  because: %s\n", indent, f->suppressed);
	else if (f->remedy)
		out_say(o, "%s  fix: %s\n", indent, f->remedy);
}

static void finding(struct out *o, const char *indent, const struct ops_finding *f)
{
	finding_text(o, indent, f);
	out_map(o, NULL);
	out_string(o, "rule", f->rule);
	out_string(o, "severity", ops_severity_name(f->severity));
	out_string(o, "path", f->path);
	out_number(o, "line", f->line);
	out_number(o, "column", f->column);
	out_string(o, "message", f->message);
	out_string(o, "remedy", f->remedy);
	if (f->suppressed)
		out_string(o, "reason", f->suppressed);
	if (f->draft)
		out_bool(o, "draft", true);
	out_end(o);
}

static void findings(struct out *o, const char *key, const char *indent,
		     const struct ops_findings *list)
{
	size_t nr = list ? ops_findings_count(list) : 0;

	out_list(o, key);
	for (size_t i = 0; i < nr; i++)
		finding(o, indent, ops_findings_at(list, i));
	out_end(o);
}

void report_findings(struct out *o, const char *indent,
		     const struct ops_findings *list)
{
	findings(o, "findings", indent, list);
}

/* More of what was found, after the answer, whose findings begin with the first there is. */
static void tell_more(struct session *s, const struct ops_findings *list)
{
	struct out *o = s->globals->json ? s->out : s->talk;
	size_t nr = ops_findings_count(list);

	if (nr && !s->told)
		out_list(o, "findings");
	s->told |= nr > 0;
	for (size_t i = 0; i < nr; i++)
		finding(o, "", ops_findings_at(list, i));
}

int report_each(struct session *s, size_t nr,
		int (*find)(struct ops_findings *out, const void *payload, size_t at,
			    struct ops_error *err), const void *payload)
{
	struct ops_findings *one = ops_findings_new();
	int ret = one ? 0 : error_nomem(&s->err);

	if (ret == 0) {
		out_end(s->out);
		s->answered = true;
		tell_more(s, s->findings);
	}
	for (size_t i = 0; ret == 0 && i < nr && !out_failed(s->out) && !out_failed(s->talk);
	     i++) {
		ops_findings_clear(one);
		ret = find(one, payload, i, &s->err);
		s->found |= ret == 0 && ops_findings_refuse(one);
		if (ret == 0)
			tell_more(s, one);
	}
	if (s->told)
		out_end(s->out);
	ops_findings_free(one);
	return ret;
}

void report_suppressed(struct out *o, const struct ops_findings *list)
{
	findings(o, "suppressions", "", list);
}

void report_commit(struct session *s, const struct ops_audit_commit *c)
{
	bool refused = ops_findings_refuse(c->findings);
	char time[DATE_TIME_LEN + 1];

	date_time_format(time, c->time);
	out_style(s->out, refused ? STYLE_RED : STYLE_YELLOW);
	out_say(s->out, "%s", refused ? "refused" : "noted");
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, " %.7s %.10s %s%s %s\n", c->commit, time,
		c->actor ? c->actor : c->author, c->verified ? " (signed)" : "",
		c->subject);
	out_map(s->out, NULL);
	out_string(s->out, "commit", c->commit);
	out_string(s->out, "time", time);
	out_string(s->out, "author", c->author);
	out_string(s->out, "actor", c->actor);
	out_string(s->out, "verified", c->verified);
	out_string(s->out, "subject", c->subject);
	out_bool(s->out, "refused", refused);
	report_findings(s->out, "    ", c->findings);
	out_end(s->out);
}

int report_assurance(struct session *s, struct ops_view *view)
{
	struct ops_assurance a;
	int ret = ops_view_assurance(&a, view, &s->err);

	if (ret == 0)
		report_assured(s, a);
	return ret;
}

bool report_verified(const struct ops_assurance *assurance)
{
	return !strcmp(assurance->identity, "signed") &&
	       !strncmp(assurance->history, "verified:", 9);
}

void report_assured(struct session *s, struct ops_assurance a)
{
	out_say(s->out, "assurance: identity=%s history=%s enforcement=%s anchor=%s\n",
		a.identity, a.history, a.enforcement, a.anchor);
	out_map(s->out, "assurance");
	out_string(s->out, "identity", a.identity);
	out_string(s->out, "history", a.history);
	out_string(s->out, "enforcement", a.enforcement);
	out_string(s->out, "anchor", a.anchor);
	out_end(s->out);
}

bool report_goes_on(const char *usage)
{
	return *usage == ' ';
}

void report_usage(struct out *o, const struct command *command, const char *group)
{
	const char *lead = "usage: ";
	const struct command *c = NULL;

	while ((c = command_next(c)))
		for (size_t i = 0; c->usage[i]; i++)
			if (c == command || (group && command_in_group(c, group))) {
				out_say(o, "%s%s\n", report_goes_on(c->usage[i]) ? "       " : lead,
					c->usage[i]);
				lead = "   or: ";
			}
}

void report_fate(struct session *s)
{
	if (s->committed) {
		out_plain(s->talk, "; the change was made, commit ");
		out_plain(s->talk, s->commit);
	} else if (s->fate) {
		out_plain(s->talk, "; ");
		out_plain(s->talk, s->fate);
	} else if (s->command && s->command->needs & WRITES) {
		out_plain(s->talk, "; nothing was changed");
	}
	out_plain(s->talk, "\n");
}

static void envelope(struct session *s)
{
	out_map(s->out, NULL);
	out_number(s->out, "format", 1);
	out_string(s->out, "command", s->command ? s->command->name : "ops");
}

void report_begin(struct session *s)
{
	envelope(s);
	out_map(s->out, "result");
}

/* What is said of an error: with a commit that was made before it. */
static const char *error_message(struct session *s, size_t outcome)
{
	static char text[sizeof(s->err.message) + sizeof(s->commit) + 64];
	const char *message = s->err.message[0] ? s->err.message : outcomes[outcome].name;

	if (!s->committed)
		return message;
	(void)snprintf(text, sizeof(text), "%s; the change was made, commit %s", message,
		       s->commit);
	return text;
}

static void error_text(struct session *s, int status, size_t outcome)
{
	bool refused = outcomes[outcome].exit == EXIT_REFUSED && !s->committed &&
		       s->command && s->command->needs & WRITES;

	if (s->globals->json || !s->told)
		report_findings(s->talk, "", s->findings);
	if (s->err.message[0] || refused || outcomes[outcome].exit != EXIT_REFUSED) {
		out_style(s->talk, STYLE_RED);
		out_say(s->talk, "ops:");
		out_style(s->talk, STYLE_PLAIN);
		out_say(s->talk, " %s%s%s\n", s->err.message[0] ? "" : "failed: ",
			error_message(s, outcome), refused ? "; nothing was changed" : "");
	}
	if (status == OPS_EUSAGE && s->command && !s->understood)
		report_usage(s->talk, s->command, NULL);
}

static void error_json(struct session *s, size_t outcome)
{
	out_discard(s->out);
	envelope(s);
	out_map(s->out, "error");
	out_string(s->out, "status", outcomes[outcome].name);
	out_string(s->out, "message", error_message(s, outcome));
	out_end(s->out);
	report_findings(s->out, "", s->findings);
	out_end(s->out);
}

int report_end(struct session *s, int status)
{
	bool answered = s->command && s->command->needs & ANSWERS_FINDINGS;
	bool json = s->globals->json;
	size_t outcome = outcome_of(status);
	int result = outcomes[outcome].exit;

	if (!status) {
		if (!s->answered)
			out_end(s->out);
		if (ops_findings_count(s->findings) && !answered && !s->told)
			report_findings(json ? s->out : s->talk, "", s->findings);
		if (s->found || ops_findings_refuse(s->findings))
			result = EXIT_REFUSED;
		else if (s->incomplete)
			result = EXIT_ENVIRONMENT;
		out_end(s->out);
	} else if (json && !out_left(s->out)) {
		error_json(s, outcome);
	} else {
		error_text(s, status, outcome);
	}
	if (out_write(s->out) == OPS_ENOMEM || out_write(s->talk) == OPS_ENOMEM) {
		out_plain(s->talk, "ops: out of memory");
		if (status == OPS_EUNKNOWN) {
			out_plain(s->talk, "; the outcome is unknown\n");
		} else {
			if (status && s->err.message[0] &&
			    strcmp(s->err.message, "out of memory")) {
				out_plain(s->talk, "; ");
				out_plain(s->talk, s->err.message);
			}
			report_fate(s);
			result = EXIT_BUG;
		}
	}
	return result;
}
