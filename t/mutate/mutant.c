/* SPDX-License-Identifier: MIT */
/*
 * mutants-of NR MUTANT...: what the cases of t/judge say of some of the NR mutants that
 * mutate.pl made, a line each:
 *
 *	N killed	some change is judged otherwise, or not at all
 *	N words		only what findings say is different
 *	N alive		nothing is
 *
 * The cases are run once as they are, to learn what each of them says and which mutants
 * it comes by; a mutant is then asked of those alone, in a child that it may crash, fill
 * or hold up.  OPS_MUTATE_HOW=0 and 1 make a condition always false and always true
 * instead of negating it; OPS_MUTATE_SAY=1 shows the first case that notices.  Must never
 * be part of a program that people use.
 */
#define main u_judge_main
#include "../unit/u-judge.c"
#undef main

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUTANTS_MAX 20000
#define CASES_MAX 2000
#define SECONDS 2	/* of the processor's, beside thrice what its cases take */
#define WAIT 600	/* of the clock's, for what only sleeps */
#define BYTES_MAX (2000ul << 20)

struct a_case {
	const char *path, *text;
	char *says;
	unsigned char *seen;	/* a byte for each mutant */
	long cost;		/* clock ticks */
};

static struct a_case cases[CASES_MAX];
static size_t cases_nr;
static unsigned char *seeing;
static int active = -1, mutants_nr;
static char how;

bool mutate(int n, bool is);

bool mutate(int n, bool is)
{
	if (seeing)
		seeing[n] = 1;
	if (n != active)
		return is;
	return how == '0' ? false : how == '1' ? true : !is;
}

/* What a case says of all its changes; false when one of them was judged wrongly. */
static bool run_one(const struct a_case *c, char **says)
{
	struct buf out = BUF_INIT;
	unsigned faults = 0;
	FILE *real = stdout;
	size_t len;

	stdout = open_memstream(says, &len);
	run_case(c->path, c->text, &out, &faults);
	fclose(stdout);
	stdout = real;
	if (faults)
		fputs(out.data, stderr);
	buf_release(&out);
	return !faults;
}

static void learn(struct arena *arena)
{
	const char *only = getenv("OPS_JUDGE_ONLY");
	struct dirent **list;
	int i, nr = scandir(cases_directory(), &list, NULL, alphasort);

	for (i = 0; i < nr && cases_nr < CASES_MAX; i++) {
		struct a_case *c = &cases[cases_nr];
		size_t len = strlen(list[i]->d_name);
		clock_t began = clock();

		if (len <= 5 || strcmp(list[i]->d_name + len - 5, ".case") ||
		    (only && !strstr(list[i]->d_name, only)))
			continue;
		c->path = arena_printf(arena, "%s/%s", cases_directory(), list[i]->d_name);
		c->text = read_file(arena, c->path);
		c->seen = seeing = calloc((size_t)mutants_nr, 1);
		if (!c->text || !c->seen || !run_one(c, &c->says))
			exit(3);
		c->cost = clock() - began;
		cases_nr++;
	}
	seeing = NULL;
}

static int cheaper(const void *a, const void *b)
{
	const struct a_case *x = a, *y = b;

	return (x->cost > y->cost) - (x->cost < y->cost);
}

static void child(void)
{
	struct rlimit room = { BYTES_MAX, BYTES_MAX }, none = { 0, 0 }, time;
	bool words = false;
	long cost = 0;
	char *says;
	size_t i;

	for (i = 0; i < cases_nr; i++)
		cost += cases[i].seen[active] ? cases[i].cost : 0;
	time.rlim_cur = time.rlim_max = SECONDS + (rlim_t)(3 * cost / CLOCKS_PER_SEC);
	setrlimit(RLIMIT_CPU, &time);
	setrlimit(RLIMIT_AS, &room);
	setrlimit(RLIMIT_CORE, &none);
	setpgid(0, 0);	/* Check may signal the group */
	alarm(WAIT);
	if (!getenv("OPS_MUTATE_SAY") && !freopen("/dev/null", "w", stderr))
		_exit(3);
	for (i = 0; i < cases_nr; i++) {
		if (!cases[i].seen[active])
			continue;
		if (!run_one(&cases[i], &says))
			_exit(1);
		words = words || strcmp(says, cases[i].says);
		free(says);
	}
	_exit(words ? 2 : 0);
}

static const char *verdict(int n)
{
	int status;
	pid_t pid;

	active = n;
	pid = fork();
	if (pid == 0)
		child();
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(3);
	return !WIFEXITED(status) || WEXITSTATUS(status) == 1 ? "killed" :
	       WEXITSTATUS(status) == 2 ? "words" :
	       WEXITSTATUS(status) == 0 ? "alive" : "unknown";
}

static char **wanted;

/* As a test, because the words of Check want to be inside of one. */
UNIT_TEST(each_is_asked)
{
	struct arena *arena = arena_new();

	learn(arena);
	qsort(cases, cases_nr, sizeof(cases[0]), cheaper);
	for (; *wanted; wanted++) {
		printf("%s %s\n", *wanted, verdict((int)strtol(*wanted, NULL, 10)));
		fflush(stdout);
	}
	arena_free(arena);
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create("mutants");
	TCase *tcase = tcase_create("mutants");
	SRunner *runner = srunner_create(suite);
	const char *text = getenv("OPS_MUTATE_HOW");

	if (argc < 3)
		return 2;
	mutants_nr = (int)strtol(argv[1], NULL, 10);
	wanted = argv + 2;
	how = text && *text ? *text : '!';
	if (mutants_nr < 1 || mutants_nr > MUTANTS_MAX)
		return 2;
	setenv("OPS_JUDGE_SHOW", "1", 1);
	tcase_add_test(tcase, each_is_asked);
	suite_add_tcase(suite, tcase);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
	return srunner_ntests_failed(runner) ? 1 : 0;
}
