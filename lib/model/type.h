/* SPDX-License-Identifier: MIT */
#ifndef MODEL_TYPE_H
#define MODEL_TYPE_H

/*
 * Kinds of documents as data: where they lie, which fields and sections they
 * have, their states, and the transitions between them with the powers,
 * gates, sections and records each needs.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/conf.h"
#include "util/date.h"

enum field_kind {
	FIELD_LINE,		/* text on one line */
	FIELD_TEXT,		/* text, also of several lines */
	FIELD_NAME,		/* a-z, 0-9 and - */
	FIELD_DATE,		/* YYYY-MM-DD */
	FIELD_TIMESTAMP,	/* YYYY-MM-DDTHH:MM:SSZ */
	FIELD_SEMVER,		/* semantic version */
	FIELD_ENUM,		/* one of `values` */
	FIELD_STATE,		/* one of the type's states */
	FIELD_INTEGER,
	FIELD_NUMBER,
	FIELD_DURATION,		/* 90s, 15m, 2h, 3d, or seconds */
	FIELD_BOOLEAN,		/* yes, no, true, false */
	FIELD_LIST,		/* of `of` */
	FIELD_MAP,		/* of scalars */
	FIELD_REFERENCE,	/* id or path of a document of type `type` */
	FIELD_AGENT,		/* Department/agent of the roster */
	FIELD_ACTOR,		/* agent's id, or none */
	FIELD_ROLE,
	FIELD_DEPARTMENT,
	FIELD_GATE,
	FIELD_EMAIL,
	FIELD_DIGEST,		/* sha256:<64 hex> */
	FIELD_COMMIT,		/* 40 digits of a commit; of a packet, one it is recorded on */
	FIELD_EVIDENCE,		/* <path> sha256:<64 hex> */
	FIELD_PACKET,		/* id of an earlier packet about the same document, whose
				   kind is one of `values` */
	FIELD_KEY,		/* "ssh-ed25519 AAAA…", or an OpenPGP fingerprint */
	FIELD_FORMER_KEY,	/* <name of a key> retired|revoked [since <commit>] */
	FIELD_ANY		/* anything that parses */
};

/* What a field of kind former-key says. */
struct former_key {
	char name[73];			/* KEY_NAME_MAX of store/sshkey.h */
	bool revoked;			/* else retired */
	const char *since;		/* 40 digits of a commit, in the text read; or NULL */
};
bool former_key_read(struct former_key *out, const char *text);

struct field {
	const char *name;
	enum field_kind kind, of;
	const char *type;		/* FIELD_REFERENCE */
	struct names values;		/* FIELD_ENUM */
	bool required;			/* in every state */
	struct names required_in;	/* states */
	const char *fallback;		/* what a new document gets, or NULL: a literal, or
					   today, now, actor, role, next-review */
	bool guarded;			/* set at creation, then only by transitions */
	bool by_others;			/* of an agent: nobody changes it in an entry of theirs */
	struct names forms;		/* with * and ?, one of which a value has */
	const char *separator;		/* FIELD_LIST that may stand on one line; or NULL */
	const char *path;		/* FIELD_REFERENCE: what {} in it is put into; or NULL */
	const char *within;		/* paths: the section of the document a packet is about
					   whose patterns they match; or NULL */
	struct field_case {
		const char *field;
		struct names values;
	} *when;			/* required when a field has one of the values */
	size_t when_nr;
	bool has_min, has_max, above;	/* above: min itself is too little */
	double min, max;		/* of a number, or of a text's length in characters */
	bool has_least, has_most;
	double least, most;		/* items of a list */
};

struct state {
	const char *name;
	bool initial, final, editable;
	struct names aliases;
};

enum set_kind { SET_TODAY, SET_REASON, SET_AGENT, SET_STATUS, SET_NONE,
		SET_INCREMENT, SET_NEXT_REVIEW, SET_ACTOR, SET_OPEN, SET_PARTS,
		SET_LITERAL };

struct set_rule {
	const char *field;
	enum set_kind kind;
	const char *literal;
};

/* A packet that must be made in the same act, with fields of these values. */
struct record_rule {
	const char *kind;
	struct record_field {
		const char *name, *value;
	} *with;
	size_t with_nr;
};

struct transition {
	const char *name;	/* key; unique in its type */
	const char *action;	/* what Ops-Action says */
	const char *command;	/* that carries it out, with {id}; NULL: "act ACTION {id}" */
	struct names from;
	const char *to;		/* a state, or "{Field}": what that field held before */
	struct names by;	/* powers, any of which suffices; also assignee, owner, anyone */
	struct names not_by;	/* contributor, owner, assignee: whose principal may not */
	struct names gates;	/* must be approved */
	struct names sections;	/* must be there and filled */
	struct names needs, lacks;	/* fields that must (not) have a value before */
	struct names checks;	/* what data cannot say: see rules_task.c */
	bool unblocked;		/* no gate may be blocked */
	bool reason;		/* a reason is required */
	bool edits;		/* text and free fields may change in the same act */
	struct names changes;	/* free fields that may change with it, without that */
	struct set_rule *sets;
	size_t sets_nr;
	struct record_rule *records;
	size_t records_nr;
};

/* A section needs so many items, always or when a field has a value. */
struct item_rule {
	const char *section, *field, *value;	/* field: NULL = always */
	size_t least;
};

/* What a kind of packet asks for beyond its fields and sections, and what follows
 * from it (model/packet.h). */
struct packet_rules {
	struct names not_by;		/* contributor, asker: whose principal may not write it */
	struct names after;		/* kinds that answered the same packet before */
	bool once;			/* once in a row of packets that answer each other */
	struct names until;		/* it is open until one of these kinds answers it */
	struct names blocks;		/* actions of its document, as long as it is open */
	struct field_case *when;	/* it blocks when a field has one of the values */
	size_t when_nr;
	struct item_rule *items;
	size_t items_nr;
	struct names checks;		/* what data cannot say: see rules_record.c */
	const char *heading;		/* of it as a message; NULL: the kind's name */
	bool part;			/* who writes one has a part in the work */
};

enum id_style { ID_TITLE_RANDOM, ID_TITLE, ID_NAME };

struct type {
	const char *name, *title;
	const struct type *base;
	const char *place, *archive;	/* templates; NULL = paths only / never archived */
	struct names patterns;		/* of paths (those of place and archive included) */
	enum id_style id_style;
	struct names create, edit;	/* powers */
	struct names sections;		/* always required */
	const char *sections_by;	/* a field whose value chooses more sections */
	struct section_case {
		const char *value;
		struct names sections;
	} *cases;
	size_t cases_nr;
	struct field *fields;
	size_t fields_nr;
	struct state *states;
	size_t states_nr;
	struct transition *transitions;
	size_t transitions_nr;
	struct names titles;		/* of all sections that any of these asks for, once each */
	bool abstract;			/* its kinds are other types, see kinds_by */
	const char *kinds_by;		/* the field that names the kind */
	const char *status;		/* the field that holds the status */
	bool append_only;		/* never changed or deleted */
	bool protected;			/* a power.protected finding, not power.missing */
	struct packet_rules packet;
	bool unlinked;			/* links in it are not followed */
	struct names absent;		/* patterns of paths that need not be there */
	struct freshness {
		const char *until;	/* a date that is not past; or NULL */
		const char *since;	/* a date that is at most `within` ago; or NULL */
		struct period within;
	} fresh;
	const struct conf *at;		/* for messages */
};

/* Read all types of the merged configuration.  Directory names in templates
 * ({tasks}, …) come from `directories`. */
int types_read(struct type **out, size_t *nr, struct conf_reader *r,
	       const struct conf *types, const struct conf *directories);

/* type_packet.c: the parts of a type that sections and packets are about. */
void type_read_sections(struct conf_reader *r, struct type *t, const struct conf *c);
void type_read_packet(struct conf_reader *r, struct type *t, const struct conf *c);
/* Values of other fields: {FIELD: [VALUES]}. */
void type_read_when(struct conf_reader *r, struct field_case **out, size_t *nr,
		    const struct conf *when, const char *key);

const struct field *type_field(const struct type *t, const char *name);
/* What to type for a transition: "ops assign swap-7k2f"; without an id only the command.  NULL
 * when out of memory. */
const char *transition_command(struct arena *arena, const struct transition *tr, const char *id);
/* The state of a name or an alias of it; NULL if there is none. */
const struct state *type_state(const struct type *t, const char *name);
const struct state *type_initial(const struct type *t);	/* NULL: no states */
/* Whether some transition of the type sets that field, or it is guarded. */
bool type_guards(const struct type *t, const char *field);
/* Whether some transition of the type needs a gate approved. */
bool type_passes_gates(const struct type *t);
/* Whether the sections of each document of the type are looked at. */
bool type_needs_sections(const struct type *t);
/* The type, or one it is based on, is called `name`. */
bool type_is(const struct type *t, const char *name);
/* Whether two, of one configuration or of two, have one name, and those they are based on, too.
 * Two NULLs are the same. */
bool type_same(const struct type *a, const struct type *b);

/* Whether documents of the type may name this path although nothing is there. */
bool type_lets_lack(const struct type *t, const char *path);

/* The directory in which a document of this id lies where a place says {shard}: so many of
 * them share what would be one very wide directory.  A part of the digest of the id. */
#define TYPE_SHARD 2
void type_shard(char out[TYPE_SHARD + 1], const char *id);
/* Whether a place is parted so: a field of that name means itself. */
bool type_is_sharded(const struct type *t, const char *template);

/* Fill a place template: {id} and {Name} by `value` (of a path its stem), which returns NULL for a
 * name it does not know.  NULL with *missing set, or when out of memory. */
const char *type_place(struct arena *arena, const char *template,
		       const char *(*value)(const char *name, void *payload),
		       void *payload, const char **missing);

/* The items of a list, as they stand or as its separator parts them; a single value
 * is one item.  Returns 0 or OPS_ENOMEM. */
int field_items(struct names *out, struct arena *arena, const struct field *f,
		const struct yaml_node *value);

/* Why a value is wrong for a field, as a phrase; NULL when it is right.
 * Names of documents, agents, gates are only checked for form. */
const char *field_fault(struct arena *arena, const struct type *t,
			const struct field *f, const struct yaml_node *value);

#endif
