/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What derived.c and those beside it share: with the generated rows name tables that their functions look things up in,
 * and with each other what is written alike in records of both daemons.
 */
#ifndef SLURMREST_CODEC_DERIVED_H
#define SLURMREST_CODEC_DERIVED_H

#include "storage.h"
#include "values.h"

extern const struct codec_names names_node_state_base;
extern const struct codec_names names_node_state_flags;
extern const struct codec_names names_select_type;
extern const struct codec_names names_select_type_45;

/* The name that Slurm has for a signal, or its number. */
void derived_signal_text(writer_t *w, int number);

#endif
