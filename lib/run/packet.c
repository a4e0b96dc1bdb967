/* SPDX-License-Identifier: MIT */
/*
 * Writing the packet of a task for an agent: what the task says, what the order is about,
 * its limits.  All of it is data for a program; nothing in it is trusted by us again.
 */
#include "run/packet.h"

#include <string.h>

#include "model/scope.h"
#include "util/json.h"

/* Each text of a list. */
static struct json *texts(const char *const *list, size_t nr)
{
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; array && i < nr; i++)
		if (!json_append(array, json_new_string(list[i]))) {
			json_free(array);
			return NULL;
		}
	return array;
}

static struct json *number_or_null(uint64_t n)
{
	return n ? json_new_number((double)n) : json_new_null();
}

static struct json *text_or_null(const char *text)
{
	return text ? json_new_string(text) : json_new_null();
}

/* The sections of the task, by title. */
static struct json *sections_of(struct ops_document *task)
{
	const struct sections *sections = doc_sections(task->doc);
	struct json *object = json_new_object();
	struct buf text = BUF_INIT;
	bool fine = sections && object;
	size_t i;

	for (i = 0; fine && i < sections->nr; i++) {
		if (sections->list[i].level != 2 || json_get(object, sections->list[i].title))
			continue;
		buf_clear(&text);
		section_text(&text, sections, &sections->list[i]);
		fine = !buf_failed(&text) &&
		       json_put(object, sections->list[i].title, json_new_string(text.data));
	}
	buf_release(&text);
	if (!fine) {
		json_free(object);
		return NULL;
	}
	return object;
}

static struct json *task_of(struct arena *arena, const struct config *config,
			    struct ops_document *task)
{
	static const char *const fields[] = { "Title", "Status", "Priority", "Type", "Due",
					      "Assigned-To", "Prompt", "Project" };
	struct json *object = json_new_object();
	struct scope scope;
	bool fine = object && json_put(object, "id", json_new_string(task->id)) &&
		    json_put(object, "path", json_new_string(task->path));
	size_t i;

	for (i = 0; fine && i < sizeof(fields) / sizeof(*fields); i++)
		fine = json_put(object, fields[i],
				text_or_null(document_text(task, fields[i])));
	fine = fine && json_put(object, "sections", sections_of(task)) &&
	       scope_read(&scope, arena, config, task) == 0 &&
	       json_put(object, "scope", texts(scope.patterns, scope.nr));
	if (!fine) {
		json_free(object);
		return NULL;
	}
	return object;
}

static struct json *agent_of(const struct order *o)
{
	struct json *object = json_new_object();

	if (object && json_put(object, "id", json_new_string(o->agent->id)) &&
	    json_put(object, "name", text_or_null(o->agent->name)) &&
	    json_put(object, "role", text_or_null(o->agent->role_name)) &&
	    json_put(object, "department", text_or_null(o->agent->department)) &&
	    json_put(object, "reports-to", text_or_null(o->agent->reports_to)))
		return object;
	json_free(object);
	return NULL;
}

/* What its entry forbids it, and lets it do unasked. */
static struct json *orders_of(const struct order *o)
{
	static const struct agent_limits none;
	const struct agent_limits *l = o->agent->limits ? o->agent->limits : &none;
	struct json *object = json_new_object();

	if (object &&
	    json_put(object, "allowed-paths", texts(l->allowed.list, l->allowed.nr)) &&
	    json_put(object, "forbidden-paths", texts(l->forbidden.list, l->forbidden.nr)) &&
	    json_put(object, "forbidden-actions", texts(l->actions.list, l->actions.nr)) &&
	    json_put(object, "review-paths", texts(l->review.list, l->review.nr)) &&
	    json_put(object, "standing-orders", texts(l->orders.list, l->orders.nr)))
		return object;
	json_free(object);
	return NULL;
}

static struct json *limits_of(const struct order *o)
{
	struct json *object = json_new_object();

	if (object && json_put(object, "seconds", number_or_null(o->run.timeout)) &&
	    json_put(object, "output", json_new_number((double)o->run.output)) &&
	    json_put(object, "cpu-seconds", number_or_null(o->run.limits.cpu_ms / 1000)) &&
	    json_put(object, "memory", number_or_null(o->run.limits.memory)) &&
	    json_put(object, "processes", number_or_null(o->run.limits.processes)))
		return object;
	json_free(object);
	return NULL;
}

/* An object that somebody gave as text. */
static int put_object(struct json *packet, const char *key, const char *text,
		      struct ops_error *err)
{
	struct ops_error fault = { 0 };
	struct json *value = NULL;
	int ret;

	if (!text)
		return json_put(packet, key, json_new_null()) ? 0 : error_nomem(err);
	ret = json_parse(&value, text, strlen(text), &fault);
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret || json_kind(value) != JSON_OBJECT) {
		json_free(value);
		return error_set(err, OPS_EUSAGE, "the %s is not a JSON object%s%s", key,
				 ret ? ": " : "", ret ? fault.message : "");
	}
	return json_put(packet, key, value) ? 0 : error_nomem(err);
}

int packet_make(struct order *o, struct arena *arena, const struct config *config,
		const struct run_want *want, struct ops_error *err)
{
	struct json *packet = json_new_object();
	struct buf text = BUF_INIT;
	int ret = 0;

	if (!packet || !json_put(packet, "format", json_new_number(1)) ||
	    !json_put(packet, "run", json_new_string(o->run.id)) ||
	    !json_put(packet, "kind", json_new_string(o->kind)) ||
	    !json_put(packet, "agent", agent_of(o)) ||
	    !json_put(packet, "task", task_of(arena, config, want->task)) ||
	    !json_put(packet, "limits", limits_of(o)) ||
	    !json_put(packet, "orders", orders_of(o)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = put_object(packet, "context", want->context, err);
	if (ret == 0)
		ret = put_object(packet, "input", want->input, err);
	if (ret == 0 && (!json_write(&text, packet, false) || buf_failed(&text)))
		ret = error_nomem(err);
	if (ret == 0) {
		buf_char(&text, '\n');
		o->run.packet = arena_dup(arena, text.data, text.len);
		o->run.packet_len = text.len;
		ret = o->run.packet ? 0 : error_nomem(err);
	}
	json_free(packet);
	buf_release(&text);
	return ret;
}
