/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmctld tells of fair shares: our own structs, because no public header has Slurm's. See shares.c. */

enum share_type { SHARE_ASSOCIATION = 0, SHARE_USER = 1 };

typedef struct share {
	uint32_t id;
	char *cluster;
	char *name;
	char *parent;
	char *partition;
	double shares_norm;
	uint32_t shares_raw;
	uint64_t *tres_run_secs;
	uint64_t *tres_grp_mins;
	double usage_efctv;
	double usage_norm;
	uint64_t usage_raw;
	long double *usage_tres_raw;
	double fs_factor;
	double level_fs;
	uint16_t type;
	char **tres_names;
	uint32_t tres_cnt;
} share_t;

typedef struct shares shares_t;

/* Asks for the shares of these accounts and users, or all; 0 or -1 with errno. The answer ends with shares_free(). */
int shares_load(char **accounts, size_t account_count, char **users, size_t user_count, shares_t **shares);
share_t *shares_array(shares_t *shares);
size_t shares_count(const shares_t *shares);
uint64_t shares_total(const shares_t *shares);
void shares_free(shares_t *shares);
