/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command slurmrest-inet: start Python without `site`, whose work costs each connection milliseconds.
 *
 * Rule 1: nothing is searched in PATH. Where the package is, is said by where this file lies (pip's layouts, Debian's, a
 *         checkout); which Python, by the environment that this file lies in, or else by the build.
 * Rule 2: what is not found there is Python's own to find, with `site`: see slurmrest_inet/paths.py.
 * Rule 3: this file may be reached by a symbolic link or be mounted elsewhere (BindPaths= of systemd.exec(5)): it lies
 *         where the link leads, or where it is mounted from. A copy of it alone finds nothing.
 * Rule 4: root may be the one who starts this. A package is run only if nobody could have put it there but root, the
 *         caller, who owns this program, and, for a checkout, who owned that when it was built.
 * Rule 5: descriptor 2 may be the client of a super-server, who is told nothing.
 *
 * From the build: PYTHON ("python3.11"), BASE (that program's path outside of environments), SOURCE and OWNER (the
 * checkout of an editable installation, or "", and whose it is).
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

static const char *const layouts[] = {
	"lib/" PYTHON "/site-packages", "lib64/" PYTHON "/site-packages", "lib/" PYTHON "/dist-packages",
	"lib/python3/dist-packages",	"lib64/python3/dist-packages",	  "",
};
enum { LAYOUTS = sizeof(layouts) / sizeof(*layouts) };

static char program[PATH_MAX];	/* this file */
static char package[PATH_MAX];	/* the package's __main__.py */
static char python[PATH_MAX];
static char refused[PATH_MAX];	/* a package that rule 4 forbids */
static bool beside;		/* the package lies where the Python of its prefix, and no other, would install it */

/* False if it does not fit. */
static bool join(char path[PATH_MAX], const char *folder, const char *name, const char *file)
{
	int length = snprintf(path, PATH_MAX, "%s/%s/%s", folder, name, file);

	return length > 0 && length < PATH_MAX;
}

/* Cut the last names off a path; false if there are none. */
static bool rise(char *path, int levels)
{
	while (levels--) {
		char *slash = strrchr(path, '/');

		if (!slash)
			return false;
		*slash = '\0';
	}
	return true;
}

/* Whether a package's file, its folder and the one beside which it is imported are of those whom rule 4 names. */
static bool trusted(const char *file, bool checkout)
{
	char path[PATH_MAX];
	struct stat own, found;

	if (stat(program, &own))
		return false;
	strcpy(path, file);
	for (int i = 0; i < 3; i++) {
		if (stat(*path ? path : "/", &found) || found.st_mode & S_IWOTH)
			return false;
		if (found.st_uid && found.st_uid != geteuid() && found.st_uid != own.st_uid &&
		    !(checkout && found.st_uid == OWNER))
			return false;
		rise(path, 1);
	}
	return true;
}

/* Set `package` to the one below a prefix. */
static bool find_package(const char *prefix, bool checkout)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < LAYOUTS; i++) {
		/* Without links, so that what was looked at is what runs. */
		if (!join(path, prefix, layouts[i], "slurmrest_inet/__main__.py") || !realpath(path, package) ||
		    access(package, R_OK))
			continue;
		if (trusted(package, checkout)) {
			/* Debian's own Python installs into dist-packages, also below /usr/local, where another may be. */
			beside = !checkout && !strstr(layouts[i], "dist-packages");
			return true;
		}
		strcpy(refused, package);
	}
	return false;
}

/* Set `python` to that of the environment at a prefix, beside the package, or of the build. */
static bool find_python(const char *prefix)
{
	bool own = join(python, prefix, "bin", PYTHON) && !access(python, X_OK);
	char path[PATH_MAX];

	if (own && (beside || (join(path, prefix, ".", "pyvenv.cfg") && !access(path, R_OK))))
		return true;
	if (!access(BASE, X_OK)) {
		strcpy(python, BASE);
		return true;
	}
	return own;
}

/* A line of /proc/self/mountinfo (proc(5)): which part of which file system is mounted where. */
struct mount {
	char *device;
	char *root;
	char *point;
};

/* Undo in its place that a blank is written \040. */
static void unescape(char *path)
{
	char *to = path;
	unsigned int byte;

	while (*path) {
		if (*path == '\\' && sscanf(path, "\\%3o", &byte) == 1) {
			*to++ = (char) byte;
			path += 4;
		} else {
			*to++ = *path++;
		}
	}
	*to = '\0';
}

static bool read_mount(char *line, struct mount *mount)
{
	strsep(&line, " "); /* its number */
	strsep(&line, " "); /* that of the mount above */
	mount->device = strsep(&line, " ");
	mount->root = strsep(&line, " ");
	mount->point = strsep(&line, " ");
	if (!line)
		return false;
	unescape(mount->root);
	unescape(mount->point);
	return true;
}

/* Set `path` to where a file of a mounted file system is to be seen in this mount; false if it is not. */
static bool seen_in(const struct mount *mount, const char *file, char path[PATH_MAX])
{
	size_t length = strcmp(mount->root, "/") ? strlen(mount->root) : 0;
	int written;

	if (strncmp(file, mount->root, length) || file[length] != '/')
		return false;
	written = snprintf(path, PATH_MAX, "%s%s", strcmp(mount->point, "/") ? mount->point : "", file + length);
	return written > 0 && written < PATH_MAX;
}

/* Find both from where this program is mounted from, if it is mounted. */
static bool find_through_mount(void)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char device[32] = "", file[PATH_MAX] = "", path[PATH_MAX], *line = NULL;
	struct stat own, there;
	struct mount mount;
	size_t size = 0;
	bool found = false;

	if (!mounts || stat(program, &own))
		goto out;
	/* The last one is on top of the others. */
	while (getline(&line, &size, mounts) > 0)
		if (read_mount(line, &mount) && !strcmp(mount.point, program)) {
			snprintf(device, sizeof(device), "%s", mount.device);
			snprintf(file, sizeof(file), "%s", mount.root);
		}
	rewind(mounts);
	while (!found && getline(&line, &size, mounts) > 0)
		found = read_mount(line, &mount) && !strcmp(mount.device, device) && seen_in(&mount, file, path) &&
			!stat(path, &there) && there.st_dev == own.st_dev && there.st_ino == own.st_ino && rise(path, 2) &&
			(find_package(path, false) || (*SOURCE && find_package(SOURCE, true))) && find_python(path);
out:
	free(line);
	if (mounts)
		fclose(mounts);
	return found;
}

static bool find(void)
{
	char prefix[PATH_MAX];

	if (!realpath("/proc/self/exe", program) && !realpath((const char *) getauxval(AT_EXECFN), program))
		return false;
	strcpy(prefix, program);
	if (!rise(prefix, 2))
		return false;
	return (find_package(prefix, false) && find_python(prefix)) || find_through_mount() ||
	       (*SOURCE && find_package(SOURCE, true) && find_python(prefix));
}

static bool same_socket(int one, int other)
{
	struct stat first, second;

	return !fstat(one, &first) && !fstat(other, &second) && S_ISSOCK(first.st_mode) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Say what is wrong to whoever reads descriptor 2, or to syslog if that is the client. */
static void complain(void)
{
	const char *what = *refused ? refused : "the package or its Python",
		   *how = *refused ? "is not run: it or its folder is somebody else's, or anybody can write to it"
				   : "is not where it was installed";

	if (same_socket(STDERR_FILENO, STDIN_FILENO) || same_socket(STDERR_FILENO, STDOUT_FILENO)) {
		alarm(1); /* nobody is held up by a syslog that does not read */
		openlog("slurmrest-inet", LOG_PID, LOG_DAEMON);
		syslog(LOG_ERR, "%s %s.", what, how);
	} else {
		dprintf(STDERR_FILENO, "slurmrest-inet: %s %s.\n", what, how);
	}
}

int main(int argc, char **argv)
{
	char **words = calloc((size_t) argc + 3, sizeof(*words));

	if (!words)
		return 1;
	if (find()) {
		words[0] = python;
		words[1] = "-IS";
		words[2] = package;
		for (int i = 1; i < argc; i++)
			words[i + 2] = argv[i];
		execv(python, words);
	}
	complain();
	free(words);
	return 1;
}
