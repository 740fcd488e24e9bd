/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names by id, or NULL: of users and groups from the name service, of the others from what the writer was given. */
#ifndef SLURMREST_LOOKUP_H
#define SLURMREST_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec_api.h"

const char *lookup_user(uint32_t uid);
const char *lookup_group(uint32_t gid);
const char *lookup_qos(const lookup_t *lookup, uint32_t id);
bool lookup_tres(const lookup_t *lookup, uint32_t id, char **type, char **name);
/* The slurmdb_assoc_rec_t of a cluster, or NULL. */
const void *lookup_association(const lookup_t *lookup, uint32_t id, char *cluster);

#endif
