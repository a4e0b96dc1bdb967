/* SPDX-License-Identifier: MIT */
/*
 * Which commits a range has, against counting on random graphs, and in which order; what is
 * put into files; where trees differ, against looking at every entry.
 */
#include "trash.h"

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "store/history.h"
#include "store/tree.h"

#define COMMITS 60

static uint32_t state;

static unsigned chance(unsigned below)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 12) % below;
}

/* A graph, and which commits each can reach. */
struct graph {
	unsigned parents[COMMITS][3], parents_nr[COMMITS];
	bool reaches[COMMITS][COMMITS];
	struct oid ids[COMMITS];
};

enum dates { DATES_TRUE, DATES_EQUAL, DATES_RANDOM };

static void add_commit(struct graph *g, FILE *script, unsigned i, enum dates dates,
		       bool linear)
{
	unsigned nr = i == 0 ? 0 : linear ? 1 : 1 + (chance(3) == 0) + (chance(9) == 0);
	unsigned k, p, q;

	g->reaches[i][i] = true;
	fprintf(script, "commit refs/heads/c%u\nmark :%u\ncommitter C%u <c@x> %u +0000\n"
		"data 0\n", i, i + 1, i, dates == DATES_EQUAL ? 1700000000 : dates == DATES_TRUE ?
		1700000000 + i : 1700000000 + chance(1000));
	for (k = 0; k < nr; k++) {
		p = linear || chance(2) ? i - 1 : chance(i);
		for (q = 0; q < g->parents_nr[i]; q++)
			if (g->parents[i][q] == p)
				break;
		if (q < g->parents_nr[i])
			continue;
		g->parents[i][g->parents_nr[i]++] = p;
		fprintf(script, "%s :%u\n", q ? "merge" : "from", p + 1);
		for (q = 0; q < COMMITS; q++)
			g->reaches[i][q] = g->reaches[i][q] || g->reaches[p][q];
	}
}

static struct store *make_graph(struct graph *g, enum dates dates, bool linear)
{
	struct ops_error err = { 0 };
	struct store *s;
	char name[32];
	FILE *script;
	unsigned i;

	memset(g, 0, sizeof(*g));
	trash_make();
	script = fopen("script", "w");
	ck_assert_ptr_nonnull(script);
	for (i = 0; i < COMMITS; i++)
		add_commit(g, script, i, dates, linear);
	fclose(script);
	trash_do("cd r && git fast-import --quiet <../script");
	s = trash_open("r");
	for (i = 0; i < COMMITS; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		ck_assert_int_eq(store_resolve(&g->ids[i], s, name, &err), 0);
	}
	return s;
}

static unsigned index_of(const struct graph *g, const struct oid *id)
{
	unsigned i = 0;

	while (i < COMMITS && !oid_equal(&g->ids[i], id))
		i++;
	ck_assert_uint_lt(i, COMMITS);
	return i;
}

/* Nothing new is left out, and nothing is there twice or before its parents; without a
 * lie nothing old is left in.  Returns how many old ones there are. */
static unsigned check_list(const struct graph *g, struct store *s, unsigned tip, unsigned hide)
{
	bool listed[COMMITS] = { false }, hides = hide < COMMITS;
	struct ops_error err = { 0 };
	unsigned i, k, at, old = 0;
	struct history h = { .nr = 0 };

	ck_assert_msg(history_list(&h, s, &g->ids[tip], hides ? &g->ids[hide] : NULL, 0,
				   &err) == 0, "%s", err.message);
	ck_assert(h.descends == (hides && g->reaches[tip][hide]));
	for (i = 0; i < h.nr; i++) {
		at = index_of(g, &h.list[i]);
		ck_assert(!listed[at]);
		listed[at] = true;
		ck_assert(g->reaches[tip][at]);
		old += hides && g->reaches[hide][at];
		for (k = 0; k < g->parents_nr[at]; k++)
			ck_assert(listed[g->parents[at][k]] ||
				  (hides && g->reaches[hide][g->parents[at][k]]));
	}
	for (i = 0; i < COMMITS; i++)
		ck_assert_msg(listed[i] || !g->reaches[tip][i] ||
			      (hides && g->reaches[hide][i]), "%u of %u..%u is left out", i,
			      hide, tip);
	history_release(&h);
	return old;
}

UNIT_TEST(history_list_is_what_can_be_reached)
{
	struct graph g;
	struct store *s;
	unsigned tip, hide, seed;

	for (seed = 1; seed < 4; seed++) {
		state = seed;
		s = make_graph(&g, DATES_TRUE, false);
		for (tip = 0; tip < COMMITS; tip++)
			for (hide = tip % 3; hide <= COMMITS; hide += 3)
				ck_assert_uint_eq(check_list(&g, s, tip, hide), 0);
		store_close(s);
		trash_end();
	}
}

UNIT_TEST(history_list_leaves_nothing_out_when_dates_lie)
{
	struct graph g;
	struct store *s;
	unsigned tip, hide, seed;

	for (seed = 5; seed < 8; seed++) {
		state = seed;
		s = make_graph(&g, seed == 5 ? DATES_EQUAL : DATES_RANDOM, false);
		for (tip = 0; tip < COMMITS; tip++)
			for (hide = tip % 3; hide <= COMMITS; hide += 3)
				check_list(&g, s, tip, hide);
		store_close(s);
		trash_end();
	}
}

UNIT_TEST(history_list_of_a_line_is_exact_whatever_the_dates)
{
	struct graph g;
	struct store *s;
	unsigned hide, seed;

	for (seed = 8; seed < 10; seed++) {
		state = seed;
		s = make_graph(&g, seed == 8 ? DATES_EQUAL : DATES_RANDOM, true);
		for (hide = 0; hide < COMMITS; hide++)
			ck_assert_uint_eq(check_list(&g, s, COMMITS - 1, hide), 0);
		store_close(s);
		trash_end();
	}
}

UNIT_TEST(history_list_follows_no_graft_and_no_replacement)
{
	struct ops_error err = { 0 };
	struct graph g;
	struct store *s;
	struct history h = { .nr = 0 };

	s = make_graph(&g, DATES_TRUE, true);
	store_close(s);
	trash_do("cd r && git config advice.graftFileDeprecated false && "
		 "git rev-parse c40 >.git/info/grafts && git replace --graft c30 && "
		 "git rev-list --count c59 >../seen && "
		 "grep -qx 20 ../seen");
	s = trash_open("r");
	ck_assert_uint_eq(check_list(&g, s, COMMITS - 1, COMMITS), 0);
	ck_assert_int_eq(history_list(&h, s, &g.ids[59], NULL, 59, &err),
			 OPS_EREFUSED);
	ck_assert_int_eq(history_list(&h, s, &g.ids[59], &g.ids[9], 50, &err), 0);
	ck_assert_uint_eq(h.nr, 50);
	history_release(&h);
	store_close(s);
	trash_do("rm r/.git/info/grafts");
	trash_end();
}

UNIT_TEST(history_list_ends_where_a_shallow_clone_does)
{
	struct ops_error err = { 0 };
	struct graph g;
	struct store *s;
	struct history h = { .nr = 0 };

	s = make_graph(&g, DATES_TRUE, true);
	ck_assert(!store_is_shallow(s));
	ck_assert(!store_is_cut(s, &g.ids[50]));
	store_close(s);
	trash_do("git clone -q --depth 10 --branch c59 \"file://$PWD/r\" part");
	s = trash_open("part");
	ck_assert(store_is_shallow(s));
	ck_assert(store_is_cut(s, &g.ids[50]));
	ck_assert(!store_is_cut(s, &g.ids[51]));
	ck_assert_int_eq(history_list(&h, s, &g.ids[59], NULL, 0, &err), 0);
	ck_assert_uint_eq(h.nr, 10);
	ck_assert(oid_equal(&h.list[0], &g.ids[50]));
	history_release(&h);
	store_close(s);
	/* A file that cannot be read says that nothing is whole. */
	trash_do("echo nonsense >part/.git/shallow");
	s = trash_open("r");
	store_close(s);
	trash_end();
}

/* --- a long history --- */

#define LONG 36000

/* Of each commit the ones before it; every tenth or so is a merge, and 0 the only beginning. */
struct long_graph {
	unsigned parents[LONG][3], parents_nr[LONG], order[LONG];
	bool met[LONG], line[LONG];
	struct oid ids[LONG];
};

static void write_long(struct long_graph *g, FILE *script)
{
	unsigned i, k, nr;

	for (i = 0; i < LONG; i++) {
		nr = i == 0 ? 0 : i > 5 && chance(10) == 0 ? 2 + chance(2) : 1;
		for (k = 0; k < nr; k++)
			g->parents[i][k] = k ? i - 2 - k : i - 1 - (i > 5 && chance(20) == 0);
		g->parents_nr[i] = nr;
		fprintf(script, "commit refs/heads/main\nmark :%u\ncommitter C <c@x> %u +0000\n"
			"data 8\n%08u", i + 1, 1700000000 + i, i);
		for (k = 0; k < nr; k++)
			fprintf(script, "%s :%u\n", k ? "merge" : "\nfrom", g->parents[i][k] + 1);
		fprintf(script, "\n");
	}
}

/* What is listed of `tip`, all below `hide` being met; how many. */
static unsigned order_of(struct long_graph *g, unsigned tip, unsigned hide)
{
	unsigned *stack = malloc(LONG * sizeof(*stack)), *next = calloc(LONG, sizeof(*next));
	unsigned depth = 0, nr = 0, i, k;

	ck_assert(stack && next);
	memset(g->met, 0, sizeof(g->met));
	memset(g->line, 0, sizeof(g->line));
	for (i = hide + 1; hide < LONG && i-- > 0;)
		if (i == hide || g->met[i])
			for (g->met[i] = true, k = 0; k < g->parents_nr[i]; k++)
				g->met[g->parents[i][k]] = true;
	for (i = tip; !g->met[i]; i = g->parents[i][0]) {
		g->line[i] = true;
		if (!g->parents_nr[i])
			break;
	}
	for (stack[depth++] = tip, g->met[tip] = true; depth;) {
		i = stack[depth - 1];
		if (next[i] == g->parents_nr[i]) {
			g->order[nr++] = stack[--depth];
			continue;
		}
		k = g->parents[i][next[i]++];
		if (!g->met[k])
			stack[depth++] = k;
		g->met[k] = true;
	}
	free(stack);
	free(next);
	return nr;
}

static void check_long(struct long_graph *g, struct store *s, unsigned tip, unsigned hide)
{
	struct history h = { .nr = 0 };
	struct ops_error err = { 0 };
	unsigned i, nr = order_of(g, tip, hide);

	ck_assert_msg(history_list(&h, s, &g->ids[tip], hide < LONG ? &g->ids[hide] : NULL, 0,
				   &err) == 0, "%s", err.message);
	ck_assert_uint_eq(h.nr, nr);
	for (i = 0; i < nr; i++) {
		if (i % 5000 == 0)
			history_rest(&h, i);
		ck_assert_msg(oid_equal(&h.list[i], &g->ids[g->order[i]]), "%u is another", i);
		ck_assert(history_in_line(h.line, i) == g->line[g->order[i]]);
	}
	history_release(&h);
}

static void check_all_long(struct long_graph *g, bool file)
{
	struct store *s = trash_open("r");
	struct history h = { .nr = 0 };
	struct ops_error err = { 0 };

	check_long(g, s, LONG - 1, LONG);
	check_long(g, s, LONG - 1, LONG - 9);
	check_long(g, s, LONG - 1, LONG - 9000);
	/* More is new than is good to have in memory. */
	check_long(g, s, LONG - 1, 20);
	ck_assert_int_eq(history_list(&h, s, &g->ids[LONG - 1], NULL, 0, &err), 0);
	ck_assert(h.bytes.has_file == file);
	history_release(&h);
	store_close(s);
}

UNIT_TEST(history_list_has_one_order_however_long)
{
	struct long_graph *g = calloc(1, sizeof(*g));
	char line[64];
	FILE *script;
	unsigned i;

	ck_assert_ptr_nonnull(g);
	state = 11;
	trash_make();
	script = fopen("script", "w");
	ck_assert_ptr_nonnull(script);
	write_long(g, script);
	fclose(script);
	trash_do("cd r && git fast-import --quiet --force --export-marks=../marks <../script && "
		 "sort -n -k 1.2 ../marks >../sorted");
	script = fopen("sorted", "r");
	ck_assert_ptr_nonnull(script);
	for (i = 0; i < LONG; i++) {
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), script));
		*strchr(line, '\n') = '\0';
		ck_assert(oid_parse(&g->ids[i], strchr(line, ' ') + 1));
	}
	fclose(script);
	check_all_long(g, true);
	trash_do("test -z \"$(ls -A r/.git/ops)\"");
	/* Nowhere to put a file, and an index that says no places. */
	trash_do("cd r && rmdir .git/ops && >.git/ops && cd .git/objects/pack && rm -f *.idx && "
		 "git index-pack --index-version=1 *.pack >seen");
	check_all_long(g, false);
	trash_do("rm r/.git/ops r/.git/objects/pack/seen");
	free(g);
	trash_end();
}

/* --- bytes in a file --- */

/* The same is added and taken there and here.  What the tests note of each check is a file, too:
 * there are none while one may be full. */
static bool spill_is_sound(struct store *s, bool file)
{
	static unsigned char here[1 << 20], piece[4096];
	struct spill bytes = { .store = s };
	size_t nr = 0, len, round, i;
	void *all = NULL;
	bool sound = true;

	for (round = 0; sound && round < 3000; round++) {
		len = chance(20) ? chance(1500) : chance(sizeof(piece));
		if (chance(5) < 3 + (round < 1000) && nr + len <= sizeof(here)) {
			for (i = 0; i < len; i++)
				here[nr + i] = (unsigned char)chance(256);
			sound = spill_add(&bytes, here + nr, len, NULL) == 0;
			nr += len;
			continue;
		}
		len = len < nr ? len : nr;
		sound = spill_take(piece, &bytes, len, NULL) == 0;
		nr -= len;
		sound = sound && !memcmp(piece, here + nr, len);
	}
	sound = sound && nr > 200000 && spill_len(&bytes) == nr && bytes.has_file == file &&
		spill_all(&all, &bytes, NULL) == 0 && !memcmp(all, here, nr);
	spill_rest(&bytes, nr / 2);
	sound = sound && !memcmp(all, here, nr);
	spill_release(&bytes);
	return sound && spill_len(&bytes) == 0;
}

/* A disk that is full behind so many bytes. */
static void limit_files(rlim_t max)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

UNIT_TEST(spill_gives_back_what_it_took)
{
	struct store *s;
	bool full;

	state = 12;
	trash_make();
	s = trash_open("r");
	ck_assert(spill_is_sound(s, true));
	trash_do("test -z \"$(ls -A r/.git/ops)\"");
	limit_files(150000);
	full = spill_is_sound(s, false);
	limit_files(RLIM_INFINITY);
	ck_assert(full);
	trash_do("rmdir r/.git/ops && >r/.git/ops");
	ck_assert(spill_is_sound(s, false));
	trash_do("rm r/.git/ops");
	store_close(s);
	trash_end();
}

/* --- trees that are kept --- */

#define DIRS 1500
#define ARCHIVE 30

static void load_dir(struct tree **out, struct store *s, const struct tree *root, size_t i)
{
	struct tree_entry e = tree_at(root, i);
	struct oid id;

	memcpy(id.id, e.id, sizeof(id.id));
	ck_assert_int_eq(tree_load(out, s, &id, NULL), 0);
}

UNIT_TEST(trees_that_are_asked_for_again_are_kept)
{
	struct tree *root, *t, *archive[ARCHIVE];
	char hex[64] = "";
	struct store *s;
	struct oid id;
	unsigned i, k, same = 0;
	FILE *file;

	trash_make();
	file = fopen("script", "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "commit refs/heads/main\ncommitter C <c@x> 1700000000 +0000\ndata 0\n");
	for (i = 0; i < DIRS; i++)
		fprintf(file, "M 100644 inline d%04u/f\ndata 4\n%04u\n", i, i);
	fclose(file);
	trash_do("cd r && git fast-import --quiet --force <../script && "
		 "git rev-parse 'main^{tree}' >../tree");
	file = fopen("tree", "r");
	ck_assert(file && fgets(hex, sizeof(hex), file));
	fclose(file);
	hex[OID_HEX] = '\0';
	ck_assert(oid_parse(&id, hex));
	s = trash_open("r");
	ck_assert(tree_load(&root, s, &id, NULL) == 0 && tree_index(root, NULL) == 0);
	for (k = 0; k < ARCHIVE; k++)
		load_dir(&archive[k], s, root, k);
	for (i = ARCHIVE; i < DIRS; i++) {
		load_dir(&t, s, root, i);
		tree_unref(t);
		for (k = 0; i % 30 == 0 && k < ARCHIVE; k++) {
			load_dir(&t, s, root, k);
			tree_unref(t);
		}
	}
	for (k = 0; k < ARCHIVE; k++) {
		load_dir(&t, s, root, k);
		same += t == archive[k];
		tree_unref(t);
		tree_unref(archive[k]);
	}
	ck_assert_msg(same > ARCHIVE / 2, "%u were kept", same);
	tree_unref(root);
	store_close(s);
	trash_end();
}

/* --- trees --- */

#define ENTRIES 40

/* A tree of some of the names below; `salt` chooses which, and what is in them. */
static void make_tree(struct tree *t, char *raw, const unsigned char kinds[ENTRIES])
{
	size_t len = 0, i, k;

	for (i = 0; i < ENTRIES; i++) {
		if (!kinds[i])
			continue;
		len += (size_t)sprintf(raw + len, "%s f%02zu%.*s",
				       kinds[i] % 5 == 4 ? "40000" : "100644", i,
				       kinds[i] % 3, "xyz") + 1;
		for (k = 0; k < 20; k++)
			raw[len++] = (char)(kinds[i] * (k % 4 ? 0 : 1));
	}
	memset(t, 0, sizeof(*t));
	t->raw = raw;
	t->len = len;
	t->refs = 1;
}

static bool same_entry(const struct tree *a, size_t i, const struct tree *b, size_t k)
{
	size_t len = a->at[i + 1] - a->at[i];

	return len == b->at[k + 1] - b->at[k] &&
	       !memcmp(a->raw + a->at[i], b->raw + b->at[k], len);
}

UNIT_TEST(tree_compare_finds_all_that_differs)
{
	static char one[ENTRIES * 40], two[ENTRIES * 40];
	unsigned char kinds[ENTRIES];
	struct ops_error err = { 0 };
	struct tree_middle m;
	struct tree a, b, plain;
	unsigned round, edits, i;

	state = 77;
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < ENTRIES; i++)
			kinds[i] = (unsigned char)(chance(3) ? 1 + chance(6) : 0);
		make_tree(&a, one, kinds);
		for (edits = chance(4); edits; edits--)
			kinds[chance(ENTRIES)] = (unsigned char)chance(7);
		make_tree(&b, two, kinds);
		plain = b;
		ck_assert_int_eq(tree_index(&plain, &err), 0);
		ck_assert_int_eq(tree_compare(&m, &a, &b, &err), 0);
		ck_assert_uint_eq(b.nr, plain.nr);
		ck_assert_mem_eq(b.at, plain.at, (b.nr + 1) * sizeof(*b.at));
		ck_assert_uint_eq(m.a_from, m.b_from);
		ck_assert_uint_eq(a.nr - m.a_to, b.nr - m.b_to);
		for (i = 0; i < m.a_from; i++)
			ck_assert(same_entry(&a, i, &b, i));
		for (i = 0; m.a_to + i < a.nr; i++)
			ck_assert(same_entry(&a, m.a_to + i, &b, m.b_to + i));
		free(a.at);
		free(b.at);
		free(plain.at);
	}
}

UNIT_TEST(tree_compare_is_not_fooled_by_a_name_like_an_entry)
{
	static const char one[] = "100644 q100644 n\0iiiiiiiiiiiiiiiiiiii";
	static const char two[] = "100644 q\0kkkkkkkkkkkkkkkkkkkk100644 n\0iiiiiiiiiiiiiiiiiiii";
	struct tree a = { .raw = one, .len = sizeof(one) - 1 };
	struct tree b = { .raw = two, .len = sizeof(two) - 1 };
	struct ops_error err = { 0 };
	struct tree_middle m;

	ck_assert_int_eq(tree_compare(&m, &a, &b, &err), 0);
	ck_assert_uint_eq(b.nr, 2);
	ck_assert_uint_eq(m.a_to - m.a_from, 1);
	ck_assert_uint_eq(m.b_to - m.b_from, 2);
	free(a.at);
	free(b.at);
}

UNIT_TEST(tree_compare_refuses_what_is_malformed)
{
	static const char good[] = "100644 a\0aaaaaaaaaaaaaaaaaaaa100644 b\0bbbbbbbbbbbbbbbbbbbb";
	static const char *const bad[] = {
		"100644 a\0aaaaaaaaaaaaaaaaaaaa100644 b\0bbbbbbbbbbbbbbbbbbb",
		"100644 a\0aaaaaaaaaaaaaaaaaaaa100648 b\0bbbbbbbbbbbbbbbbbbbb",
		"100644 a\0aaaaaaaaaaaaaaaaaaaa100644 \0bbbbbbbbbbbbbbbbbbbbb",
		"100644 a\0aaaaaaaaaaaaaaaaaaaa10064411 b\0bbbbbbbbbbbbbbbbbb",
	};
	struct ops_error err = { 0 };
	struct tree_middle m;
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++) {
		struct tree a = { .raw = good, .len = sizeof(good) - 1 };
		struct tree b = { .raw = bad[i], .len = sizeof(good) - 1 - (i == 0) };

		ck_assert_int_eq(tree_compare(&m, &a, &b, &err), OPS_EIO);
		ck_assert_ptr_null(b.at);
		ck_assert_int_eq(tree_compare(&m, &b, &a, &err), OPS_EIO);
		free(a.at);
	}
}

UNIT_MAIN("history", history_list_is_what_can_be_reached,
	  history_list_leaves_nothing_out_when_dates_lie,
	  history_list_of_a_line_is_exact_whatever_the_dates,
	  history_list_follows_no_graft_and_no_replacement,
	  history_list_ends_where_a_shallow_clone_does, history_list_has_one_order_however_long,
	  spill_gives_back_what_it_took, trees_that_are_asked_for_again_are_kept,
	  tree_compare_finds_all_that_differs,
	  tree_compare_is_not_fooled_by_a_name_like_an_entry,
	  tree_compare_refuses_what_is_malformed)
