/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a running job holds on each node. libslurm's headers keep this struct opaque and its accessors tell only CPUs,
 * so this file, alone in the project, knows a layout that no installed header confirms.
 *
 * Rule 1: nothing outside this file knows the layout.
 * Rule 2: before anything else of a record is read, what can be known otherwise is compared: the node count that the
 *         job itself tells and the CPUs that the public accessor tells. If they disagree, the record is left out.
 */
#include "bits.h"
#include "codec_derived.h"
#include "sequences.h"
#include "slurm_features.h"

#include <slurm/slurm.h>
#include <stdlib.h>
#include <string.h>

/* The members up to the last one that is read, by release (Slurm 22.05 to 26.05). */
struct layout {
	bitstr_t *core_bitmap;
	bitstr_t *core_bitmap_used;
	uint32_t cpu_array_cnt;
	uint16_t *cpu_array_value;
	uint32_t *cpu_array_reps;
	uint16_t *cpus;
	uint16_t *cpus_used;
	uint16_t *cores_per_socket;
	uint16_t cr_type;
	uint64_t *memory_allocated;
	uint64_t *memory_used;
#ifdef HAS_MEMBER_job_resources_next_step_node_inx
	uint32_t next_step_node_inx;
#endif
	uint32_t nhosts;
	bitstr_t *node_bitmap;
#ifdef HAS_MEMBER_job_resources_node_ranks
	uint32_t *node_ranks;
#endif
	uint32_t node_req;
	char *nodes;
	uint32_t ncpus;
	uint32_t *sock_core_rep_count;
	uint16_t *sockets_per_node;
	uint16_t *tasks_per_node;
	uint16_t threads_per_core;
	uint8_t whole_node;
};

#ifndef CR_CORE
/* Bits of cr_type; later releases renamed them SELECT_CPU and so on. */
enum { CR_CPU = 0x1, CR_SOCKET = 0x2, CR_CORE = 0x4 };
#endif

static bool plausible(const slurm_job_info_t *job, job_resources_t *opaque)
{
	const struct layout *held = (const struct layout *) opaque;

	if (!held->nhosts || held->nhosts != job->num_nodes || !held->nodes || !job->nodes ||
	    strcmp(held->nodes, job->nodes) || !held->cpu_array_cnt || !held->cpu_array_value)
		return false;
#ifdef HAS_FUNCTION_slurm_job_cpus_allocated_on_node_id
	return slurm_job_cpus_allocated_on_node_id(opaque, 0) == held->cpu_array_value[0];
#else
	return true;
#endif
}

/* How the nodes' CPUs were taken: numbers of select/cons_common, in no header. */
enum { NODE_AVAILABLE = 0, NODE_ONE_ROW = 1, NODE_RESERVED = 64000 };

/* Where a job stands among its nodes: those with equal sockets and cores are told as one group. Begins as zeros. */
struct place {
	uint32_t group, in_group;
	uint64_t first_bit; /* of the node's cores in the bit strings of the whole job */
	uint16_t sockets, cores;
};

static bool has_places(const struct layout *held)
{
	return held->cores_per_socket && held->sock_core_rep_count && held->sockets_per_node;
}

static void next_node(struct place *place, const struct layout *held)
{
	place->first_bit += (uint64_t) place->sockets * place->cores;
	if (place->in_group >= held->sock_core_rep_count[place->group]) {
		place->group++;
		place->in_group = 0;
	}
	place->in_group++;
	place->sockets = held->sockets_per_node[place->group];
	place->cores = held->cores_per_socket[place->group];
}

static void number_key(writer_t *w, uint64_t number)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long) number);

	writer_key(w, digits, (size_t) length);
}

/* Sockets and cores appear by their position, and only those that the job holds. */
static void sockets(writer_t *w, const struct layout *held, const struct place *place)
{
	writer_begin_map(w);
	for (uint16_t socket = 0; socket < place->sockets; socket++) {
		bool open = false;

		for (uint16_t core = 0; core < place->cores; core++) {
			uint64_t bit = place->first_bit + (uint64_t) socket * place->cores + core;

			if (!bit_is_set(held->core_bitmap, bit))
				continue;
			if (!open) {
				number_key(w, socket);
				writer_begin_map(w);
				KEY(w, "cores");
				writer_begin_map(w);
				open = true;
			}
			number_key(w, core);
			writer_text(w, bit_is_set(held->core_bitmap_used, bit) ? "allocated_and_in_use" : "allocated");
		}
		if (open) {
			writer_end_map(w);
			writer_end_map(w);
		}
	}
	writer_end_map(w);
}

static void allocated_nodes(writer_t *w, const struct layout *held)
{
	/* A pointer in every release, but its name moved. */
	hosts_t hosts;
	struct place place = { 0 };

	writer_begin_list(w);
	if (has_places(held)) {
		hosts = slurm_hostlist_create(held->nodes);
		for (uint32_t node = 0; hosts && node < held->nhosts; node++) {
			char *name = slurm_hostlist_shift(hosts);

			next_node(&place, held);
			writer_begin_map(w);
			KEY(w, "sockets");
			sockets(w, held, &place);
			KEY(w, "nodename");
			writer_text(w, name);
			KEY(w, "cpus_used");
			writer_integer(w, held->cpus_used ? held->cpus_used[node] : 0);
			KEY(w, "memory_used");
			writer_integer(w, held->memory_used ? (int64_t) held->memory_used[node] : 0);
			KEY(w, "memory_allocated");
			writer_integer(w, held->memory_allocated ? (int64_t) held->memory_allocated[node] : 0);
			writer_end_map(w);
			free(name);
		}
		if (hosts)
			slurm_hostlist_destroy(hosts);
	}
	writer_end_list(w);
}

/* Up to v0.0.37 one word is given for a socket and one for a position of cores in any socket: that of the last. */
static void words(writer_t *w, const struct layout *held, const struct place *place, bool by_socket)
{
	uint16_t cores = place->cores;
	uint16_t outer = by_socket ? place->sockets : cores, inner = by_socket ? cores : place->sockets;

	writer_begin_map(w);
	for (uint16_t i = 0; i < outer; i++) {
		const char *word = NULL;

		for (uint16_t j = 0; j < inner; j++) {
			uint64_t bit = place->first_bit + (by_socket ? (uint64_t) i * cores + j : (uint64_t) j * cores + i);

			if (bit_is_set(held->core_bitmap, bit))
				word = bit_is_set(held->core_bitmap_used, bit) ? "assigned" : "unassigned";
		}
		if (word) {
			number_key(w, i);
			writer_text(w, word);
		}
	}
	writer_end_map(w);
}

static void nodes_by_index(writer_t *w, const struct layout *held)
{
	struct place place = { 0 };

	writer_begin_map(w);
	for (uint32_t node = 0; has_places(held) && node < held->nhosts; node++) {
		next_node(&place, held);
		number_key(w, node);
		writer_begin_map(w);
		KEY(w, "sockets");
		words(w, held, &place, true);
		KEY(w, "cores");
		words(w, held, &place, false);
		if (held->memory_allocated) {
			KEY(w, "memory");
			writer_integer(w, (int64_t) held->memory_allocated[node]);
		}
		KEY(w, "cpus");
		writer_integer(w, held->cpus ? held->cpus[node] : 0);
		writer_end_map(w);
	}
	writer_end_map(w);
}

static void indexed(writer_t *w, uint32_t index)
{
	writer_begin_map(w);
	KEY(w, "index");
	writer_integer(w, index);
}

static void core(writer_t *w, const struct layout *held, uint64_t bit, uint16_t index)
{
	indexed(w, index);
	KEY(w, "status");
	writer_begin_list(w);
	if (!bit_is_set(held->core_bitmap, bit))
		writer_text(w, "UNALLOCATED");
	else {
		writer_text(w, "ALLOCATED");
		if (bit_is_set(held->core_bitmap_used, bit))
			writer_text(w, "IN_USE");
	}
	writer_end_list(w);
	writer_end_map(w);
}

/* From v0.0.41 on every core of every node that the job is on is told, held or not. */
static void allocation(writer_t *w, const struct layout *held)
{
	struct place place = { 0 };
	hosts_t hosts = NULL;

	writer_begin_list(w);
	if (has_places(held))
		hosts = slurm_hostlist_create(held->nodes);
	for (uint32_t node = 0; hosts && node < held->nhosts; node++) {
		char *name = slurm_hostlist_shift(hosts);

		next_node(&place, held);
		indexed(w, node);
		KEY(w, "name");
		writer_text(w, name);
		KEY(w, "cpus");
		writer_begin_map(w);
		KEY(w, "count");
		writer_integer(w, held->cpus ? held->cpus[node] : 0);
		KEY(w, "used");
		writer_integer(w, held->cpus_used ? held->cpus_used[node] : 0);
		writer_end_map(w);
		KEY(w, "memory");
		writer_begin_map(w);
		KEY(w, "used");
		writer_integer(w, held->memory_used ? (int64_t) held->memory_used[node] : 0);
		KEY(w, "allocated");
		writer_integer(w, held->memory_allocated ? (int64_t) held->memory_allocated[node] : 0);
		writer_end_map(w);
		KEY(w, "sockets");
		writer_begin_list(w);
		for (uint16_t socket = 0; socket < place.sockets; socket++) {
			indexed(w, socket);
			KEY(w, "cores");
			writer_begin_list(w);
			for (uint16_t i = 0; i < place.cores; i++)
				core(w, held, place.first_bit + (uint64_t) socket * place.cores + i, i);
			writer_end_list(w);
			writer_end_map(w);
		}
		writer_end_list(w);
		writer_end_map(w);
		free(name);
	}
	if (hosts)
		slurm_hostlist_destroy(hosts);
	writer_end_list(w);
}

static void whole(writer_t *w, const void *record, const struct codec_row *row, const struct codec_names *types)
{
	const slurm_job_info_t *job = record;
	const struct layout *held = (const struct layout *) job->job_resrcs;
	bool infinite, set;

	codec_key(w, row);
	if (!held || !plausible(job, job->job_resrcs)) {
		writer_null(w);
		return;
	}
	writer_begin_map(w);
	KEY(w, "select_type");
	codec_flags(w, types, held->cr_type);
	KEY(w, "nodes");
	writer_begin_map(w);
	KEY(w, "count");
	writer_integer(w, held->nhosts);
	KEY(w, "select_type");
	writer_begin_list(w);
	if (held->node_req == NODE_AVAILABLE)
		writer_text(w, "AVAILABLE");
	else if (held->node_req == NODE_ONE_ROW)
		writer_text(w, "ONE_ROW");
	else if (held->node_req == NODE_RESERVED)
		writer_text(w, "RESERVED");
	writer_end_list(w);
	KEY(w, "list");
	writer_text(w, held->nodes);
	KEY(w, "whole");
	writer_boolean(w, held->whole_node != 0);
	KEY(w, "allocation");
	allocation(w, held);
	writer_end_map(w);
	KEY(w, "cpus");
	writer_integer(w, held->ncpus);
	KEY(w, "threads_per_core");
	infinite = held->threads_per_core == INFINITE16;
	set = !infinite && held->threads_per_core != NO_VAL16;
	writer_noval(w, set, infinite, set ? held->threads_per_core : 0);
	writer_end_map(w);
}

static void write_job_resources_41(writer_t *w, const void *record, const struct codec_row *row)
{
	whole(w, record, row, &names_select_type);
}

extern const struct derived derived_job_resources_41;
const struct derived derived_job_resources_41 = { .write = write_job_resources_41 };

static void write_job_resources_45(writer_t *w, const void *record, const struct codec_row *row)
{
	whole(w, record, row, &names_select_type_45);
}

extern const struct derived derived_job_resources_45;
const struct derived derived_job_resources_45 = { .write = write_job_resources_45 };

static void write_job_resources_by_index(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurm_job_info_t *job = record;
	const struct layout *held = (const struct layout *) job->job_resrcs;

	codec_key(w, row);
	writer_begin_map(w);
	if (held && plausible(job, job->job_resrcs)) {
		KEY(w, "nodes");
		writer_text(w, held->nodes);
		KEY(w, "allocated_cpus");
		writer_integer(w, held->ncpus);
		KEY(w, "allocated_hosts");
		writer_integer(w, held->nhosts);
		KEY(w, "allocated_nodes");
		nodes_by_index(w, held);
	}
	writer_end_map(w);
}

extern const struct derived derived_job_resources_by_index;
const struct derived derived_job_resources_by_index = { .write = write_job_resources_by_index };

static void write_job_resources(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurm_job_info_t *job = record;
	job_resources_t *opaque = job->job_resrcs;
	const struct layout *held = (const struct layout *) opaque;

	if (!opaque || !plausible(job, opaque))
		return;
	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "nodes");
	writer_text(w, held->nodes);
	if (held->cr_type & (CR_CORE | CR_SOCKET)) {
		KEY(w, "allocated_cores");
		writer_integer(w, held->ncpus);
	} else if (held->cr_type & CR_CPU) {
		KEY(w, "allocated_cpus");
		writer_integer(w, held->ncpus);
	}
	KEY(w, "allocated_hosts");
	writer_integer(w, held->nhosts);
	KEY(w, "allocated_nodes");
	allocated_nodes(w, held);
	writer_end_map(w);
}

extern const struct derived derived_job_resources;
const struct derived derived_job_resources = { .write = write_job_resources };

/* v0.0.39 and v0.0.40 tell both counts, one of which is 0, and nothing as an empty map. */
static void write_job_resources_39(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurm_job_info_t *job = record;
	const struct layout *held = (const struct layout *) job->job_resrcs;

	codec_key(w, row);
	writer_begin_map(w);
	if (held && plausible(job, job->job_resrcs)) {
		bool by_core = held->cr_type & (CR_CORE | CR_SOCKET), by_cpu = !by_core && (held->cr_type & CR_CPU);

		KEY(w, "nodes");
		writer_text(w, held->nodes);
		KEY(w, "allocated_cores");
		writer_integer(w, by_core ? held->ncpus : 0);
		KEY(w, "allocated_cpus");
		writer_integer(w, by_cpu ? held->ncpus : 0);
		KEY(w, "allocated_hosts");
		writer_integer(w, held->nhosts);
		KEY(w, "allocated_nodes");
		allocated_nodes(w, held);
	}
	writer_end_map(w);
}

extern const struct derived derived_job_resources_39;
const struct derived derived_job_resources_39 = { .write = write_job_resources_39 };
