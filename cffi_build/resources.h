/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmctld tells of the resources of a job: structs that no public header has. See resources.c. */

typedef struct node_gres_layout {
	char *name;
	char *type;
	uint64_t count;
	int64_t *index; /* bits.h */
} node_gres_layout_t;

typedef struct node_resource_layout {
	char *node;
	uint64_t mem_alloc;
	uint16_t sockets_per_node;
	uint16_t cores_per_socket;
	char *core_bitmap;
	uint32_t channel;
	struct xlist *gres;
} node_resource_layout_t;

typedef struct resource_layout resource_layout_t;

/* Whether the installed release tells them, in structs that are known here. */
int resources_known(void);
/* Asks for those of a job; 0 or -1 with errno. The answer ends with resources_free(). */
int resources_load(uint32_t job_id, resource_layout_t **answer);
/* A list of node_resource_layout_t. */
void *resources_nodes(const resource_layout_t *answer);
void resources_free(resource_layout_t *answer);
