/* SPDX-License-Identifier: MIT */
/*
 * What was read last: the same document is given again, a faulty one never.
 */
#include "unit.h"

#include "model/shelf.h"
#include "util/arena.h"

static struct shelf shelf;

static struct oid oid_of(unsigned char first, unsigned char last)
{
	struct oid oid = { { 0 } };

	oid.id[0] = first;
	oid.id[19] = last;
	return oid;
}

static int put(struct shelved **out, struct shelf *where, const struct oid *oid,
	       const char *path, const char *text, struct ops_findings *findings)
{
	struct blob blob = { NULL, strlen(text), NULL };

	blob.data = blob.owner = strdup(text);
	return shelf_parse(out, where, oid, path, &blob, findings, NULL);
}

UNIT_TEST(shelf_gives_a_document_by_blob_and_path)
{
	struct ops_findings *findings = ops_findings_new();
	struct oid a = oid_of(1, 1), b = oid_of(1, 2);
	struct shelved *one, *two, *again;

	ck_assert_ptr_null(shelf_take(&shelf, &a, "x.md"));
	ck_assert_int_eq(put(&one, &shelf, &a, "x.md", "---\nA: 1\n---\n", findings), 0);
	again = shelf_take(&shelf, &a, "x.md");
	ck_assert_ptr_eq(again, one);
	ck_assert_str_eq(doc_text(again->doc, "A"), "1");
	ck_assert_ptr_null(shelf_take(&shelf, &a, "y.md"));
	ck_assert_ptr_null(shelf_take(&shelf, &b, "x.md"));
	/* Another takes its place; who has the first still has it. */
	ck_assert_int_eq(put(&two, &shelf, &b, "x.md", "---\nA: 2\n---\n", findings), 0);
	ck_assert_ptr_null(shelf_take(&shelf, &a, "x.md"));
	ck_assert_str_eq(doc_text(one->doc, "A"), "1");
	shelved_unref(one);
	shelved_unref(again);
	shelved_unref(two);
	shelf_clear(&shelf);
	ck_assert_ptr_null(shelf_take(&shelf, &b, "x.md"));
	shelf_release(&shelf);
	ops_findings_free(findings);
}

UNIT_TEST(shelf_has_room_for_who_asks_for_many)
{
	struct ops_findings *findings = ops_findings_new();
	struct shelved *one;
	struct oid a;
	unsigned i, kept = 0, first = 200, nr = 400;

	/* Some of them had one place of the few that there were. */
	for (i = first; i < first + nr; i++) {
		if (i == 300)
			shelf_want(&shelf, nr);
		a = oid_of(0, 0);
		a.id[0] = (unsigned char)i;
		a.id[1] = (unsigned char)(i / 256);
		ck_assert_int_eq(put(&one, &shelf, &a, "x.md", "---\nA: 1\n---\n", findings), 0);
		shelved_unref(one);
	}
	ck_assert_uint_ge(shelf.slots, 2 * nr);
	shelf_want(&shelf, 10);
	shelf_want(&shelf, 10 * SHELF_SLOTS_MAX);
	ck_assert_uint_eq(shelf.slots, SHELF_SLOTS_MAX);
	for (i = first; i < first + nr; i++) {
		a.id[0] = (unsigned char)i;
		a.id[1] = (unsigned char)(i / 256);
		one = shelf_take(&shelf, &a, "x.md");
		kept += one != NULL;
		shelved_unref(one);
	}
	ck_assert_uint_eq(kept, nr);
	shelf_release(&shelf);
	ops_findings_free(findings);
}

UNIT_TEST(shelf_keeps_nothing_with_a_fault)
{
	struct ops_findings *findings = ops_findings_new();
	struct oid a = oid_of(2, 0);
	struct shelved *one;
	int i;

	for (i = 1; i <= 2; i++) {
		ck_assert_int_eq(put(&one, &shelf, &a, "x.md", "---\nA: 1\nA: 2\n---\n",
				     findings), OPS_EINVALID);
		ck_assert_uint_eq(ops_findings_count(findings), i);
		ck_assert_ptr_null(shelf_take(&shelf, &a, "x.md"));
	}
	ck_assert_int_eq(put(&one, NULL, NULL, "x.md", "---\nA: 1\n---\n", findings), 0);
	shelved_unref(one);
	shelf_release(&shelf);
	ops_findings_free(findings);
}

UNIT_TEST(shelf_keeps_notes_and_digests)
{
	struct ops_findings *findings = ops_findings_new();
	struct oid a = oid_of(3, 0), b = oid_of(3, 1);
	const char *hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct shelved *one;
	int mine, other;

	ck_assert_int_eq(put(&one, &shelf, &a, "x.md", "---\nA: 1\n---\n", findings), 0);
	ck_assert_ptr_null(shelved_note(one, &mine));
	ck_assert_int_eq(shelved_add_note(one, &mine, "said"), 0);
	ck_assert_str_eq(shelved_note(one, &mine), "said");
	ck_assert_ptr_null(shelved_note(one, &other));
	shelved_unref(one);
	ck_assert_ptr_null(shelf_digest(&shelf, &a));
	shelf_add_digest(&shelf, &a, hex);
	ck_assert_str_eq(shelf_digest(&shelf, &a), hex);
	ck_assert_ptr_null(shelf_digest(&shelf, &b));
	shelf_release(&shelf);
	ops_findings_free(findings);
}

/* Notes go by pointers of who made them, which may be another's once the shelf was cleared. */
UNIT_TEST(shelf_cleared_takes_notes_from_who_holds_a_document)
{
	struct ops_findings *findings = ops_findings_new();
	struct oid a = oid_of(4, 0);
	struct shelved *one;
	int mine;

	ck_assert_int_eq(put(&one, &shelf, &a, "x.md", "---\nA: 1\n---\n", findings), 0);
	one->shelf = &shelf;
	one->cleared = shelf.cleared;
	ck_assert_int_eq(shelved_add_note(one, &mine, "said"), 0);
	shelf_clear(&shelf);
	ck_assert_ptr_null(shelved_note(one, &mine));
	ck_assert_int_eq(shelved_add_note(one, &mine, "said again"), 0);
	ck_assert_str_eq(shelved_note(one, &mine), "said again");
	ck_assert_str_eq(doc_text(one->doc, "A"), "1");
	shelved_unref(one);
	shelf_release(&shelf);
	ops_findings_free(findings);
}

UNIT_MAIN("shelf", shelf_has_room_for_who_asks_for_many,
	  shelf_gives_a_document_by_blob_and_path, shelf_keeps_nothing_with_a_fault,
	  shelf_keeps_notes_and_digests, shelf_cleared_takes_notes_from_who_holds_a_document)
