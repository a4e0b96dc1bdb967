/* SPDX-License-Identifier: MIT */
/*
 * Packs as we read them and as libgit2 does: the same bytes, or none from us.
 */
#include "trash.h"

#include <pthread.h>

#include "store/packs.h"
#include "store/repo.h"

#define OBJECTS_MAX 600

struct truth {
	struct oid id;
	git_object_t type;
	size_t len;
	char *data;
};

static struct truth truth[OBJECTS_MAX];
static size_t truth_nr;

/* r: small files and a large one that change often, a tag; all in packs. */
static void make_packed(const char *how)
{
	trash_enter();
	trash_do("git init -q -b main r && cd r && git config gc.auto 0 && mkdir dir && "
		 "seq 1 15000 >large && dd if=/dev/zero of=zeros bs=70000 count=3 2>/dev/null && "
		 "for i in $(seq 1 45); do echo change $i >>dir/file; echo $i >dir/n$i; "
		 "sed -i \"${i}00s/.*/changed $i/\" large; "
		 "git add . && git commit -q -m \"change $i\"; done && "
		 "git tag -a -m about v1 && %s && "
		 "git cat-file --batch-all-objects --batch-check='%%(objectname)' >../ids", how);
}

/* What libgit2 says that there is. */
static void read_truth(struct store *s)
{
	FILE *f = fopen("ids", "r");
	char hex[OID_HEX + 2];

	ck_assert_ptr_nonnull(f);
	for (truth_nr = 0; fscanf(f, "%41s", hex) == 1; truth_nr++) {
		struct truth *t = &truth[truth_nr];
		git_odb_object *object = NULL;
		git_oid oid;

		ck_assert_uint_lt(truth_nr, OBJECTS_MAX);
		ck_assert(oid_parse(&t->id, hex));
		repo_to_git(&oid, &t->id);
		ck_assert_int_eq(git_odb_read(&object, s->odb, &oid), 0);
		t->type = git_odb_object_type(object);
		t->len = git_odb_object_size(object);
		t->data = malloc(t->len + 1);
		ck_assert_ptr_nonnull(t->data);
		memcpy(t->data, git_odb_object_data(object), t->len);
		git_odb_object_free(object);
	}
	fclose(f);
	ck_assert_uint_gt(truth_nr, 150);
}

static void free_truth(void)
{
	while (truth_nr)
		free(truth[--truth_nr].data);
}

static void ck_same(const struct packed *o, const struct truth *t)
{
	ck_assert_ptr_nonnull(o);
	ck_assert_int_eq(o->type, t->type);
	ck_assert_uint_eq(o->len, t->len);
	ck_assert(!memcmp(o->data, t->data, t->len));
	ck_assert_int_eq(o->data[o->len], '\0');
}

/* Every object, in this order and the other, whole and within its bounds. */
static void ck_all_read(struct packs *p)
{
	struct packed *o;
	size_t i, k;

	for (i = 0; i < 2 * truth_nr; i++) {
		const struct truth *t = &truth[i < truth_nr ? i : 2 * truth_nr - 1 - i];

		o = packs_read(p, &t->id, t->type, t->len);
		ck_same(o, t);
		packed_unref(o);
		if (t->len)
			ck_assert_ptr_null(packs_read(p, &t->id, t->type, t->len - 1));
		for (k = GIT_OBJECT_COMMIT; k <= GIT_OBJECT_TAG; k++)
			if ((git_object_t)k != t->type)
				ck_assert_ptr_null(packs_read(p, &t->id, (git_object_t)k,
							      t->len));
	}
}

static void ck_packed(const char *how)
{
	struct packs *p, *twin;
	struct store *s;

	make_packed(how);
	s = trash_open("r");
	read_truth(s);
	p = packs_open("r/.git/objects");
	ck_assert_ptr_nonnull(p);
	twin = packs_twin(p);
	ck_assert_ptr_nonnull(twin);
	ck_all_read(p);
	ck_all_read(twin);
	packs_free(twin);
	packs_free(p);
	free_truth();
	store_close(s);
	trash_end();
}

UNIT_TEST(one_pack_of_long_chains)
{
	ck_packed("git repack -adqf --depth=50 --window=10");
}

UNIT_TEST(several_packs)
{
	ck_packed("git rev-list HEAD~30 --objects | cut -c1-40 | "
		  "git pack-objects -q .git/objects/pack/pack >/dev/null && "
		  "git prune-packed && git repack -dq");
}

UNIT_TEST(bases_named_by_id)
{
	ck_packed("git repack -adqf --depth=50 && git rev-list --all --objects | cut -c1-40 | "
		  "git pack-objects -q --no-reuse-delta .git/objects/pack/pack >/dev/null");
	ck_packed("git -c repack.useDeltaBaseOffset=false repack -adqf --depth=50");
}

UNIT_TEST(uncompressed)
{
	ck_packed("git -c pack.compression=0 repack -adqF --depth=50");
}

UNIT_TEST(indices_of_another_version_are_left_alone)
{
	struct packs *p;

	make_packed("git -c pack.indexVersion=1 repack -adqf");
	truth_nr = 0;
	p = packs_open("r/.git/objects");
	ck_assert_ptr_nonnull(p);
	ck_assert(oid_parse(&truth[0].id, "0123456789abcdef0123456789abcdef01234567"));
	ck_assert_ptr_null(packs_read(p, &truth[0].id, GIT_OBJECT_BLOB, 100));
	packs_free(p);
	trash_end();
}

UNIT_TEST(nowhere)
{
	struct packs *p = packs_open("/nonexistent");
	struct oid id = { { 1 } };

	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_null(packs_read(p, &id, GIT_OBJECT_BLOB, 100));
	packs_free(p);
}

/* --- damage --- */

static char *slurp(size_t *len, const char *glob)
{
	char *data;
	FILE *f;

	trash_do("cat %s >bytes", glob);
	f = fopen("bytes", "r");
	ck_assert_ptr_nonnull(f);
	fseek(f, 0, SEEK_END);
	*len = (size_t)ftell(f);
	rewind(f);
	data = malloc(*len);
	ck_assert_ptr_nonnull(data);
	ck_assert_uint_eq(fread(data, 1, *len, f), *len);
	fclose(f);
	return data;
}

static void spill(const char *path, const char *data, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

/* What still comes out is of its type and within its bound, or nothing. */
static size_t read_damaged(void)
{
	struct packs *p = packs_open("d");
	size_t i, nothing = 0;

	ck_assert_ptr_nonnull(p);
	for (i = 0; i < truth_nr; i++) {
		struct packed *o = packs_read(p, &truth[i].id, truth[i].type, truth[i].len);

		ck_assert(!o || (o->type == truth[i].type && o->len <= truth[i].len));
		nothing += !o;
		packed_unref(o);
	}
	packs_free(p);
	return nothing;
}

static void damage(const char *path, char *data, size_t len, size_t step)
{
	static const char masks[] = { 1, 16, (char)0x80, (char)0xff };
	size_t i, silent = 0, nr = 0;

	for (i = 0; i < len; i += step) {
		char was = data[i];

		data[i] = (char)(was ^ masks[i / step % sizeof(masks)]);
		spill(path, data, len);
		silent += !read_damaged();
		data[i] = was;
		nr++;
	}
	/* Checksums at the ends, names of no use, and numbers that are not asked for. */
	ck_assert_uint_lt(silent, nr * 3 / 4);
	for (i = 0; i < len; i += step * 3) {
		spill(path, data, i);
		ck_assert_uint_gt(read_damaged(), 0);
	}
	spill(path, data, len);
	ck_assert_uint_eq(read_damaged(), 0);
}

UNIT_TEST(damaged_packs_are_left_to_others)
{
	char *index, *pack;
	size_t index_len, pack_len;
	struct store *s;

	make_packed("git rm -q large zeros && git commit -q -m less && "
		    "git repack -adqf --depth=50");
	s = trash_open("r");
	read_truth(s);
	store_close(s);
	index = slurp(&index_len, "r/.git/objects/pack/*.idx");
	pack = slurp(&pack_len, "r/.git/objects/pack/*.pack");
	trash_do("mkdir -p d/pack");
	spill("d/pack/a.idx", index, index_len);
	spill("d/pack/a.pack", pack, pack_len);
	ck_assert_uint_eq(read_damaged(), 0);
	damage("d/pack/a.pack", pack, pack_len, pack_len / 150);
	damage("d/pack/a.idx", index, index_len, index_len / 150);
	free(index);
	free(pack);
	free_truth();
	trash_end();
}

/* Through the store: what is wrong in a pack is told as libgit2 tells it. */
UNIT_TEST(a_commit_with_other_bytes_is_not_read)
{
	struct ops_error err = { 0 };
	struct object o = { 0 };
	struct oid id;
	struct store *s;

	make_packed("git repack -adqf");
	/* The index gives one commit's place to another's name. */
	trash_do("cd r/.git/objects/pack && chmod u+w *.idx && "
		 "perl -e 'open(F, \"+<\", glob(\"*.idx\")); binmode F; local $/; $_ = <F>; "
		 "$n = unpack(\"N\", substr($_, 8 + 255 * 4, 4)); "
		 "for $h (split /\\n/, `git -C ../../.. rev-parse HEAD HEAD~1`) { "
		 "for $i (0 .. $n - 1) { push @at, $i "
		 "if unpack(\"H*\", substr($_, 1032 + 20 * $i, 20)) eq $h } } "
		 "die unless @at == 2; $o = 1032 + 24 * $n; "
		 "substr($_, $o + 4 * $at[0], 4) = substr($_, $o + 4 * $at[1], 4); "
		 "seek(F, 0, 0); print F $_'");
	s = trash_open("r");
	ck_assert_int_eq(store_tip(&id, s, &err), 0);
	ck_assert_int_eq(repo_object_hashed(&o, s, &id, GIT_OBJECT_COMMIT, 1 << 20, &err),
			 OPS_EIO);
	ck_assert_ptr_null(o.data);
	store_close(s);
	ck_assert_int_eq(chdir("/"), 0);
	trash_do("rm -rf '%s'", trash_dir);
}

/* ck_assert is not for other threads: how many were not as libgit2 has them. */
static void *read_beside(void *store)
{
	struct ops_error err = { 0 };
	struct object o = { 0 };
	size_t i, round, wrong = 0;

	for (round = 0; round < 60; round++)
		for (i = 0; i < truth_nr; i++) {
			const struct truth *t = &truth[i];

			if (repo_object(&o, store, &t->id, t->type, t->len, &err))
				wrong++;
			else if (o.len != t->len || memcmp(o.data, t->data, t->len))
				wrong++;
			object_release(&o);
		}
	return (void *)wrong;
}

/* As documents are read ahead. */
UNIT_TEST(threads_read_through_one_store)
{
	pthread_t threads[3];
	struct store *s;
	void *wrong;
	size_t i;

	make_packed("git repack -adqf --depth=50");
	s = trash_open("r");
	read_truth(s);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_beside, s), 0);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
	store_close(s);
	free_truth();
	trash_end();
}

UNIT_MAIN("packs", one_pack_of_long_chains, several_packs, bases_named_by_id, uncompressed,
	  indices_of_another_version_are_left_alone, nowhere, damaged_packs_are_left_to_others,
	  a_commit_with_other_bytes_is_not_read, threads_read_through_one_store)
