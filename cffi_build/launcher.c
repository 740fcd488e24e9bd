/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command slurmrest-inet: start Python without `site`, whose work costs each connection milliseconds.
 *
 * Rule 1: nothing is searched in PATH. Which Python, is said by the virtual environment that this file lies in, or else
 *         by the build; where the package is, by where this file lies (pip's layouts, Debian's, a checkout).
 * Rule 2: what is not found there is Python's own to find, with `site`: see slurmrest_inet/paths.py.
 * Rule 3: this file may be reached by a symbolic link or be mounted elsewhere: then what the build knew is tried, too.
 *
 * From the build: PYTHON ("python3.11"), BASE (that program's path outside of environments), PREFIX (the environment
 * that was built in), SOURCE (the checkout of an editable installation, or "").
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static const char *const layouts[] = {
	"lib/" PYTHON "/site-packages", "lib64/" PYTHON "/site-packages", "lib/" PYTHON "/dist-packages",
	"lib/python3/dist-packages",	"lib64/python3/dist-packages",	  "",
};
enum { LAYOUTS = sizeof(layouts) / sizeof(*layouts) };

/* False if it does not fit. */
static bool join(char path[PATH_MAX], const char *folder, const char *name, const char *file)
{
	int length = snprintf(path, PATH_MAX, "%s/%s/%s", folder, name, file);

	return length > 0 && length < PATH_MAX;
}

/* The package's __main__.py below a prefix. */
static bool find_package(char path[PATH_MAX], const char *prefix)
{
	for (size_t i = 0; i < LAYOUTS; i++)
		if (join(path, prefix, layouts[i], "slurmrest_inet/__main__.py") && !access(path, R_OK))
			return true;
	return false;
}

/* The Python of the environment at a prefix, of the build, or beside this program. */
static bool find_python(char path[PATH_MAX], const char *prefix)
{
	if (join(path, prefix, ".", "pyvenv.cfg") && !access(path, R_OK) && join(path, prefix, "bin", PYTHON) &&
	    !access(path, X_OK))
		return true;
	if (!access(BASE, X_OK)) {
		strcpy(path, BASE);
		return true;
	}
	return join(path, prefix, "bin", PYTHON) && !access(path, X_OK);
}

/* The folder above that of this program, without links. */
static bool own_prefix(char path[PATH_MAX])
{
	char *slash;

	if (!realpath("/proc/self/exe", path) && !realpath((const char *) getauxval(AT_EXECFN), path))
		return false;
	for (int i = 0; i < 2; i++) {
		slash = strrchr(path, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	return true;
}

int main(int argc, char **argv)
{
	static const char missing[] = "slurmrest-inet: the package or its Python is not where it was installed.\n";
	char prefix[PATH_MAX], python[PATH_MAX], package[PATH_MAX];
	char **words = calloc((size_t) argc + 3, sizeof(*words));
	bool found;
	ssize_t ignored;

	if (!words)
		return 1;
	found = own_prefix(prefix) && find_package(package, prefix) && find_python(python, prefix);
	if (!found && *SOURCE)
		found = find_package(package, SOURCE) && find_python(python, PREFIX);
	if (!found)
		found = find_package(package, PREFIX) && find_python(python, PREFIX);
	if (found) {
		words[0] = python;
		words[1] = "-IS";
		words[2] = package;
		for (int i = 1; i < argc; i++)
			words[i + 2] = argv[i];
		execv(python, words);
	}
	ignored = write(STDERR_FILENO, missing, sizeof(missing) - 1);
	(void) ignored;
	free(words);
	return 1;
}
