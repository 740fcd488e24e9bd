/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk: one C struct by its rows, value by value, into a writer.
 *
 * Rule 1: a row says everything; there is no field name in this file.
 * Rule 2: records are written whole or not at all, so that the buffer can be handed over between two of them.
 */
#include "codec.h"

#include <grp.h>
#include <math.h>
#include <pwd.h>
#include <slurm/slurm.h>
#include <stdio.h>
#include <string.h>

int64_t codec_load(const void *record, uint8_t storage, uint32_t offset)
{
	const char *at = (const char *) record + offset;

	switch (storage) {
	case STORAGE_I8:
		return *(const int8_t *) at;
	case STORAGE_U8:
		return *(const uint8_t *) at;
	case STORAGE_I16:
		return *(const int16_t *) at;
	case STORAGE_U16:
		return *(const uint16_t *) at;
	case STORAGE_I32:
		return *(const int32_t *) at;
	case STORAGE_U32:
		return *(const uint32_t *) at;
	case STORAGE_I64:
		return *(const int64_t *) at;
	case STORAGE_U64:
		return (int64_t) * (const uint64_t *) at;
	case STORAGE_BOOL:
		return *(const bool *) at;
	default:
		return 0;
	}
}

static double load_real(const void *record, const struct codec_row *row)
{
	return *(const double *) ((const char *) record + row->offset);
}

static char *load_text(const void *record, const struct codec_row *row)
{
	return *(char *const *) ((const char *) record + row->offset);
}

/* Slurm has one pair of sentinels for each width of number (slurm.h, "DEFINITIONS FOR INPUT VALUES"). */
bool codec_is_unset(int64_t value, uint8_t storage)
{
	switch (storage) {
	case STORAGE_U8:
		return value == NO_VAL8;
	case STORAGE_U16:
		return value == NO_VAL16;
	case STORAGE_U32:
		return value == NO_VAL;
	case STORAGE_I32:
		return (uint32_t) value == NO_VAL;
	case STORAGE_U64:
	case STORAGE_I64:
		return (uint64_t) value == NO_VAL64;
	default:
		return false;
	}
}

bool codec_is_infinite(int64_t value, uint8_t storage)
{
	switch (storage) {
	case STORAGE_U8:
		return value == INFINITE8;
	case STORAGE_U16:
		return value == INFINITE16;
	case STORAGE_U32:
		return value == INFINITE;
	case STORAGE_I32:
		return (uint32_t) value == INFINITE;
	case STORAGE_U64:
	case STORAGE_I64:
		return (uint64_t) value == INFINITE64;
	default:
		return false;
	}
}

void codec_key(writer_t *w, const struct codec_row *row)
{
	w->format->key(w, row->key, row->key_length);
}

/* Whether a number object is just null or "Infinity", and is written now. */
static bool no_number(writer_t *w, bool set, bool infinite)
{
	if (infinite)
		writer_string(w, "Infinity", sizeof("Infinity") - 1);
	else if (!set)
		writer_null(w);
	return infinite || !set;
}

void writer_noval(writer_t *w, bool set, bool infinite, int64_t number)
{
	if (w->complex) {
		if (!no_number(w, set, infinite))
			writer_integer(w, number);
		return;
	}
	writer_begin_map(w);
	KEY(w, "set");
	writer_boolean(w, set);
	KEY(w, "infinite");
	writer_boolean(w, infinite);
	KEY(w, "number");
	writer_integer(w, number);
	writer_end_map(w);
}

static void noval_real(writer_t *w, double value)
{
	/* As doubles the two 64-bit sentinels are one number, which counts as infinite. */
	bool infinite = isinf(value) || value == (double) INFINITE || value == (double) INFINITE64;
	bool unset = isnan(value) || value == (double) NO_VAL;

	if (w->complex) {
		if (!no_number(w, !unset, infinite))
			writer_real(w, value);
		return;
	}
	writer_begin_map(w);
	KEY(w, "set");
	writer_boolean(w, !infinite && !unset);
	KEY(w, "infinite");
	writer_boolean(w, infinite);
	KEY(w, "number");
	writer_real(w, infinite || unset ? 0.0 : value);
	writer_end_map(w);
}

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

/* The name of an id, or NULL: it stands in its slot until another id takes that. */
static const char *user_name(uint32_t uid)
{
	struct name_slot *slot = &users[uid % NAME_SLOTS];
	const struct passwd *entry;

	if (!slot->known || slot->id != uid) {
		entry = getpwuid(uid);
		remember(slot, uid, entry ? entry->pw_name : NULL);
	}
	return slot->exists ? slot->name : NULL;
}

static const char *group_name(uint32_t gid)
{
	struct name_slot *slot = &groups[gid % NAME_SLOTS];
	const struct group *entry;

	if (!slot->known || slot->id != gid) {
		entry = getgrgid(gid);
		remember(slot, gid, entry ? entry->gr_name : NULL);
	}
	return slot->exists ? slot->name : NULL;
}

void codec_user(writer_t *w, uint32_t uid, bool empty)
{
	const char *name = user_name(uid);

	/* Unlike other texts that are missing this one is empty in a complex document, too. */
	if (!name && empty && w->complex)
		writer_string(w, "", 0);
	else if (name || empty)
		writer_text(w, name);
	else
		writer_null(w);
}

void codec_user_or_number(writer_t *w, uint32_t uid)
{
	const char *name = user_name(uid);
	char digits[12];

	if (!name)
		snprintf(digits, sizeof(digits), "%u", uid);
	writer_text(w, name ? name : digits);
}

void codec_group(writer_t *w, uint32_t gid, bool empty)
{
	const char *name = group_name(gid);

	if (name || empty)
		writer_text(w, name);
	else
		writer_null(w);
}

static bool matches(const struct codec_name *name, uint64_t value)
{
	return name->mask ? (value & name->mask) == name->value : value == name->value;
}

void codec_flags(writer_t *w, const struct codec_names *names, uint64_t value)
{
	bool any = false;

	writer_begin_list(w);
	for (size_t i = 0; i < names->count; i++) {
		if (!matches(&names->entries[i], value))
			continue;
		any = true;
		writer_text(w, names->entries[i].text);
		/* An entry for the whole value says all that there is to say. */
		if (!names->entries[i].mask)
			break;
	}
	if (!any && names->otherwise)
		writer_text(w, names->otherwise);
	writer_end_list(w);
}

static void choice(writer_t *w, const struct codec_row *row, int64_t value, bool as_list)
{
	const struct codec_names *names = row->extra;
	const char *text = names->otherwise;

	for (size_t i = 0; i < names->count; i++)
		if (matches(&names->entries[i], (uint64_t) value)) {
			text = names->entries[i].text;
			break;
		}
	if (as_list) {
		writer_begin_list(w);
		if (text)
			writer_text(w, text);
		writer_end_list(w);
	} else if (text)
		writer_text(w, text);
	else if ((row->options & OPTION_UNSET_NULL) && codec_is_unset(value, row->storage))
		writer_null(w);
	else
		writer_integer(w, value);
}

static void csv(writer_t *w, const char *text)
{
	writer_begin_list(w);
	while (text && *text) {
		size_t length = strcspn(text, ",");

		if (length)
			writer_string(w, text, length);
		text += length;
		text += strspn(text, ",");
	}
	writer_end_list(w);
}

static void nullable(writer_t *w, const struct codec_row *row, const void *record)
{
	int64_t value;

	if (row->storage == STORAGE_REAL) {
		double real = load_real(record, row);

		if ((row->options & OPTION_UNSET_NULL) && real == (double) NO_VAL)
			writer_null(w);
		else
			writer_real(w, real);
		return;
	}
	value = codec_load(record, row->storage, row->offset);
	if ((row->options & OPTION_UNSET_NULL) && codec_is_unset(value, row->storage))
		writer_null(w);
	else if ((row->options & OPTION_INFINITE_NULL) && codec_is_infinite(value, row->storage))
		writer_null(w);
	else if ((row->options & OPTION_ZERO_NULL) && !value)
		writer_null(w);
	else if ((row->options & OPTION_INFINITE_MINUS) && codec_is_infinite(value, row->storage))
		writer_integer(w, -1);
	else
		writer_integer(w, value);
}

static bool complex_null(const writer_t *w, const struct codec_row *row)
{
	return w->complex && (row->options & OPTION_COMPLEX_NULL);
}

static void integer(writer_t *w, const struct codec_row *row, int64_t value)
{
	if (!value && complex_null(w, row))
		writer_null(w);
	else
		writer_integer(w, value);
}

static void noval(writer_t *w, const struct codec_row *row, const void *record)
{
	int64_t value;
	bool infinite, unset;

	if (row->storage == STORAGE_REAL) {
		noval_real(w, load_real(record, row));
		return;
	}
	if (row->storage == STORAGE_NONE) {
		writer_noval(w, false, false, 0);
		return;
	}
	value = codec_load(record, row->storage, row->offset);
	infinite = codec_is_infinite(value, row->storage);
	unset = codec_is_unset(value, row->storage) || ((row->options & OPTION_ZERO_UNSET) && !value);
	writer_noval(w, !infinite && !unset, infinite, infinite || unset ? 0 : value);
}

static void texts(writer_t *w, const struct codec_row *row, const void *record)
{
	char *const *list = *(char *const *const *) ((const char *) record + row->offset);
	int64_t count = codec_load(record, row->count_storage, row->count_offset);

	writer_begin_list(w);
	for (int64_t i = 0; list && i < count; i++)
		writer_text(w, list[i]);
	writer_end_list(w);
}

static void item(writer_t *w, const struct codec_row *row, const void *record)
{
	const uint32_t *list = *(const uint32_t *const *) ((const char *) record + row->offset);
	int64_t count = codec_load(record, row->count_storage, row->count_offset);

	writer_integer(w, list && row->options < count ? list[row->options] : 0);
}

static const void *nested(const void *record, const struct codec_row *row)
{
	const char *at = (const char *) record + row->offset;

	return row->options & OPTION_POINTER ? *(const void *const *) at : at;
}

static void records(writer_t *w, const struct codec_row *row, const void *record)
{
	const codec_table_t *table = row->extra;
	const char *array = nested(record, row);
	int64_t count = codec_load(record, row->count_storage, row->count_offset);

	writer_begin_list(w);
	for (int64_t i = 0; array && i < count; i++) {
		writer_begin_map(w);
		codec_members(w, table, array + (size_t) i * table->stride);
		writer_end_map(w);
	}
	writer_end_list(w);
}

static void value_of(writer_t *w, const struct codec_row *row, const void *record)
{
	const codec_table_t *table;
	const char *text;
	int64_t value;

	switch ((enum kind) row->kind) {
	case KIND_TEXT:
		writer_text(w, load_text(record, row));
		break;
	case KIND_TEXT_OR_NULL:
		writer_text_or_null(w, load_text(record, row));
		break;
	case KIND_NUMBER:
		if (row->storage == STORAGE_REAL)
			writer_real(w, load_real(record, row));
		else
			integer(w, row, codec_load(record, row->storage, row->offset));
		break;
	case KIND_NULLABLE:
		nullable(w, row, record);
		break;
	case KIND_NOVAL:
		noval(w, row, record);
		break;
	case KIND_BOOLEAN:
		value = codec_load(record, row->storage, row->offset);
		if (((row->options & OPTION_UNSET_NULL) || complex_null(w, row)) && codec_is_unset(value, row->storage))
			writer_null(w);
		else
			writer_boolean(w, row->options & OPTION_EQUALS_ONE    ? value == 1
					  : row->options & OPTION_EQUALS_ZERO ? value == 0
									      : value != 0);
		break;
	case KIND_FLAGS:
		value = codec_load(record, row->storage, row->offset);
		if ((row->options & OPTION_ZERO_NULL) && !value)
			writer_null(w);
		else
			codec_flags(w, row->extra, (uint64_t) value);
		break;
	case KIND_CHOICE:
	case KIND_CHOICES:
		choice(w, row, codec_load(record, row->storage, row->offset), row->kind == KIND_CHOICES);
		break;
	case KIND_CSV:
		csv(w, load_text(record, row));
		break;
	case KIND_TEXTS:
		texts(w, row, record);
		break;
	case KIND_USER:
	case KIND_USER_OR_EMPTY:
		value = codec_load(record, row->storage, row->offset);
		if ((row->options & OPTION_UNSET_NULL) && codec_is_unset(value, row->storage))
			writer_null(w);
		else
			codec_user(w, (uint32_t) value, row->kind == KIND_USER_OR_EMPTY);
		break;
	case KIND_GROUP:
	case KIND_GROUP_OR_EMPTY:
		value = codec_load(record, row->storage, row->offset);
		codec_group(w, (uint32_t) value, row->kind == KIND_GROUP_OR_EMPTY);
		break;
	case KIND_RECORD:
		table = row->extra;
		record = nested(record, row);
		if (!record && w->complex) {
			writer_null(w);
			break;
		}
		writer_begin_map(w);
		if (record)
			codec_members(w, table, record);
		writer_end_map(w);
		break;
	case KIND_RECORDS:
		records(w, row, record);
		break;
	case KIND_ITEM:
		item(w, row, record);
		break;
	case KIND_QUOTIENT:
		value = codec_load(record, row->count_storage, row->count_offset);
		writer_integer(w, value ? codec_load(record, row->storage, row->offset) / value : 0);
		break;
	case KIND_CONSTANT:
		/* JSON on one line is YAML as well. */
		w->format->before_scalar(w);
		text = complex_null(w, row) ? "null" : row->extra;
		writer_bytes(w, text, strlen(text));
		break;
	case KIND_DERIVED:
	case KIND_OPEN:
	case KIND_CLOSE:
		break;
	}
}

void codec_members(writer_t *w, const codec_table_t *table, const void *record)
{
	const struct codec_row *row = table->rows, *end = row + table->count;

	for (; row < end; row++) {
		switch ((enum kind) row->kind) {
		case KIND_OPEN:
			codec_key(w, row);
			writer_begin_map(w);
			break;
		case KIND_CLOSE:
			writer_end_map(w);
			break;
		case KIND_DERIVED:
			((const struct derived *) row->extra)->write(w, record, row);
			break;
		default:
			codec_key(w, row);
			value_of(w, row, record);
			break;
		}
	}
}

static bool try_record(writer_t *w, const codec_table_t *table, const void *record)
{
	struct position before = w->at;

	if (table->required != TABLE_WITHOUT_REQUIRED &&
	    !*(const void *const *) ((const char *) record + table->required))
		return true;
	w->fixed = before.length != 0;
	writer_begin_map(w);
	codec_members(w, table, record);
	writer_end_map(w);
	w->fixed = false;
	if (!w->full)
		return true;
	w->full = false;
	w->at = before;
	return false;
}

size_t codec_records(writer_t *w, const codec_table_t *table, const void *array, size_t count)
{
	size_t done = 0;

	while (done < count && !w->failed && try_record(w, table, (const char *) array + done * table->stride))
		done++;
	return done;
}

size_t codec_table_stride(const codec_table_t *table)
{
	return table->stride;
}

const codec_table_t *codec_table(const char *name, int version)
{
	for (size_t i = 0; i < codec_tables_count; i++)
		if (codec_tables[i].version == version && !strcmp(codec_tables[i].name, name))
			return &codec_tables[i];
	return NULL;
}
