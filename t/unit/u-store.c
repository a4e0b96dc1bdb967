/* SPDX-License-Identifier: MIT */
/*
 * Opening repositories, branch of state, revisions, configuration, raw commits.
 */
#include "trash.h"

#include <sys/wait.h>

#include "store/history.h"
#include "store/past.h"
#include "store/snap.h"
#include "util/arena.h"

static int open_fails(const struct store_options *o, struct ops_error *err)
{
	struct store *s = NULL;
	int rc = store_open(&s, o, err);

	ck_assert_ptr_null(s);
	return rc;
}

/*
 * The same in a process that ends by running another program: libgit2 1.5
 * leaks when it meets an unknown extension, and that is not ours to report.
 */
static bool open_fails_with(const struct store_options *o, const char *part)
{
	struct ops_error err = { 0 };
	int status = 1;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		bool is = open_fails(o, &err) == OPS_EENVIRONMENT &&
			  strstr(err.message, part);

		execl("/bin/sh", "sh", "-c", is ? "exit 0" : "exit 1", (char *)NULL);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status == 0;
}

UNIT_TEST(oid_has_one_spelling)
{
	static const char *const bad[] = {
		"", "0123", "0123456789012345678901234567890123456789a",
		"ABCDEF6789012345678901234567890123456789",
		"g123456789012345678901234567890123456789"
	};
	char hex[OID_HEX + 1];
	struct oid oid, zero = { { 0 } };
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_msg(!oid_parse(&oid, bad[i]), "'%s'", bad[i]);
	ck_assert(oid_parse(&oid, "0123456789abcdef0123456789abcdef01234567"));
	oid_hex(hex, &oid);
	ck_assert_str_eq(hex, "0123456789abcdef0123456789abcdef01234567");
	ck_assert(oid_equal(&oid, &oid));
	ck_assert(!oid_equal(&oid, &zero));
	ck_assert(oid_is_zero(&zero));
	ck_assert(!oid_is_zero(&oid));
}

UNIT_TEST(open_finds_the_repository_from_below)
{
	struct store *s;
	char expected[300];

	trash_make();
	s = trash_open("r/active");
	snprintf(expected, sizeof(expected), "%s/r/.git", trash_dir);
	ck_assert_str_eq(store_git_dir(s), expected);
	ck_assert_str_eq(store_common_dir(s), expected);
	snprintf(expected, sizeof(expected), "%s/r", trash_dir);
	ck_assert_str_eq(store_work_dir(s), expected);
	ck_assert_str_eq(store_branch(s), "refs/heads/main");
	ck_assert(store_branch_is_head(s));
	ck_assert(!store_is_bare(s));
	ck_assert_ptr_null(store_busy_state(s));
	ck_assert(!store_is_shallow(s));
	store_close(s);
	trash_end();
}

UNIT_TEST(open_refuses_with_the_reason)
{
	struct store_options o = { .directory = "nothing" };
	struct ops_error err = { 0 };
	struct store *s = NULL;

	trash_make();
	trash_do("mkdir nothing && git clone -q --bare r b.git");
	o.ceiling = trash_dir;
	ck_assert_int_eq(open_fails(&o, &err), OPS_EENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "no git repository"));
	o.directory = "b.git";
	ck_assert_int_eq(open_fails(&o, &err), OPS_EENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "bare"));
	o.git_dir = "b.git";
	ck_assert_int_eq(store_open(&s, &o, &err), 0);
	ck_assert(store_is_bare(s));
	ck_assert_ptr_null(store_work_dir(s));
	store_close(s);
	o.git_dir = NULL;
	o.directory = "r";
	trash_do("git -C r config core.bare true");
	ck_assert_int_eq(open_fails(&o, &err), OPS_EENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "core.bare"));
	trash_do("git -C r config core.bare false");
	trash_do("git -C r config core.repositoryFormatVersion 1 && "
		 "git -C r config extensions.noSuchThing true");
	ck_assert(open_fails_with(&o, "nosuchthing"));
	ck_assert(!open_fails_with(&o, "some other thing"));
	trash_do("rm -rf r && git init -q --object-format=sha256 r");
	ck_assert(open_fails_with(&o, "this build cannot read"));
	trash_do("rm -rf r");
	trash_end();
}

UNIT_TEST(open_explains_a_foreign_owner)
{
	struct store_options o = { .directory = "r" };
	struct ops_error err = { 0 };

	trash_make();
	if (geteuid() == 0) {
		trash_do("chown -R 12345 r");
		ck_assert_int_eq(open_fails(&o, &err), OPS_EENVIRONMENT);
		ck_assert_ptr_nonnull(strstr(err.message, "belongs to another"));
		trash_do("chown -R 0 r");
	}
	trash_end();
}

UNIT_TEST(branch_of_state_comes_from_option_then_configuration)
{
	struct store_options o = { .directory = "r", .branch = "other/one" };
	struct ops_error err = { 0 };
	struct store *s = NULL;

	trash_make();
	ck_assert_int_eq(store_open(&s, &o, &err), 0);
	ck_assert_str_eq(store_branch(s), "refs/heads/other/one");
	ck_assert(!store_branch_is_head(s));
	ck_assert_int_eq(store_config_set(s, "ops.branch", "state", &err), 0);
	store_close(s);
	s = trash_open("r");
	ck_assert_str_eq(store_branch(s), "refs/heads/state");
	store_close(s);
	o.branch = "a..b";
	ck_assert_int_eq(open_fails(&o, &err), OPS_EUSAGE);
	trash_do("cd r && git config --unset ops.branch && git checkout -q --detach");
	s = trash_open("r");
	ck_assert_ptr_null(store_branch(s));
	store_close(s);
	trash_end();
}

UNIT_TEST(create_makes_or_opens)
{
	struct store_options o = { .directory = "new/deep" };
	struct ops_error err = { 0 };
	struct store *s = NULL;
	struct oid tip;

	trash_make();
	ck_assert_int_eq(store_create(&s, &o, false, &err), 0);
	ck_assert_int_eq(store_tip(&tip, s, &err), OPS_ENOTFOUND);
	store_close(s);
	ck_assert_int_eq(store_create(&s, &o, false, &err), 0);
	store_close(s);
	o.directory = "r";
	ck_assert_int_eq(store_create(&s, &o, false, &err), 0);
	ck_assert_int_eq(store_tip(&tip, s, &err), 0);
	store_close(s);
	o.directory = "bare.git";
	ck_assert_int_eq(store_create(&s, &o, true, &err), 0);
	ck_assert(store_is_bare(s));
	store_close(s);
	trash_end();
}

UNIT_TEST(config_is_read_and_written)
{
	struct arena *arena = arena_new();
	struct ops_error err = { 0 };
	struct store *s;
	const char *value = NULL;

	trash_make();
	s = trash_open("r");
	ck_assert_int_eq(store_config(&value, s, arena, "ops.actor", &err),
			 OPS_ENOTFOUND);
	ck_assert_int_eq(store_config_set(s, "ops.actor", "some one", &err), 0);
	ck_assert_int_eq(store_config(&value, s, arena, "ops.actor", &err), 0);
	ck_assert_str_eq(value, "some one");
	trash_do("test \"$(git -C r config ops.actor)\" = 'some one'");
	store_close(s);
	arena_free(arena);
	trash_end();
}

static void revision_is(struct store *s, const char *revision, const char *git)
{
	struct ops_error err = { 0 };
	char hex[OID_HEX + 1];
	struct oid oid;
	int rc = store_resolve(&oid, s, revision, &err);

	ck_assert_msg(rc == 0, "'%s': %s", revision, err.message);
	oid_hex(hex, &oid);
	trash_do("test \"$(git -C r rev-parse '%s^{commit}')\" = %s", git, hex);
}

UNIT_TEST(resolve_reads_what_git_reads)
{
	static const char *const same[] = {
		"HEAD", "main", "HEAD~1", "HEAD^", "HEAD~~", "HEAD~2", "v1", "v2",
		"refs/heads/main", "refs/tags/v2", "side^2", "side^^", "side~1^1",
		"side^0", "side~0", "there/main", "refs/remotes/there/main"
	};
	struct ops_error err = { 0 };
	struct store *s;
	char hex[OID_HEX + 1];
	struct oid oid;
	size_t i;

	trash_make();
	trash_do("cd r && for i in 1 2 3; do git commit -q --allow-empty -m $i; done && "
		 "git tag v1 && git tag -a -m x v2 HEAD~1 && git branch b HEAD~2 && "
		 "git checkout -q -b side HEAD~1 && git commit -q --allow-empty -m s && "
		 "git merge -q --no-ff -m m main && git checkout -q main && "
		 "git update-ref refs/remotes/there/main HEAD~1 && git pack-refs --all");
	s = trash_open("r");
	for (i = 0; i < UNIT_COUNT(same); i++)
		revision_is(s, same[i], same[i]);
	ck_assert_int_eq(store_tip(&oid, s, &err), 0);
	oid_hex(hex, &oid);
	revision_is(s, hex, "HEAD");
	hex[12] = '\0';
	revision_is(s, hex, "HEAD");
	hex[4] = '\0';
	ck_assert_int_eq(store_resolve(&oid, s, hex, &err), 0);
	store_close(s);
	trash_end();
}

UNIT_TEST(resolve_hands_nothing_else_to_a_parser)
{
	static const struct {
		const char *revision;
		int rc;
	} cases[] = {
		{ "", OPS_EUSAGE }, { "@", OPS_EUSAGE }, { "HEAD@{1}", OPS_EUSAGE },
		{ ":/x", OPS_EUSAGE }, { "HEAD:other", OPS_EUSAGE },
		{ "HEAD^{tree}", OPS_EUSAGE }, { "HEAD~x", OPS_EUSAGE },
		{ "^", OPS_EUSAGE }, { "-1", OPS_EUSAGE },
		{ "HEAD~99999999999999999999", OPS_EUSAGE },
		{ "HEAD~9", OPS_ENOTFOUND }, { "nothing", OPS_ENOTFOUND },
		{ "HEAD^2", OPS_ENOTFOUND }, { "a b", OPS_ENOTFOUND },
		{ "refs/notes/x", OPS_ENOTFOUND }, { "../../x", OPS_ENOTFOUND },
		{ "dea", OPS_ENOTFOUND }, { "deadbeefdead", OPS_ENOTFOUND },
		{ "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", OPS_ENOTFOUND },
		{ "tree", OPS_ENOTFOUND },
	};
	struct ops_error err = { 0 };
	struct store *s;
	struct oid oid;
	size_t i;
	int rc;

	trash_make();
	trash_do("cd r && git tag tree HEAD^{tree}");
	s = trash_open("r");
	for (i = 0; i < UNIT_COUNT(cases); i++) {
		rc = store_resolve(&oid, s, cases[i].revision, &err);
		ck_assert_msg(rc == cases[i].rc, "'%s' gave %d", cases[i].revision,
			      rc);
	}
	store_close(s);
	trash_end();
}

/* Write a commit object with this header after "tree ...\n". */
static struct oid raw_commit(const char *rest)
{
	char hex[64] = "";
	struct oid oid;
	FILE *f;

	f = fopen("rest", "w");
	ck_assert(f && fputs(rest, f) >= 0 && fclose(f) == 0);
	trash_do("cd r && { printf 'tree %%s\\n' $(git rev-parse HEAD^{tree}); "
		 "printf \"$(cat ../rest)\"; } >../raw && "
		 "git hash-object -t commit -w --literally ../raw >../id");
	f = fopen("id", "r");
	ck_assert(f && fgets(hex, sizeof(hex), f) && fclose(f) == 0);
	hex[OID_HEX] = '\0';
	ck_assert(oid_parse(&oid, hex));
	return oid;
}

UNIT_TEST(commit_read_tells_what_is_odd)
{
#define WHO "A U Thor <a@example.org> 1700000000 +0130\\n"
	static const struct {
		const char *rest;
		const char *odd;	/* part of it; NULL: nothing */
	} cases[] = {
		{ "author " WHO "committer " WHO "\\nx\\n", NULL },
		{ "author " WHO "committer " WHO "encoding UTF-8\\n\\nx", NULL },
		{ "author " WHO "committer " WHO "gpgsig a\\n b\\n\\nx", NULL },
		{ "author " WHO "author " WHO "committer " WHO "\\nx", "repeated" },
		{ "author " WHO "committer " WHO "committer " WHO "\\nx", "repeated" },
		{ "committer " WHO "author " WHO "\\nx", "order" },
		{ "author " WHO "committer " WHO "gpgsig a\\ngpgsig b\\n\\nx",
		  "repeated" },
		{ "author " WHO "committer " WHO "gpgsig-sha256 a\\n\\nx", "unknown" },
		{ "author " WHO "committer " WHO "x-extra a\\n\\nx", "unknown" },
		{ "author " WHO "committer " WHO "encoding latin1\\n\\nx", "UTF-8" },
		{ "author " WHO "committer " WHO "\\na\\000b", "NUL" },
		{ "author " WHO "committer " WHO " x\\n\\na", "continued" },
		{ "author nobody\\ncommitter " WHO "\\nx", "malformed" },
		{ "author " WHO "\\nx", "no author or no committer" },
		{ "parent 12\\nauthor " WHO "committer " WHO "\\nx", "parent" },
		{ "author " WHO "committer " WHO, "blank" },
	};
	struct arena *arena = arena_new();
	struct ops_error err = { 0 };
	struct commit c;
	struct snap *snap;
	struct store *s;
	struct oid oid;
	size_t i;

	trash_make();
	for (i = 0; i < UNIT_COUNT(cases); i++) {
		oid = raw_commit(cases[i].rest);
		s = trash_open("r");
		ck_assert_int_eq(commit_read(&c, s, &oid, arena, &err), 0);
		if (cases[i].odd)
			ck_assert_msg(c.odd && strstr(c.odd, cases[i].odd),
				      "%zu: '%s'", i, c.odd ? c.odd : "nothing");
		else
			ck_assert_msg(!c.odd, "%zu: '%s'", i, c.odd);
		/* Who reads no more than its date reads the same one. */
		ck_assert_int_eq(snap_of_commit(&snap, s, &oid, &err), 0);
		ck_assert_int_eq(snap_past(snap)->date, c.committer.time);
		snap_free(snap);
		store_close(s);
	}
	oid = raw_commit(cases[0].rest);
	s = trash_open("r");
	ck_assert_int_eq(commit_read(&c, s, &oid, arena, &err), 0);
	ck_assert_str_eq(c.author.name, "A U Thor");
	ck_assert_str_eq(c.author.email, "a@example.org");
	ck_assert_int_eq(c.author.time, 1700000000);
	ck_assert_int_eq(c.author.offset, 90);
	ck_assert_str_eq(c.message, "x\n");
	ck_assert_uint_eq(c.parents_nr, 0);
	ck_assert(!c.has_signature);
	ck_assert_int_eq(commit_read(&c, s, &c.tree, arena, &err), OPS_EINVALID);
	memset(&oid, 7, sizeof(oid));
	ck_assert_int_eq(commit_read(&c, s, &oid, arena, &err), OPS_ENOTFOUND);
	store_close(s);
	arena_free(arena);
	trash_do("rm -rf r");	/* these commits are not sound, on purpose */
	trash_end();
}

struct seen {
	struct oid ids[8];
	size_t nr, stop;
};

static int see(const struct oid *id, void *payload, struct ops_error *err)
{
	struct seen *seen = payload;

	(void)err;
	ck_assert_uint_lt(seen->nr, 8);
	seen->ids[seen->nr++] = *id;
	return seen->stop && seen->nr == seen->stop ? 1 : 0;
}

static int end_walk(const struct oid *id, void *payload, struct ops_error *err)
{
	(void)id, (void)payload, (void)err;
	return OPS_ETIMEOUT;
}

UNIT_TEST(history_walks_both_ways)
{
	struct ops_error err = { 0 };
	struct seen up = { .nr = 0 }, down = { .nr = 0 }, part = { .nr = 0 };
	struct store *s;
	struct oid tip, old, base;
	size_t i;

	trash_make();
	/* Dates run backwards: only the graph may decide. */
	trash_do("cd r && for i in 5 4 3; do GIT_COMMITTER_DATE=\"$i 12:00 +0000\" ; "
		 "GIT_COMMITTER_DATE=\"170000000$i +0000\" git commit -q "
		 "--allow-empty -m $i; done && git branch side HEAD~2");
	s = trash_open("r");
	ck_assert_int_eq(store_tip(&tip, s, &err), 0);
	ck_assert_int_eq(store_resolve(&old, s, "side", &err), 0);
	ck_assert_int_eq(history_walk(s, &tip, NULL, false, see, &up, &err), 0);
	ck_assert_int_eq(history_walk(s, &tip, NULL, true, see, &down, &err), 0);
	ck_assert_uint_eq(up.nr, 4);
	ck_assert_uint_eq(down.nr, 4);
	for (i = 0; i < 4; i++)
		ck_assert(oid_equal(&up.ids[i], &down.ids[3 - i]));
	ck_assert(oid_equal(&down.ids[0], &tip));
	ck_assert_int_eq(history_walk(s, &tip, &old, true, see, &part, &err), 0);
	ck_assert_uint_eq(part.nr, 2);
	part.nr = 0;
	part.stop = 1;
	ck_assert_int_eq(history_walk(s, &tip, NULL, true, see, &part, &err), 0);
	ck_assert_uint_eq(part.nr, 1);
	ck_assert_int_eq(history_walk(s, &tip, NULL, true, end_walk, NULL, &err),
			 OPS_ETIMEOUT);
	ck_assert_int_eq(history_merge_base(&base, s, &tip, &old, &err), 0);
	ck_assert(oid_equal(&base, &old));
	store_close(s);
	trash_end();
}

UNIT_MAIN("store", oid_has_one_spelling, open_finds_the_repository_from_below,
	  open_refuses_with_the_reason, open_explains_a_foreign_owner,
	  branch_of_state_comes_from_option_then_configuration,
	  create_makes_or_opens, config_is_read_and_written,
	  resolve_reads_what_git_reads, resolve_hands_nothing_else_to_a_parser,
	  commit_read_tells_what_is_odd, history_walks_both_ways)
