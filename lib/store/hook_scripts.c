/* SPDX-License-Identifier: MIT */
/*
 * The scripts in git's hooks directory, as text.
 *
 * What was there goes first, under the path by which git would have called it, and git
 * sees its status.  No script may hold anything but what stands here: where the hooks
 * of others are is read from a file, as data.  All of it is for the plainest sh.
 */
#include "store/hook_scripts.h"

#define SCRIPT_BEGIN HOOK_MARK " 'ops hooks install'\n" \
	"# writes it anew.  What was here before is kept, and called first.\n" \
	"before=$0" HOOK_ASIDE "\n" \
	"if test -f \"${0%/*}/" HOOK_BEFORE "\"\n" \
	"then\n" \
	"	IFS= read -r before <\"${0%/*}/" HOOK_BEFORE "\"\n" \
	"	before=$before/${0##*/}\n" \
	"fi\n"
/* Git's words on standard input are read once for both. */
#define SCRIPT_WORDS \
	"words=$(cat; echo .)\n" \
	"words=${words%.}\n" \
	"if test -x \"$before\"\n" \
	"then\n" \
	"	printf %s \"$words\" | \"$before\" \"$@\" || exit $?\n" \
	"fi\n"
#define SCRIPT_NO_WORDS \
	"if test -x \"$before\"\n" \
	"then\n" \
	"	\"$before\" \"$@\" || exit $?\n" \
	"fi\n"
/* Whoever has no ops is not kept from working, and is told so. */
#define SCRIPT_PASS \
	"command -v ops >/dev/null 2>&1 || {\n" \
	"	echo \"${0##*/}: there is no ops here, so this was not judged\" >&2\n" \
	"	exit 0\n" \
	"}\n"
#define SCRIPT_STOPPED \
	"status=$?\n" \
	"test $status = 0 ||\n" \
	"	echo \"${0##*/}: stopped by ops; to go on with git alone, and have it" \
	" named by every audit: git -c core.hooksPath=/dev/null ...\" >&2\n"
/* The branch is the last thing that a rebase moves, and git only says to go on. */
#define SCRIPT_REBASE \
	"if test $status != 0 && test -d \"$(git rev-parse --git-path rebase-merge)\"\n" \
	"then\n" \
	"	echo \"${0##*/}: git rebase --abort takes this rebase back; git rebase -i" \
	" leaves out, or mends, what is named above\" >&2\n" \
	"fi\n"
#define SCRIPT_END "exit $status\n"
#define SCRIPT_LOCAL_END SCRIPT_STOPPED SCRIPT_END
/* Too late to stop anything, and of no use without ops. */
#define SCRIPT_NOTICE \
	"command -v ops >/dev/null 2>&1 || exit 0\n"

const struct hook_script hook_scripts[] = {
	{ "pre-commit", false, SCRIPT_BEGIN SCRIPT_NO_WORDS SCRIPT_PASS
	  "ops hook pre-commit\n" SCRIPT_LOCAL_END },
	{ "prepare-commit-msg", false, SCRIPT_BEGIN SCRIPT_NO_WORDS SCRIPT_NOTICE
	  "ops hook prepare-commit-msg \"$@\" || exit 0\n" },
	{ "commit-msg", false, SCRIPT_BEGIN SCRIPT_NO_WORDS SCRIPT_PASS
	  "ops hook commit-msg \"$1\"\n" SCRIPT_LOCAL_END },
	{ "reference-transaction", false, SCRIPT_BEGIN SCRIPT_WORDS
	  "test \"$1\" = prepared || exit 0\n"
	  "case $words in\n"
	  "*' refs/heads/'* | *' refs/tags/ops-seal/'*) ;;\n"
	  "*) exit 0 ;;\n"
	  "esac\n" SCRIPT_PASS
	  "printf %s \"$words\" | ops hook reference-transaction \"$1\"\n"
	  SCRIPT_STOPPED SCRIPT_REBASE SCRIPT_END },
	{ "pre-push", false, SCRIPT_BEGIN SCRIPT_WORDS SCRIPT_PASS
	  "printf %s \"$words\" | ops hook pre-push \"$1\" \"$2\" >&2\n"
	  SCRIPT_LOCAL_END },
	{ "post-merge", false, SCRIPT_BEGIN SCRIPT_NO_WORDS SCRIPT_NOTICE
	  "ops hook post-merge \"$1\" || exit 0\n" },
	{ "post-checkout", false, SCRIPT_BEGIN SCRIPT_NO_WORDS
	  "test \"$3\" = 1 || exit 0\n" SCRIPT_NOTICE
	  "ops hook post-checkout \"$1\" \"$2\" \"$3\" || exit 0\n" },
	{ "pre-receive", true, SCRIPT_BEGIN SCRIPT_WORDS
	  "command -v ops >/dev/null 2>&1 || {\n"
	  "	echo \"${0##*/}: there is no ops on this server, so nothing can be"
	  " judged, and nothing is taken\" >&2\n"
	  "	exit 1\n"
	  "}\n"
	  "printf %s \"$words\" | ops hook pre-receive\n" },
};

const size_t hook_scripts_nr = sizeof(hook_scripts) / sizeof(*hook_scripts);

const struct hook_name hook_names[] = {
	{ "applypatch-msg", false }, { "pre-applypatch", false },
	{ "post-applypatch", false }, { "pre-commit", false },
	{ "pre-merge-commit", false }, { "prepare-commit-msg", false },
	{ "commit-msg", false }, { "post-commit", false }, { "pre-rebase", false },
	{ "post-checkout", false }, { "post-merge", false }, { "pre-push", false },
	{ "pre-receive", false }, { "update", false }, { "proc-receive", true },
	{ "post-receive", false }, { "post-update", false },
	{ "reference-transaction", false }, { "push-to-checkout", true },
	{ "pre-auto-gc", false }, { "post-rewrite", false },
	{ "sendemail-validate", false }, { "fsmonitor-watchman", true },
	{ "p4-changelist", true }, { "p4-prepare-changelist", true },
	{ "p4-post-changelist", true }, { "p4-pre-submit", true },
	{ "post-index-change", true },
};

const size_t hook_names_nr = sizeof(hook_names) / sizeof(*hook_names);

const char hook_pass_script[] = HOOK_MARK " 'ops hooks install'\n"
	"# writes it anew.  It only calls the hook that is kept elsewhere.\n"
	"IFS= read -r before <\"${0%/*}/" HOOK_BEFORE "\" || exit 0\n"
	"before=$before/${0##*/}\n"
	"test ! -x \"$before\" || exec \"$before\" \"$@\"\n";
