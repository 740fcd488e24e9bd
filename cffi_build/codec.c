/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk: one C struct by its rows, value by value and record by record, into a writer.
 *
 * Rule 1: a row says everything; there is no field name in this file.
 * Rule 2: records are written whole or not at all, so that the buffer can be handed over between two of them.
 */
#include "rows.h"
#include "sequences.h"
#include "storage.h"
#include "values.h"
#include "words.h"
#include "writer.h"

#include <slurm/slurmdb.h>
#include <string.h>

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

static const void *member(const writer_t *w, const struct codec_row *row, const void *record, uint32_t offset,
			  uint8_t storage)
{
	const char *at = (const char *) record + offset;

	return row->options & OPTION_EACH ? codec_item(load_pointer(at), w->item, storage) : at;
}

/* Where the value of a row is. */
static const void *value_at(const writer_t *w, const struct codec_row *row, const void *record)
{
	if ((row->options & OPTION_WHEN) && !codec_count(row, record))
		return codec_item(NULL, 0, row->storage);
	return member(w, row, record, row->offset, row->storage);
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

static void one_record(writer_t *w, const codec_table_t *table, const void *record)
{
	writer_begin_map(w);
	codec_members(w, table, record);
	writer_end_map(w);
}

static void records(writer_t *w, const codec_table_t *table, const void *array, int64_t count)
{
	writer_begin_list(w);
	for (int64_t i = 0; array && i < count; i++)
		one_record(w, table, (const char *) array + (size_t) i * table->stride);
	writer_end_list(w);
}

static void items(writer_t *w, const codec_table_t *table, const void *record, int64_t count)
{
	writer_begin_list(w);
	for (int64_t i = 0; i < count; i++) {
		w->item = (size_t) i;
		one_record(w, table, record);
	}
	writer_end_list(w);
}

static void items_of_words(writer_t *w, const codec_table_t *table, const void *record, const char *words)
{
	writer_begin_list(w);
	for (size_t i = 0; (w->word = next_word(&words, &w->word_length)); i++) {
		w->item = i;
		one_record(w, table, record);
	}
	writer_end_list(w);
}

static void listed_record(writer_t *w, const void *item, const void *with)
{
	one_record(w, with, item);
}

static void resources(writer_t *w, const codec_table_t *table, const char *text)
{
	slurmdb_tres_rec_t tres;

	writer_begin_list(w);
	while (sequence_next_tres(w->lookup, &text, &tres))
		one_record(w, table, &tres);
	writer_end_list(w);
}

static void value_of(writer_t *w, const struct codec_row *row, const void *record)
{
	const void *at = value_at(w, row, record), *pointer;
	const uint32_t *numbers;

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
			codec_integer(w, row, codec_load(at, row->storage));
		break;
	case KIND_NULLABLE:
		codec_nullable(w, row, at);
		break;
	case KIND_NOVAL:
		codec_noval(w, row, at);
		break;
	case KIND_BOOLEAN:
		codec_boolean(w, row, codec_load(at, row->storage));
		break;
	case KIND_FLAGS:
		flags(w, row, codec_load(at, row->storage));
		break;
	case KIND_CHOICE:
	case KIND_CHOICES:
		codec_choice(w, row, codec_load(at, row->storage));
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
		codec_named_user(w, row, codec_load(at, row->storage));
		break;
	case KIND_GROUP:
	case KIND_GROUP_OR_EMPTY:
		codec_group(w, (uint32_t) codec_load(at, row->storage), row->kind == KIND_GROUP_OR_EMPTY);
		break;
	case KIND_RECORD:
		pointer = row->options & OPTION_POINTER ? load_pointer(at) : at;
		if (!pointer && (row->options & OPTION_UNSET_NULL))
			writer_null(w);
		else
			nested(w, row->extra, pointer);
		break;
	case KIND_RECORDS:
		records(w, row->extra, load_pointer(at), codec_count(row, record));
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
		sequence_each(w, load_list(at), listed_record, row->extra);
		break;
	case KIND_ITEMS:
		items(w, row->extra, record, load_pointer(at) ? codec_count(row, record) : 0);
		break;
	case KIND_WORDS:
		items_of_words(w, row->extra, record,
			       load_pointer((const char *) record + row->count_offset) ? load_text(at) : NULL);
		break;
	case KIND_WORD:
		writer_string(w, w->word, w->word_length);
		break;
	case KIND_QOS:
		if ((row->options & OPTION_ZERO_NULL) && !codec_is_qos((uint32_t) codec_load(at, row->storage)))
			writer_null(w);
		else
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
		resources(w, row->extra, load_text(at));
		break;
	case KIND_ITEM:
		numbers = load_pointer(at);
		writer_integer(w, numbers && row->options < codec_count(row, record) ? numbers[row->options] : 0);
		break;
	case KIND_QUOTIENT:
		quotient(w, row, record);
		break;
	case KIND_CONSTANT:
		codec_constant(w, row);
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
