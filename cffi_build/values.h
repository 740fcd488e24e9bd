/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written as one value, of the kinds that are none of the writer's own. */
#ifndef SLURMREST_VALUES_H
#define SLURMREST_VALUES_H

#include "rows.h"
#include "writer.h"

void codec_key(writer_t *w, const struct codec_row *row);
void codec_flags(writer_t *w, const struct codec_names *names, uint64_t value);
void codec_user(writer_t *w, uint32_t uid, bool empty);
bool codec_is_qos(uint32_t id);
void codec_qos(writer_t *w, uint32_t id);
/* The kinds that are one value; what a kind leaves open, the row's options say. */
void codec_integer(writer_t *w, const struct codec_row *row, int64_t value);
void codec_nullable(writer_t *w, const struct codec_row *row, const void *at);
void codec_noval(writer_t *w, const struct codec_row *row, const void *at);
void codec_boolean(writer_t *w, const struct codec_row *row, int64_t value);
void codec_choice(writer_t *w, const struct codec_row *row, int64_t value);
void codec_named_user(writer_t *w, const struct codec_row *row, int64_t uid);
void codec_group(writer_t *w, uint32_t gid, bool empty);
void codec_constant(writer_t *w, const struct codec_row *row);

#endif
