/* SPDX-License-Identifier: MIT */
/*
 * Whether patterns have a path in common.
 *
 * Braces are expanded; then each pattern is a list of parts, and a part is a list of
 * tokens.  Both levels are decided as the product of small automata: a path, part by part,
 * that leads all patterns to their ends, and for one part of each a name, character by
 * character.  No file is listed: what does not exist yet can be shared, too.
 *
 * Must never answer PATHS_APART without having proved it.
 */
#include "util/path.h"

#include <stdint.h>
#include <string.h>

#include "util/path_inside.h"
#include "util/utf8.h"

#define SIDES 3					/* patterns; "**" where there are fewer */
#define TOKENS_MAX (2 * PATH_PART_MAX + 1)	/* characters with a star around each */
#define PARTS_MAX (2 * PATH_DEPTH_MAX + 1)	/* likewise with "**" */
#define WORK_MAX 30000000			/* steps: well below a second */
#define WORK_MIN 250				/* of the smallest comparison */
#define NAME_PLACES_MAX (1 << 18)		/* places in all globs at once */
#define PATH_PLACES_MAX 7680			/* places in all patterns at once */
#define NAMES 4					/* what is known of a name: see named() */

/* One character of a part of a pattern, or any number of any. */
struct token {
	enum { TOKEN_STAR, TOKEN_ANY, TOKEN_ONE, TOKEN_SET } kind;
	uint32_t one;
	const char *set, *close;
};

struct glob {
	struct token tokens[TOKENS_MAX];
	size_t nr;
	bool never;		/* matches no name */
};

/* A part: a glob, or any number of names. */
struct pattern {
	struct {
		const char *text, *end;
		bool deep;
	} parts[PARTS_MAX];
	size_t nr;
	bool never;		/* matches no path */
};

/* A place in each of the sides, as one number: the sum of the places times their steps. */
struct places {
	size_t step[SIDES], nr;
};

struct comparing {
	const char *texts[SIDES];	/* with their braces */
	struct pattern sides[SIDES];	/* one choice of each */
	size_t level;			/* the side to choose next */
	char *example;
	size_t work, limit;		/* steps */
	bool undecided;
};

static size_t place_in(const struct places *p, size_t place, size_t side)
{
	size_t whole = side + 1 < SIDES ? p->step[side + 1] : p->nr;

	return place % whole / p->step[side];
}

static void read_glob(struct glob *g, const char *p, const char *end)
{
	size_t characters = 0;
	size_t step;

	g->nr = 0;
	g->never = p == end;
	for (; p < end; p += step) {
		struct token t = { .kind = TOKEN_ONE };

		step = 1;
		if (*p == '*') {
			t.kind = TOKEN_STAR;
			if (g->nr && g->tokens[g->nr - 1].kind == TOKEN_STAR)
				continue;
		} else if (*p == '?') {
			t.kind = TOKEN_ANY;
		} else if (*p == '[' && (t.close = path_set_end(p, end))) {
			t.kind = TOKEN_SET;
			t.set = p;
			step = (size_t)(t.close - p) + 1;
		} else {
			step = utf8_decode(&t.one, p, (size_t)(end - p));
		}
		if (!step || (t.kind != TOKEN_STAR && ++characters > PATH_PART_MAX)) {
			g->never = true;
			return;
		}
		g->tokens[g->nr++] = t;
	}
}

static bool token_has(const struct token *t, uint32_t c)
{
	switch (t->kind) {
	case TOKEN_ONE:
		return t->one == c;
	case TOKEN_SET:
		return path_set_has(t->set, t->close, c);
	default:
		return true;
	}
}

static bool may_stand_in_a_name(uint32_t c)
{
	return c >= 0x20 && c != '/' && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) &&
	       !utf8_refused(c, false);
}

/* Whether all sides may have this character; a dot is wanted or not. */
static bool all_have(const struct token *const tokens[SIDES], uint32_t c, bool dot)
{
	size_t i;

	if ((c == '.') != dot || !may_stand_in_a_name(c))
		return false;
	for (i = 0; i < SIDES; i++)
		if (!token_has(tokens[i], c))
			return false;
	return true;
}

/* The same for the characters at which ranges of `of` begin, or end for a negated one. */
static bool all_have_of(uint32_t *out, const struct token *of,
			const struct token *const tokens[SIDES])
{
	const char *p = of->set;
	uint32_t c;

	if (of->kind == TOKEN_ONE) {
		*out = of->one;
		return all_have(tokens, of->one, false);
	}
	if (of->kind != TOKEN_SET)
		return false;
	for (p += p[1] == '!' || p[1] == '^' ? 2 : 1; p < of->close; ) {
		p += utf8_decode(&c, p, (size_t)(of->close - p));
		/* a '-' that makes a range is tried as well: no harm */
		if (all_have(tokens, *out = c, false) ||
		    all_have(tokens, *out = c + 1, false))
			return true;
	}
	return false;
}

/*
 * A character that is no dot and that all have.  What unions of ranges share begins where
 * one of the ranges begins, or behind one that is left out, or where the characters that
 * may stand in a name begin: it is enough to look there.
 */
static bool common_character(uint32_t *out, const struct token *const tokens[SIDES])
{
	/* what reads well; then behind each gap in may_stand_in_a_name(), and the dot's */
	static const uint32_t begins[] = {
		'a', 'b', 'x', 0x20, '0', 0xa0, 0x2010, 0x202f, 0x206a, 0xe000, 0xff00,
	};
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (all_have(tokens, *out = begins[i], false))
			return true;
	for (i = 0; i < SIDES; i++)
		if (all_have_of(out, tokens[i], tokens))
			return true;
	return false;
}

/*
 * What is known of a name after one character more: nothing of it yet 0, "." 1, ".." 2, anything
 * else 3.  Only the last is the name of something.
 */
static unsigned named(unsigned name, bool dot)
{
	return dot && name < NAMES - 1 ? name + 1 : NAMES - 1;
}

/* From which places in the globs, and with what name so far, a common name can be ended: one
 * bit each for the NAMES. */
struct endings {
	struct glob globs[SIDES];
	struct places places;
	unsigned char at[NAME_PLACES_MAX];
};

/* One step at a place: its tokens, where a character leads, which sides may be passed
 * over.  False when a side is at its end. */
static bool look(const struct token *tokens[SIDES], size_t *next, const struct endings *e,
		 size_t place)
{
	size_t i, in;

	*next = place;
	for (i = 0; i < SIDES; i++) {
		in = place_in(&e->places, place, i);
		if (in == e->globs[i].nr)
			return false;
		tokens[i] = &e->globs[i].tokens[in];
		if (tokens[i]->kind != TOKEN_STAR)
			*next += e->places.step[i];
	}
	return true;
}

/* Whether the star of a side at this place may stand for nothing more. */
static bool at_star(const struct endings *e, size_t place, size_t side)
{
	size_t in = place_in(&e->places, place, side);

	return in < e->globs[side].nr && e->globs[side].tokens[in].kind == TOKEN_STAR;
}

/* All places behind this one are known already. */
static unsigned endings_at(const struct endings *e, size_t place)
{
	const struct token *tokens[SIDES];
	unsigned good = 0, then, name;
	bool dot, other;
	size_t next, i;
	uint32_t c;

	if (place == e->places.nr - 1)
		return 1u << (NAMES - 1);
	for (i = 0; i < SIDES; i++)
		if (at_star(e, place, i))
			good |= e->at[place + e->places.step[i]];
	if (!look(tokens, &next, e, place))
		return good;
	dot = all_have(tokens, '.', true);
	other = common_character(&c, tokens);
	for (name = NAMES; name-- > 0; ) {
		then = next == place ? good : e->at[next];
		if ((dot && then >> named(name, true) & 1) ||
		    (other && then >> named(name, false) & 1))
			good |= 1u << name;
	}
	return good;
}

/* Write a name that all match, of which `e` says that there is one. */
static size_t spell(char *out, size_t room, const struct endings *e)
{
	const struct token *tokens[SIDES];
	size_t place = 0, len = 0, next, i;
	unsigned name = 0;
	uint32_t c;

	while (place < e->places.nr - 1) {
		for (i = 0; i < SIDES; i++)
			if (at_star(e, place, i) &&
			    e->at[place + e->places.step[i]] >> name & 1)
				break;
		if (i < SIDES) {
			place += e->places.step[i];
			continue;
		}
		(void)look(tokens, &next, e, place);
		if (!common_character(&c, tokens) ||
		    !(e->at[next] >> named(name, false) & 1))
			c = '.';
		name = named(name, c == '.');
		if (len + 4 < room)
			len += utf8_encode(out + len, c);
		place = next;
	}
	return len;
}

/* Whether a name matches the parts at these places; it is written to `out`, which may be
 * NULL. */
static bool names_overlap(struct comparing *x, size_t *written, char *out, size_t room,
			  const size_t parts[SIDES])
{
	static const char star[] = "*";
	struct endings e;
	size_t i;

	e.places.nr = 1;
	for (i = 0; i < SIDES; i++) {
		bool deep = x->sides[i].parts[parts[i]].deep;

		read_glob(&e.globs[i], deep ? star : x->sides[i].parts[parts[i]].text,
			  deep ? star + 1 : x->sides[i].parts[parts[i]].end);
		if (e.globs[i].never)
			return false;
		e.places.step[i] = e.places.nr;
		e.places.nr *= e.globs[i].nr + 1;
	}
	x->work += e.places.nr;
	if (e.places.nr > NAME_PLACES_MAX) {
		x->undecided = true;
		return false;
	}
	for (i = e.places.nr; i-- > 0; )
		e.at[i] = (unsigned char)endings_at(&e, i);
	if (!(e.at[0] & 1))
		return false;
	if (out)
		*written = spell(out, room, &e);
	return true;
}

/* The parts of a pattern without braces. */
static void read_pattern(struct pattern *p, const char *text)
{
	size_t names = 0;

	p->nr = 0;
	p->never = false;
	while (text) {
		const char *end = text + strcspn(text, "/");
		bool below = !*text && p->nr;	/* it ended in '/': all below */
		bool deep = !below && path_is_deep_star(text);

		if (below) {
			text = "*";
			end = text + 1;
		}
		if (!deep && ++names > PATH_DEPTH_MAX) {
			p->never = true;
			return;
		}
		if (!deep || !p->nr || !p->parts[p->nr - 1].deep) {
			p->parts[p->nr].text = text;
			p->parts[p->nr].end = end;
			p->parts[p->nr++].deep = deep;
		}
		if (below && p->nr < PARTS_MAX) {
			p->parts[p->nr].text = "**";
			p->parts[p->nr].end = "";
			p->parts[p->nr++].deep = true;
		}
		text = *end && !below ? end + 1 : NULL;
	}
}

/* How the lists of parts came, with each length of the path, to a place in all: from which
 * place the last name led, plus 1 (0: not come). */
struct ways {
	struct places places;
	uint16_t from[PATH_DEPTH_MAX + 1][PATH_PLACES_MAX];
};

/* "**" may also stand for nothing. */
static void pass_deep_stars(struct ways *w, size_t depth, const struct comparing *x)
{
	size_t place, i;

	for (place = 0; place < w->places.nr; place++) {
		for (i = 0; w->from[depth][place] && i < SIDES; i++) {
			size_t in = place_in(&w->places, place, i);
			size_t to = place + w->places.step[i];

			if (in < x->sides[i].nr && x->sides[i].parts[in].deep &&
			    !w->from[depth][to])
				w->from[depth][to] = w->from[depth][place];
		}
	}
}

static void one_name_more(struct ways *w, size_t depth, struct comparing *x)
{
	size_t place, to, i, parts[SIDES];

	for (place = 0; place < w->places.nr; place++) {
		if (!w->from[depth][place])
			continue;
		to = place;
		for (i = 0; i < SIDES; i++) {
			parts[i] = place_in(&w->places, place, i);
			if (parts[i] == x->sides[i].nr)
				break;
			if (!x->sides[i].parts[parts[i]].deep)
				to += w->places.step[i];
		}
		if (i == SIDES && !w->from[depth + 1][to] &&
		    names_overlap(x, NULL, NULL, 0, parts))
			w->from[depth + 1][to] = (uint16_t)(place + 1);
	}
}

/* Write the path that was found. */
static void write_example(struct comparing *x, const struct ways *w, size_t depth)
{
	size_t at[PATH_DEPTH_MAX], parts[SIDES];
	size_t place = w->places.nr - 1, d, i, len = 0, written = 0;

	for (d = depth; d > 0; d--)
		place = at[d - 1] = w->from[d][place] - 1u;
	for (d = 0; d < depth; d++) {
		if (d && len < PATH_MAX_BYTES)
			x->example[len++] = '/';
		for (i = 0; i < SIDES; i++)
			parts[i] = place_in(&w->places, at[d], i);
		(void)names_overlap(x, &written, x->example + len, PATH_MAX_BYTES - len,
				    parts);
		len += written;
	}
	x->example[len] = '\0';
}

/* The patterns without their braces. */
static bool sides_overlap(struct comparing *x)
{
	struct ways w;
	size_t depth, i;

	w.places.nr = 1;
	for (i = 0; i < SIDES; i++) {
		w.places.step[i] = w.places.nr;
		w.places.nr *= x->sides[i].nr + 1;
	}
	if (w.places.nr > PATH_PLACES_MAX) {
		x->undecided = true;
		return false;
	}
	for (depth = 0; depth <= PATH_DEPTH_MAX; depth++)
		memset(w.from[depth], 0, w.places.nr * sizeof(**w.from));
	w.from[0][0] = 1;
	for (depth = 0; ; depth++) {
		pass_deep_stars(&w, depth, x);
		if (depth && w.from[depth][w.places.nr - 1]) {
			if (x->example)
				write_example(x, &w, depth);
			return true;
		}
		if (depth == PATH_DEPTH_MAX || x->work > x->limit)
			break;
		one_name_more(&w, depth, x);
	}
	x->undecided |= x->work > x->limit;
	return false;
}

/* Take this choice of one side, and go on with the next side. */
static bool choose(const char *pattern, void *payload)
{
	struct comparing *x = payload;
	bool found;

	if (x->work > x->limit)
		return false;
	read_pattern(&x->sides[x->level], pattern);
	if (x->sides[x->level].never)
		return false;
	if (x->level == SIDES - 1)
		return sides_overlap(x);
	x->level++;
	found = path_any_alternative(x->texts[x->level], choose, x);
	x->level--;
	return found;
}

static enum path_overlap compare(struct comparing *x)
{
	size_t i;

	if (x->example)
		*x->example = '\0';
	for (i = 0; i < SIDES; i++)
		if (path_pattern_fault(x->texts[i]))
			return PATHS_APART;
	if (path_any_alternative(x->texts[0], choose, x))
		return PATHS_OVERLAP;
	return x->undecided ? PATHS_UNDECIDED : PATHS_APART;
}

enum path_overlap path_overlap_of(char *example, const char *a, const char *b,
				  const char *c)
{
	struct comparing x = { .texts = { a, b, c }, .example = example,
			       .limit = WORK_MAX };

	return compare(&x);
}

enum path_overlap path_overlap_within(char *example, const char *a, const char *b,
				      size_t *steps)
{
	struct comparing x = { .texts = { a, b, "**" }, .example = example,
			       .work = WORK_MIN,
			       .limit = *steps < WORK_MAX ? *steps : WORK_MAX };
	enum path_overlap is = *steps <= WORK_MIN ? PATHS_UNDECIDED : compare(&x);

	*steps -= x.work < *steps ? x.work : *steps;
	return is;
}

enum path_overlap path_overlap(char *example, const char *a, const char *b)
{
	return path_overlap_of(example, a, b, "**");
}
