/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What derived.c shares with the generated rows: name tables that its functions look things up in. */
#ifndef SLURMREST_CODEC_DERIVED_H
#define SLURMREST_CODEC_DERIVED_H

#include "storage.h"
#include "values.h"

extern const struct codec_names names_node_state_base;
extern const struct codec_names names_node_state_flags;
extern const struct codec_names names_select_type;

#endif
