/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names by id: of users and groups as the name service has them, of trackable resources and QOSes as slurmdbd told
 * them before.
 *
 * Rule 1: an id without a name is NULL here; what stands in its place, the kind of the row says.
 * Rule 2: no name is copied out of Slurm's records, so these outlive the look-up.
 */
#include "lookup.h"
#include "slurm_features.h"
#include "storage.h"

#include <grp.h>
#include <pwd.h>
#include <slurm/slurm.h>
#include <slurm/slurmdb.h>
#include <stdlib.h>
#include <string.h>

/*
 * Names cost a look-up in the name service each; a listing has many records of few users. The slot of an id is its
 * remainder, so a cluster with more users than slots only loses speed.
 */
enum { NAME_SLOTS = 64, NAME_LENGTH = 256 }; /* LOGIN_NAME_MAX is 256 */

struct name_slot {
	bool known;
	bool exists;
	uint32_t id;
	char name[NAME_LENGTH];
};

static struct name_slot users[NAME_SLOTS];
static struct name_slot groups[NAME_SLOTS];

static void remember(struct name_slot *slot, uint32_t id, const char *name)
{
	slot->known = true;
	slot->id = id;
	slot->exists = name != NULL && strlen(name) < sizeof(slot->name);
	if (slot->exists)
		memcpy(slot->name, name, strlen(name) + 1);
}

/* Whom a daemon could not make out has an id of his own; since jobs have a step_id it has a name as well. */
#ifdef HAS_MEMBER_slurm_job_info_t_step_id
static const char *name_of_nobody(uint32_t id)
{
	const uint32_t nobody = 99; /* SLURM_AUTH_NOBODY, in few of the public headers */

	return id == nobody ? "nobody" : NULL;
}
#else
static const char *name_of_nobody(uint32_t id)
{
	(void) id;
	return NULL;
}
#endif

/* What Slurm says of an id that nobody gave, or that is any: a name service would look for it in vain, far and wide. */
static bool is_no_id(uint32_t id)
{
	return id == NO_VAL || id == INFINITE;
}

static const char *name_of_user(uint32_t uid)
{
	const char *nobody = name_of_nobody(uid);
	const struct passwd *entry = nobody || is_no_id(uid) ? NULL : getpwuid(uid);

	return entry ? entry->pw_name : nobody;
}

static const char *name_of_group(uint32_t gid)
{
	const char *nobody = name_of_nobody(gid);
	const struct group *entry = nobody || is_no_id(gid) ? NULL : getgrgid(gid);

	return entry ? entry->gr_name : nobody;
}

/* The name stands in its slot until another id takes that. */
const char *lookup_user(uint32_t uid)
{
	struct name_slot *slot = &users[uid % NAME_SLOTS];

	if (!slot->known || slot->id != uid)
		remember(slot, uid, name_of_user(uid));
	return slot->exists ? slot->name : NULL;
}

const char *lookup_group(uint32_t gid)
{
	struct name_slot *slot = &groups[gid % NAME_SLOTS];

	if (!slot->known || slot->id != gid)
		remember(slot, gid, name_of_group(gid));
	return slot->exists ? slot->name : NULL;
}

struct named {
	uint32_t id;
	char *type; /* of a resource */
	char *name;
};

struct names {
	struct named *entries; /* by id */
	size_t count;
};

struct lookup {
	struct names tres;
	struct names qos;
	slurmdb_assoc_rec_t **associations; /* by id, then by cluster */
	size_t associations_count;
};

static int by_id(const void *left, const void *right)
{
	uint32_t one = ((const struct named *) left)->id, other = ((const struct named *) right)->id;

	return (one > other) - (one < other);
}

static struct named of_tres(const void *record)
{
	const slurmdb_tres_rec_t *tres = record;

	return (struct named) { tres->id, tres->type, tres->name };
}

static struct named of_qos(const void *record)
{
	const slurmdb_qos_rec_t *qos = record;

	return (struct named) { qos->id, NULL, qos->name };
}

static bool gather(struct names *names, struct xlist *list, struct named (*of)(const void *record))
{
	void **records = list_items(list, &names->count);

	names->entries = calloc(names->count + 1, sizeof(*names->entries));
	if (!records || !names->entries) {
		list_items_free(records);
		return false;
	}
	for (size_t i = 0; i < names->count; i++)
		names->entries[i] = of(records[i]);
	list_items_free(records);
	qsort(names->entries, names->count, sizeof(*names->entries), by_id);
	return true;
}

static const struct named *find(const struct names *names, uint32_t id)
{
	struct named wanted = { .id = id };

	return bsearch(&wanted, names->entries, names->count, sizeof(*names->entries), by_id);
}

lookup_t *lookup_new(void *tres, void *qos)
{
	lookup_t *lookup = calloc(1, sizeof(*lookup));

	if (lookup && gather(&lookup->tres, tres, of_tres) && gather(&lookup->qos, qos, of_qos))
		return lookup;
	lookup_free(lookup);
	return NULL;
}

void lookup_free(lookup_t *lookup)
{
	if (!lookup)
		return;
	free(lookup->tres.entries);
	free(lookup->qos.entries);
	list_items_free((void **) lookup->associations);
	free(lookup);
}

const char *lookup_qos(const lookup_t *lookup, uint32_t id)
{
	const struct named *found = lookup ? find(&lookup->qos, id) : NULL;

	return found ? found->name : NULL;
}

bool lookup_tres(const lookup_t *lookup, uint32_t id, char **type, char **name)
{
	const struct named *found = lookup ? find(&lookup->tres, id) : NULL;

	if (!found)
		return false;
	*type = found->type;
	*name = found->name;
	return true;
}

static int by_key(const void *left, const void *right)
{
	const slurmdb_assoc_rec_t *one = *(slurmdb_assoc_rec_t *const *) left;
	const slurmdb_assoc_rec_t *other = *(slurmdb_assoc_rec_t *const *) right;

	if (one->id != other->id)
		return one->id < other->id ? -1 : 1;
	return strcmp(one->cluster ? one->cluster : "", other->cluster ? other->cluster : "");
}

bool lookup_associations(lookup_t *lookup, void *associations)
{
	list_items_free((void **) lookup->associations);
	lookup->associations = (slurmdb_assoc_rec_t **) list_items(associations, &lookup->associations_count);
	if (!lookup->associations)
		return false;
	qsort(lookup->associations, lookup->associations_count, sizeof(*lookup->associations), by_key);
	return true;
}

const void *lookup_association(const lookup_t *lookup, uint32_t id, char *cluster)
{
	slurmdb_assoc_rec_t wanted = { .id = id, .cluster = cluster }, *key = &wanted, **found = NULL;

	if (lookup && lookup->associations)
		found = bsearch(&key, lookup->associations, lookup->associations_count, sizeof(key), by_key);
	return found ? *found : NULL;
}
