/* SPDX-License-Identifier: MIT */
/*
 * "run": recording what came of a run.
 *
 * The packet and the file it rests on are one commit.  What the agent printed is kept byte
 * for byte; the judge looks at it like at any other file.
 */

#include <string.h>

#include "change/draft.h"
#include "util/digest.h"
#include "util/path.h"

const char *act_run_log(struct arena *arena, const struct config *config, const char *task,
			const char *run)
{
	const char *packets = config_directory(config, "packets");
	int len = (int)path_directory_len(packets);

	return arena_printf(arena, "%.*s%sreports/%s/%s.log", len, packets, len ? "/" : "", task,
			    run);
}

/* Keep the output; *evidence names it. */
static int keep(const char **evidence, struct draft *d, const struct ops_request *r,
		const char *task, struct ops_error *err)
{
	char hex[DIGEST_HEX + 1];
	struct buf text = BUF_INIT;
	const char *path;
	int ret;

	if (!r->id || strspn(r->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(r->id))
		return error_set(err, OPS_EUSAGE, "a run needs an id of letters, digits and '-'");
	path = act_run_log(d->arena, d->config, task, r->id);
	buf_add(&text, r->text, r->text_len);
	digest_of(r->text, r->text_len, hex);
	*evidence = path ? arena_printf(d->arena, "%s sha256:%s", path, hex) : NULL;
	ret = *evidence ? draft_put(d, path, &text, err) : error_nomem(err);
	buf_release(&text);
	return ret;
}

int act_run(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct ops_request request = *r;
	struct ops_setting *sections;
	struct ops_document *doc;
	const char *evidence = NULL;
	int ret = draft_find(&doc, d, r->target, NULL, err);

	if (ret)
		return ret;
	request.action = "packet.result";
	request.id = NULL;
	request.text = NULL;
	if (r->text) {
		ret = keep(&evidence, d, r, doc->id, err);
		if (ret)
			return ret;
		sections = arena_array(d->arena, r->sections_nr + 1, sizeof(*sections));
		if (!sections)
			return error_nomem(err);
		if (r->sections_nr)
			memcpy(sections, r->sections, r->sections_nr * sizeof(*sections));
		sections[r->sections_nr] = (struct ops_setting){ "Evidence", evidence };
		request.sections = sections;
		request.sections_nr = r->sections_nr + 1;
	}
	return act_packet(d, &request, err);
}
