/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds that become a list: of comma texts, of arrays with a count, of arrays side by side, of Slurm's lists.
 *
 * Rule 1: what is not there is an empty list.
 * Rule 2: what of a text cannot be read is left out; the rest is told.
 * Rule 3: as in codec.c there is no field name in this file.
 */
#include "bits.h"
#include "codec.h"

#include <slurm/slurm.h>
#include <slurm/slurmdb.h>
#include <stdlib.h>
#include <string.h>

/* The next word of a comma text, as its length, and NULL or where to go on; words without a letter do not count. */
static const char *next_word(const char **text, size_t *length)
{
	const char *word = *text ? *text + strspn(*text, ",") : "";

	*length = strcspn(word, ",");
	*text = word + *length;
	return *length ? word : NULL;
}

void sequence_csv(writer_t *w, const char *text)
{
	const char *word;
	size_t length;

	writer_begin_list(w);
	while ((word = next_word(&text, &length)))
		writer_string(w, word, length);
	writer_end_list(w);
}

void sequence_texts(writer_t *w, char *const *texts, int64_t count)
{
	writer_begin_list(w);
	for (int64_t i = 0; texts && i < count; i++)
		writer_text(w, texts[i]);
	writer_end_list(w);
}

void sequence_numbers(writer_t *w, const void *array, uint8_t storage, int64_t count)
{
	writer_begin_list(w);
	for (int64_t i = 0; array && i < count; i++) {
		const void *at = codec_item(array, (size_t) i, storage);

		if (codec_is_real(storage))
			writer_real(w, codec_load_real(at, storage));
		else
			writer_integer(w, codec_load(at, storage));
	}
	writer_end_list(w);
}

void sequence_hosts(writer_t *w, const char *hosts)
{
	/* A pointer in every release, but its name moved. */
	__typeof__(slurm_hostlist_create(NULL)) list = hosts ? slurm_hostlist_create(hosts) : NULL;
	char *name;

	writer_begin_list(w);
	while (list && (name = slurm_hostlist_shift(list))) {
		writer_text(w, name);
		free(name);
	}
	writer_end_list(w);
	if (list)
		slurm_hostlist_destroy(list);
}

static void one_record(writer_t *w, const codec_table_t *table, const void *record)
{
	writer_begin_map(w);
	codec_members(w, table, record);
	writer_end_map(w);
}

void sequence_records(writer_t *w, const codec_table_t *table, const void *array, int64_t count)
{
	writer_begin_list(w);
	for (int64_t i = 0; array && i < count; i++)
		one_record(w, table, (const char *) array + (size_t) i * table->stride);
	writer_end_list(w);
}

void sequence_items(writer_t *w, const codec_table_t *table, const void *record, int64_t count)
{
	writer_begin_list(w);
	for (int64_t i = 0; i < count; i++) {
		w->item = (size_t) i;
		one_record(w, table, record);
	}
	writer_end_list(w);
}

void sequence_words(writer_t *w, const codec_table_t *table, const void *record, const char *words)
{
	writer_begin_list(w);
	for (size_t i = 0; (w->word = next_word(&words, &w->word_length)); i++) {
		w->item = i;
		one_record(w, table, record);
	}
	writer_end_list(w);
}

/* Calls for each item of a list what writes it, until the buffer is full. */
static void each(writer_t *w, struct xlist *list, const codec_table_t *table,
		 void (*write)(writer_t *w, const codec_table_t *table, const void *item))
{
	__typeof__(slurm_list_iterator_create(NULL)) iterator = list ? slurm_list_iterator_create(list) : NULL;
	const void *item;

	writer_begin_list(w);
	while (iterator && !w->full && (item = slurm_list_next(iterator)))
		write(w, table, item);
	writer_end_list(w);
	if (iterator)
		slurm_list_iterator_destroy(iterator);
}

void **list_items(void *list, size_t *count)
{
	size_t room = list ? (size_t) slurm_list_count(list) : 0;
	void **items = calloc(room + 1, sizeof(*items));
	__typeof__(slurm_list_iterator_create(NULL)) iterator = items && list ? slurm_list_iterator_create(list) : NULL;

	*count = 0;
	while (iterator && *count < room && (items[*count] = slurm_list_next(iterator)))
		(*count)++;
	if (iterator)
		slurm_list_iterator_destroy(iterator);
	return items;
}

void list_items_free(void **items)
{
	free(items);
}

static void text_item(writer_t *w, const codec_table_t *table, const void *item)
{
	(void) table;
	writer_text(w, item);
}

void sequence_list_texts(writer_t *w, struct xlist *list)
{
	each(w, list, NULL, text_item);
}

static void number_item(writer_t *w, const codec_table_t *table, const void *item)
{
	char *end;
	uint64_t number = strtoull(item, &end, 10);

	(void) table;
	if (end != item && !*end)
		writer_integer(w, (int64_t) number);
}

void sequence_list_numbers(writer_t *w, struct xlist *list)
{
	each(w, list, NULL, number_item);
}

void sequence_list_records(writer_t *w, const codec_table_t *table, struct xlist *list)
{
	each(w, list, table, one_record);
}

static void qos_word(writer_t *w, const char *word)
{
	char *end;
	unsigned long id = strtoul(word, &end, 10);

	if (id && (!*end || *end == ',') && id < NO_VAL)
		codec_qos(w, (uint32_t) id);
}

void sequence_qos(writer_t *w, const char *ids)
{
	const char *word;
	size_t length;

	writer_begin_list(w);
	while ((word = next_word(&ids, &length)))
		qos_word(w, word);
	writer_end_list(w);
}

static void qos_item(writer_t *w, const codec_table_t *table, const void *item)
{
	(void) table;
	qos_word(w, item);
}

static int by_bytes(const void *left, const void *right)
{
	return strcmp(*(const char *const *) left, *(const char *const *) right);
}

/* Only what has a name has a place in an order of names. */
static void sorted_qos(writer_t *w, struct xlist *list)
{
	size_t count, named = 0;
	void **ids = list_items(list, &count);
	const char **names = calloc(count + 1, sizeof(*names));

	writer_begin_list(w);
	for (size_t i = 0; ids && names && i < count; i++)
		if ((names[named] = lookup_qos(w->lookup, (uint32_t) strtoul(ids[i], NULL, 10))))
			named++;
	if (named)
		qsort(names, named, sizeof(*names), by_bytes);
	for (size_t i = 0; i < named; i++)
		writer_text(w, names[i]);
	writer_end_list(w);
	w->failed |= !ids || !names;
	free(names);
	list_items_free(ids);
}

void sequence_list_qos(writer_t *w, struct xlist *list, bool sorted)
{
	if (sorted)
		sorted_qos(w, list);
	else
		each(w, list, NULL, qos_item);
}

void sequence_qos_bits(writer_t *w, const int64_t *bits)
{
	writer_begin_list(w);
	for (uint64_t id = 1; id < bits_count(bits); id++)
		if (bit_is_set(bits, id))
			codec_qos(w, (uint32_t) id);
	writer_end_list(w);
}

void sequence_tres(writer_t *w, const codec_table_t *table, const char *text)
{
	const char *word;
	size_t length;

	writer_begin_list(w);
	while ((word = next_word(&text, &length))) {
		slurmdb_tres_rec_t tres = { .id = 0 };
		char *end, *number;
		unsigned long id = strtoul(word, &end, 10);

		if (!id || id > UINT32_MAX || *end != '=')
			continue;
		tres.id = (uint32_t) id;
		number = end + 1;
		tres.count = strtoull(number, &end, 10);
		if (end == number || (*end && *end != ','))
			continue;
		lookup_tres(w->lookup, tres.id, &tres.type, &tres.name);
		one_record(w, table, &tres);
	}
	writer_end_list(w);
}
