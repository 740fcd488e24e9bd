/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A struct with a member of every storage, for the codec's tests. */
#include <slurm/slurm.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct inner {
	uint32_t size;
	char *label;
} inner_t;

typedef struct probe {
	int8_t i8;
	uint8_t u8;
	int16_t i16;
	uint16_t u16;
	int32_t i32;
	uint32_t u32;
	int64_t i64;
	uint64_t u64;
	bool truth;
	double real;
	char *text;
	char *list;
	char **words;
	uint32_t word_count;
	uint32_t bits;
	uint32_t state;
	uint32_t uid;
	uint32_t gid;
	uint64_t sum;
	uint32_t divisor;
	inner_t here;
	inner_t *there;
	inner_t *many;
	uint32_t many_count;
	char *needed;
	uint32_t side_count;
	uint16_t *side_ids;
	uint64_t *side_sums;
	uint32_t *side_counts;
	double *side_reals;
	long double *side_long_reals;
	char **side_texts;
	uint32_t *side_uids;
	uint8_t side_open;
	char *hosts;
	char *qos;
} probe_t;

enum probe_bits { PROBE_A = 1, PROBE_B = 2, PROBE_C = 8 };
enum probe_state { PROBE_MASK = 15, PROBE_IDLE = 1, PROBE_BUSY = 2, PROBE_FLAG = 16 };
