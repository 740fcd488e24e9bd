# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd's own configuration: ``slurmdbd_conf_t`` (slurmdbd.conf(5))."""

from __future__ import annotations

from slurmrest_inet.schema.model import (
    BOOLEAN,
    CSV,
    NUMBER,
    TEXT,
    Kind,
    Name,
    Names,
    Row,
    Table,
    choice,
    derived,
    flags,
)

FLAGS = Names(
    "slurmdbd_conf_flags",
    (
        Name("DBD_CONF_FLAG_ALLOW_NO_DEF_ACCT", "AllowNoDefAcct"),
        Name("DBD_CONF_FLAG_ALL_RES_ABS", "AllResourcesAbsolute"),
        Name("DBD_CONF_FLAG_DISABLE_COORD_DBD", "DisableCoordDBD"),
        Name("DBD_CONF_FLAG_DISABLE_ARCHIVE_COMMANDS", "DisableArchiveCommands"),
    ),
    bits=True,
)

PERSISTENT_FLAGS = Names("slurmdbd_conf_persistent_flags", (Name("8", "PreserveCaseUser"),), bits=True)

_LEVELS = ("quiet", "fatal", "error", "info", "verbose", *("debug", "debug2", "debug3", "debug4", "debug5"))
LEVELS = Names("log_levels", tuple(Name(str(number), word) for number, word in enumerate(_LEVELS)), otherwise="")


def _row(path: str, member: str, kind: Kind, doc: str) -> Row:
    return Row(path, member, kind, doc, since=45, release="26.05")


def _purge(path: str, member: str, doc: str) -> Row:
    return _row(path, member, derived("purge", "object"), f"After what time {doc}, and whether they are archived")


CONF = Table(
    "slurmdbd_conf_t",
    (
        _row("ArchiveDir", "archive_dir", TEXT, "Folder of archives"),
        _row("ArchiveScript", "archive_script", TEXT, "Program that archives"),
        _row("CommitDelay", "commit_delay", NUMBER, "Seconds between commits"),
        _row("DbdAddr", "dbd_addr", TEXT, "Address of slurmdbd"),
        _row("DbdBackupHost", "dbd_backup", TEXT, "Host that stands in for it"),
        _row("DbdHost", "dbd_host", TEXT, "Its host"),
        _row("DbdPort", "dbd_port", NUMBER, "Its port"),
        _row("DebugLevel", "debug_level", choice(LEVELS), "How much is logged"),
        _row("DefaultQOS", "default_qos", TEXT, "QOS of new clusters"),
        _row("Flags", "flags", flags(FLAGS), "Flags"),
        _row("LogFile", "log_file", TEXT, "Log file"),
        _row("MaxPurgeLimit", "max_purge_limit", NUMBER, "Most records that are purged at a time"),
        _row("MaxQueryTimeRange", "max_time_range", derived("time_range"), "Longest time that may be asked for"),
        _row("Parameters", "parameters", CSV, "Parameters"),
        _row("PersistConnFlags", "persist_conn_rc_flags", flags(PERSISTENT_FLAGS), "How it answers connections"),
        _row("PidFile", "pid_file", TEXT, "File with its process id"),
        _purge("PurgeEventAfter", "purge_event", "events are removed"),
        _purge("PurgeJobAfter", "purge_job", "jobs are removed"),
        _purge("PurgeResvAfter", "purge_resv", "reservations are removed"),
        _purge("PurgeStepAfter", "purge_step", "steps are removed"),
        _purge("PurgeSuspendAfter", "purge_suspend", "suspensions are removed"),
        _purge("PurgeTXNAfter", "purge_txn", "transactions are removed"),
        _purge("PurgeUsageAfter", "purge_usage", "usage records are removed"),
        _purge("PurgeJobScriptAfter", "purge_jobscript", "scripts of jobs are removed"),
        _purge("PurgeJobEnvAfter", "purge_jobenv", "environments of jobs are removed"),
        _row("StorageLoc", "storage_loc", TEXT, "Name of the database"),
        _row("StoragePassScript", "storage_pass_script", TEXT, "Program that tells the password of the database"),
        _row("StorageUser", "storage_user", TEXT, "User of the database"),
        _row("DebugLevelSyslog", "syslog_debug", choice(LEVELS), "How much goes to syslog"),
        _row("TrackWCKey", "track_wckey", BOOLEAN, "Whether wckeys are tracked"),
        _row("TrackSlurmctldDown", "track_ctld", BOOLEAN, "Whether it is recorded when a slurmctld is away"),
    ),
    skip={},
)
