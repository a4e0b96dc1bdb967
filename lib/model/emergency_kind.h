/* SPDX-License-Identifier: MIT */
#ifndef MODEL_EMERGENCY_KIND_H
#define MODEL_EMERGENCY_KIND_H

/* The kinds of emergencies, as data: the key `emergencies` of the configuration. */

#include "model/type.h"

struct emergency_kind {
	const char *name, *title;
	struct names by;		/* powers: who declares and ends it */
	struct names needs;		/* fields that one has to have */
	struct names alerts;		/* to whom it is addressed */
	struct names actions;		/* that it refuses ... */
	struct field_case *when;	/* ... of tasks where a field has one of the values */
	size_t when_nr;
	struct names shows;		/* lists: see emergency_lists */
	struct names steps;		/* what is to be done */
};

struct emergency_kinds {
	struct emergency_kind *list;
	size_t nr;
};

/* What `shows` can name, with blanks between. */
extern const char emergency_lists[];

void emergencies_read(struct emergency_kinds *out, struct conf_reader *r,
		      const struct conf *map);

/* NULL: there is none of that name. */
const struct emergency_kind *emergency_kind(const struct emergency_kinds *kinds,
					    const char *name);

#endif
