/* SPDX-License-Identifier: MIT */
/*
 * JSON: nothing but strict JSON is read, nothing but ASCII is written, and look-ups
 * are exact.
 */
#include "unit.h"

#include "util/buf.h"
#include "util/json.h"

static int parse(struct json **v, const char *text, struct ops_error *err)
{
	return json_parse(v, text, strlen(text), err);
}

UNIT_TEST(json_parse_refuses_what_is_not_json)
{
	static const char *const bad[] = {
		"", " ", "{", "[", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "01",
		"-", "1.", ".5", "+1", "1e", "0x1", "NaN", "Infinity", "1e999",
		"tru", "nul", "[1] 2", "[1]\x01", "\"a", "\"\\x\"", "\"\\u12\"",
		"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\u0000\"",
		"\"\\u001b\"", "\"\\b\"", "\"a\nb\"", "\"a\tb\"", "\"\x7f\"",
		"\"\xc2\x85\"", "\"\xff\"", "\xef\xbb\xbf{}", "{\"a\":1,\"a\":2}",
		"[{\"b\":{\"x\":1,\"y\":2,\"\\u0078\":3}}]", "{\"a\" 1}", "{1:2}",
		"[1 2]", "// x\n1",
	};
	struct ops_error err = { 0 };
	struct json *v = NULL;
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++) {
		ck_assert_msg(parse(&v, bad[i], &err) == OPS_EINVALID, "%s", bad[i]);
		ck_assert_ptr_null(v);
		ck_assert_uint_gt(strlen(err.message), 0);
	}
	ck_assert_int_eq(json_parse(&v, "1\0", 2, &err), OPS_EINVALID);
}

UNIT_TEST(json_parse_says_where)
{
	struct ops_error err = { 0 };
	struct json *v;

	ck_assert_int_eq(parse(&v, "{\n \"\xc3\xa9\": tru }", &err), OPS_EINVALID);
	ck_assert_str_eq(err.message, "json: line 2, column 7: expected a value");
}

UNIT_TEST(json_parse_is_bounded)
{
	char deep[80] = "";
	size_t big = 1024 * 1024 + 1, i;
	char *text = malloc(big);
	struct json *v;

	memset(deep, '[', 33);
	memset(deep + 33, ']', 33);
	ck_assert_int_eq(parse(&v, deep, NULL), OPS_EINVALID);
	deep[0] = ' ';
	deep[65] = '\0';
	ck_assert_int_eq(parse(&v, deep, NULL), 0);
	json_free(v);
	memset(text, ' ', big);
	text[0] = '1';
	ck_assert_int_eq(json_parse(&v, text, big, NULL), OPS_EINVALID);
	ck_assert_int_eq(json_parse(&v, text, big - 1, NULL), 0);
	json_free(v);
	for (i = 0; i < 2 * 100000; i += 2)
		memcpy(text + i, i ? ",1" : "[1", 2);
	text[i] = ']';
	ck_assert_int_eq(json_parse(&v, text, i + 1, NULL), OPS_EINVALID);
	text[i - 2] = ']';
	ck_assert_int_eq(json_parse(&v, text, i - 1, NULL), 0);
	ck_assert_uint_eq(json_count(v), 99999);
	json_free(v);
	free(text);
}

UNIT_TEST(json_get_is_exact)
{
	struct json *v;

	ck_assert_int_eq(parse(&v, "{\"Status\":\"x\",\"n\":2.5,\"l\":[null,true]}",
			       NULL), 0);
	ck_assert_ptr_null(json_get(v, "status"));
	ck_assert_str_eq(json_text(json_get(v, "Status")), "x");
	ck_assert(json_number(json_get(v, "n")) == 2.5);
	ck_assert_ptr_null(json_text(json_get(v, "n")));
	ck_assert_int_eq(json_kind(json_get(v, "l")), JSON_ARRAY);
	ck_assert_int_eq(json_kind(json_first(json_get(v, "l"))), JSON_NULL);
	ck_assert_int_eq(json_kind(json_next(json_first(json_get(v, "l")))),
			 JSON_TRUE);
	ck_assert_str_eq(json_key(json_first(v)), "Status");
	ck_assert_ptr_null(json_get(json_get(v, "l"), "x"));
	ck_assert_ptr_null(json_get(NULL, "x"));
	json_free(v);
}

UNIT_TEST(json_write_is_ascii_and_reads_back)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "\"\xc3\xa9\xf0\x9f\x98\x80\"", "\"\\u00e9\\ud83d\\ude00\"" },
		{ "\"\\\\ \\\" \\/ \\n\\r\\t\"", "\"\\\\ \\\" / \\n\\r\\t\"" },
		{ "[ ]", "[]" }, { "{ }", "{}" }, { "-0", "0" }, { "1e3", "1000" },
		{ "0.1", "0.1" }, { "1.5e-7", "1.5e-07" }, { "1e300", "1e+300" },
		{ "9007199254740991", "9007199254740991" },
		{ "[1,{\"a\":[true,false,null]}]", "[1,{\"a\":[true,false,null]}]" },
	};
	struct json *v;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		struct buf b = BUF_INIT;

		ck_assert_msg(!parse(&v, cases[i].in, NULL), "%s", cases[i].in);
		ck_assert(json_write(&b, v, false));
		ck_assert_str_eq(b.data, cases[i].out);
		json_free(v);
		ck_assert_msg(!parse(&v, b.data, NULL), "%s", b.data);
		json_free(v);
		buf_release(&b);
	}
}

UNIT_TEST(json_building_never_writes_invalid_text)
{
	struct json *o = json_new_object(), *a = json_new_array();
	struct buf b = BUF_INIT;

	ck_assert(json_append(a, json_new_string("a\xff\x1b\x7f")));
	ck_assert(json_append(a, json_new_number(1.0 / 3)));
	ck_assert(json_append(a, json_new_bool(true)));
	ck_assert(json_append(a, json_new_null()));
	ck_assert(json_put(o, "k\xfe", a));
	ck_assert(!json_put(o, "x", NULL));
	ck_assert(!json_put(NULL, "x", json_new_null()));
	ck_assert(!json_append(NULL, json_new_null()));
	ck_assert(json_write(&b, o, true));
	ck_assert_str_eq(b.data, "{\n  \"k\\ufffd\": [\n    \"a\\ufffd\\u001b\\u007f\",\n"
			 "    0.33333333333333331,\n    true,\n    null\n  ]\n}");
	buf_release(&b);
	json_free(o);
	json_free(NULL);
}

UNIT_MAIN("json", json_parse_refuses_what_is_not_json, json_parse_says_where,
	  json_parse_is_bounded, json_get_is_exact,
	  json_write_is_ascii_and_reads_back,
	  json_building_never_writes_invalid_text)
