/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds that become a list of plain values: of comma texts, of arrays with a count, of Slurm's lists.
 *
 * Rule 1: what is not there is an empty list.
 * Rule 2: what of a text cannot be read is left out; the rest is told.
 * Rule 3: no record is written here: the walk calls this file, and not the other way round.
 */
#include "sequences.h"
#include "bits.h"
#include "lookup.h"
#include "storage.h"
#include "values.h"
#include "words.h"

#include <slurm/slurm.h>
#include <stdlib.h>
#include <string.h>

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

bool codec_hosts(writer_t *w, void *hosts, size_t length)
{
	hosts_t list = hosts;
	char *name;

	while (w->at.length < length) {
		if (!(name = slurm_hostlist_shift(list)))
			return true;
		writer_text(w, name);
		free(name);
	}
	return false;
}

void sequence_hosts(writer_t *w, const char *hosts)
{
	hosts_t list = hosts ? slurm_hostlist_create(hosts) : NULL;

	writer_begin_list(w);
	if (list) {
		codec_hosts(w, list, SIZE_MAX);
		slurm_hostlist_destroy(list);
	}
	writer_end_list(w);
}

void host_free(char *name)
{
	free(name);
}

void sequence_each(writer_t *w, struct xlist *list, void (*write)(writer_t *w, const void *item, const void *with),
		   const void *with)
{
	__typeof__(slurm_list_iterator_create(NULL)) iterator = list ? slurm_list_iterator_create(list) : NULL;
	const void *item;

	writer_begin_list(w);
	while (iterator && !w->full && (item = slurm_list_next(iterator)))
		write(w, item, with);
	writer_end_list(w);
	if (iterator)
		slurm_list_iterator_destroy(iterator);
}

static void text_item(writer_t *w, const void *item, const void *with)
{
	(void) with;
	writer_text(w, item);
}

void sequence_list_texts(writer_t *w, struct xlist *list)
{
	sequence_each(w, list, text_item, NULL);
}

static void number_item(writer_t *w, const void *item, const void *with)
{
	char *end;
	uint64_t number = strtoull(item, &end, 10);

	(void) with;
	if (end != item && !*end)
		writer_integer(w, (int64_t) number);
}

void sequence_list_numbers(writer_t *w, struct xlist *list)
{
	sequence_each(w, list, number_item, NULL);
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

static void qos_item(writer_t *w, const void *item, const void *with)
{
	(void) with;
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
		sequence_each(w, list, qos_item, NULL);
}

void sequence_qos_bits(writer_t *w, const int64_t *bits)
{
	writer_begin_list(w);
	for (uint64_t id = 1; id < bits_count(bits); id++)
		if (bit_is_set(bits, id))
			codec_qos(w, (uint32_t) id);
	writer_end_list(w);
}

bool sequence_next_tres(const lookup_t *lookup, const char **text, slurmdb_tres_rec_t *tres)
{
	const char *word;
	size_t length;

	while ((word = next_word(text, &length))) {
		char *end, *number;
		unsigned long id = strtoul(word, &end, 10);

		if (!id || id > UINT32_MAX || *end != '=')
			continue;
		*tres = (slurmdb_tres_rec_t) { .id = (uint32_t) id };
		number = end + 1;
		tres->count = strtoull(number, &end, 10);
		if (end == number || (*end && *end != ','))
			continue;
		lookup_tres(lookup, tres->id, &tres->type, &tres->name);
		return true;
	}
	return false;
}
