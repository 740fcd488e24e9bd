/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk: one C struct by its rows, value by value, into a writer.
 *
 * Rule 1: a row says everything; there is no field name in this file.
 * Rule 2: records are written whole or not at all, so that the buffer can be handed over between two of them.
 */
#include "codec.h"

#include <math.h>
#include <slurm/slurm.h>
#include <stdio.h>
#include <string.h>

int64_t codec_load(const void *at, uint8_t storage)
{
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

bool codec_is_real(uint8_t storage)
{
	return storage == STORAGE_REAL || storage == STORAGE_LONG_REAL;
}

double codec_load_real(const void *at, uint8_t storage)
{
	return storage == STORAGE_LONG_REAL ? (double) *(const long double *) at : *(const double *) at;
}

static const char *load_text(const void *at)
{
	return *(const char *const *) at;
}

static const void *load_pointer(const void *at)
{
	return *(const void *const *) at;
}

static struct xlist *load_list(const void *at)
{
	return *(struct xlist *const *) at;
}

/* What is read of an array that is not there, or that another member says is empty. */
static const long double nothing[1];

const void *codec_item(const void *array, size_t index, uint8_t storage)
{
	static const uint8_t sizes[] = {
		[STORAGE_I8] = 1,
		[STORAGE_U8] = 1,
		[STORAGE_I16] = 2,
		[STORAGE_U16] = 2,
		[STORAGE_I32] = 4,
		[STORAGE_U32] = 4,
		[STORAGE_I64] = 8,
		[STORAGE_U64] = 8,
		[STORAGE_BOOL] = sizeof(bool),
		[STORAGE_REAL] = sizeof(double),
		[STORAGE_LONG_REAL] = sizeof(long double),
		[STORAGE_TEXT] = sizeof(char *),
	};

	return array ? (const char *) array + index * sizes[storage] : (const void *) nothing;
}

static const void *member(const writer_t *w, const struct codec_row *row, const void *record, uint32_t offset,
			  uint8_t storage)
{
	const char *at = (const char *) record + offset;

	return row->options & OPTION_EACH ? codec_item(load_pointer(at), w->item, storage) : at;
}

int64_t codec_count(const struct codec_row *row, const void *record)
{
	return codec_load((const char *) record + row->count_offset, row->count_storage);
}

/* Where the value of a row is. */
static const void *value_at(const writer_t *w, const struct codec_row *row, const void *record)
{
	if ((row->options & OPTION_WHEN) && !codec_count(row, record))
		return nothing;
	return member(w, row, record, row->offset, row->storage);
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

void codec_user(writer_t *w, uint32_t uid, bool empty)
{
	const char *name = lookup_user(uid);

	/* Unlike other texts that are missing this one is empty in a complex document, too. */
	if (!name && empty && w->complex)
		writer_string(w, "", 0);
	else if (name || empty)
		writer_text(w, name);
	else
		writer_null(w);
}

void codec_qos(writer_t *w, uint32_t id)
{
	const char *name = lookup_qos(w->lookup, id);
	char digits[12];

	/* Ids begin with 1; one that has no name here is told all the same. */
	if (!name && id && id < NO_VAL) {
		snprintf(digits, sizeof(digits), "%u", id);
		name = digits;
	}
	writer_text(w, name);
}

static void group(writer_t *w, uint32_t gid, bool empty)
{
	const char *name = lookup_group(gid);

	if (name || empty)
		writer_text(w, name);
	else
		writer_null(w);
}

static void digits(writer_t *w, int64_t value)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%lld", (long long) value);

	writer_string(w, text, (size_t) length);
}

static void user(writer_t *w, const struct codec_row *row, int64_t value)
{
	if ((row->options & OPTION_UNSET_NULL) && codec_is_unset(value, row->storage))
		writer_null(w);
	else if ((row->options & OPTION_DIGITS) && !lookup_user((uint32_t) value))
		digits(w, value);
	else
		codec_user(w, (uint32_t) value, row->kind == KIND_USER_OR_EMPTY);
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
	else if (((row->options & OPTION_UNSET_NULL) && codec_is_unset(value, row->storage)) ||
		 ((row->options & OPTION_ZERO_NULL) && !value))
		writer_null(w);
	else if (row->options & OPTION_DIGITS)
		digits(w, value);
	else
		writer_integer(w, value);
}

static void nullable(writer_t *w, const struct codec_row *row, const void *at)
{
	int64_t value;

	if (codec_is_real(row->storage)) {
		double real = codec_load_real(at, row->storage);

		if ((row->options & OPTION_UNSET_NULL) && real == (double) NO_VAL)
			writer_null(w);
		else
			writer_real(w, real);
		return;
	}
	value = codec_load(at, row->storage);
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

static void noval(writer_t *w, const struct codec_row *row, const void *at)
{
	int64_t value;
	bool infinite, unset;

	if (codec_is_real(row->storage)) {
		noval_real(w, codec_load_real(at, row->storage));
		return;
	}
	if (row->storage == STORAGE_NONE) {
		writer_noval(w, false, false, 0);
		return;
	}
	value = codec_load(at, row->storage);
	infinite = codec_is_infinite(value, row->storage);
	unset = codec_is_unset(value, row->storage) || ((row->options & OPTION_ZERO_UNSET) && !value);
	writer_noval(w, !infinite && !unset, infinite, infinite || unset ? 0 : value);
}

static void quotient(writer_t *w, const struct codec_row *row, const void *record)
{
	int64_t sum = codec_load(member(w, row, record, row->offset, row->storage), row->storage);
	int64_t count = codec_load(member(w, row, record, row->count_offset, row->count_storage), row->count_storage);
	int64_t mean = count ? sum / count : 0;

	if (row->options & OPTION_NOVAL)
		writer_noval(w, count && sum, false, mean);
	else
		writer_integer(w, mean);
}

static void boolean(writer_t *w, const struct codec_row *row, int64_t value)
{
	if (((row->options & OPTION_UNSET_NULL) || complex_null(w, row)) && codec_is_unset(value, row->storage))
		writer_null(w);
	else
		writer_boolean(w, row->options & OPTION_EQUALS_ONE    ? value == 1
				  : row->options & OPTION_EQUALS_ZERO ? value == 0
								      : value != 0);
}

static void flags(writer_t *w, const struct codec_row *row, int64_t value)
{
	if ((row->options & OPTION_ZERO_NULL) && !value)
		writer_null(w);
	else
		codec_flags(w, row->extra, (uint64_t) value);
}

static void nested(writer_t *w, const codec_table_t *table, const void *record)
{
	if (!record && w->complex) {
		writer_null(w);
		return;
	}
	writer_begin_map(w);
	if (record)
		codec_members(w, table, record);
	writer_end_map(w);
}

static void constant(writer_t *w, const struct codec_row *row)
{
	const char *text = complex_null(w, row) ? "null" : row->extra;

	/* JSON on one line is YAML as well. */
	w->format->before_scalar(w);
	writer_bytes(w, text, strlen(text));
}

static void value_of(writer_t *w, const struct codec_row *row, const void *record)
{
	const void *at = value_at(w, row, record), *pointer;
	const uint32_t *items;

	switch ((enum kind) row->kind) {
	case KIND_TEXT:
		writer_text(w, load_text(at));
		break;
	case KIND_TEXT_OR_NULL:
		writer_text_or_null(w, load_text(at));
		break;
	case KIND_NUMBER:
		if (codec_is_real(row->storage))
			writer_real(w, codec_load_real(at, row->storage));
		else
			integer(w, row, codec_load(at, row->storage));
		break;
	case KIND_NULLABLE:
		nullable(w, row, at);
		break;
	case KIND_NOVAL:
		noval(w, row, at);
		break;
	case KIND_BOOLEAN:
		boolean(w, row, codec_load(at, row->storage));
		break;
	case KIND_FLAGS:
		flags(w, row, codec_load(at, row->storage));
		break;
	case KIND_CHOICE:
	case KIND_CHOICES:
		choice(w, row, codec_load(at, row->storage), row->kind == KIND_CHOICES);
		break;
	case KIND_CSV:
		sequence_csv(w, load_text(at));
		break;
	case KIND_TEXTS:
		sequence_texts(w, load_pointer(at), codec_count(row, record));
		break;
	case KIND_NUMBERS:
		sequence_numbers(w, load_pointer(at), row->storage, codec_count(row, record));
		break;
	case KIND_HOSTS:
		sequence_hosts(w, load_text(at));
		break;
	case KIND_USER:
	case KIND_USER_OR_EMPTY:
		user(w, row, codec_load(at, row->storage));
		break;
	case KIND_GROUP:
	case KIND_GROUP_OR_EMPTY:
		group(w, (uint32_t) codec_load(at, row->storage), row->kind == KIND_GROUP_OR_EMPTY);
		break;
	case KIND_RECORD:
		pointer = row->options & OPTION_POINTER ? load_pointer(at) : at;
		if (!pointer && (row->options & OPTION_UNSET_NULL))
			writer_null(w);
		else
			nested(w, row->extra, pointer);
		break;
	case KIND_RECORDS:
		sequence_records(w, row->extra, load_pointer(at), codec_count(row, record));
		break;
	case KIND_OWN:
		nested(w, row->extra, record);
		break;
	case KIND_LIST_TEXTS:
		sequence_list_texts(w, load_list(at));
		break;
	case KIND_LIST_NUMBERS:
		sequence_list_numbers(w, load_list(at));
		break;
	case KIND_LIST_RECORDS:
		sequence_list_records(w, row->extra, load_list(at));
		break;
	case KIND_ITEMS:
		sequence_items(w, row->extra, record, load_pointer(at) ? codec_count(row, record) : 0);
		break;
	case KIND_WORDS:
		sequence_words(w, row->extra, record,
			       load_pointer((const char *) record + row->count_offset) ? load_text(at) : NULL);
		break;
	case KIND_WORD:
		writer_string(w, w->word, w->word_length);
		break;
	case KIND_QOS:
		codec_qos(w, (uint32_t) codec_load(at, row->storage));
		break;
	case KIND_QOS_CSV:
		sequence_qos(w, load_text(at));
		break;
	case KIND_QOS_LIST:
		sequence_list_qos(w, load_list(at), row->options & OPTION_SORTED);
		break;
	case KIND_QOS_BITS:
		sequence_qos_bits(w, load_pointer(at));
		break;
	case KIND_TRES:
		sequence_tres(w, row->extra, load_text(at));
		break;
	case KIND_ITEM:
		items = load_pointer(at);
		writer_integer(w, items && row->options < codec_count(row, record) ? items[row->options] : 0);
		break;
	case KIND_QUOTIENT:
		quotient(w, row, record);
		break;
	case KIND_CONSTANT:
		constant(w, row);
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

size_t codec_pointed_records(writer_t *w, const codec_table_t *table, void *const *records, size_t count)
{
	size_t done = 0;

	while (done < count && !w->failed && try_record(w, table, records[done]))
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
