# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client may say of a job up to v0.0.38, where sbatch's options are the keys, and the members it becomes.

Rule 1: one row a key. `member` is the member of job_desc_msg_t that takes what `kind` read; a row without one is a
        part of several members, which `describe` puts together.
Rule 2: API versions stand on the row. A key that slurmrestd knows and refuses is a row of the kind "disabled".
Rule 3: pure: from a parsed body to members by name; nothing here knows libslurm.
"""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple
from slurmrest_inet.schema import tres, values
from slurmrest_inet.schema.values import InvalidError, to_integer, to_text, to_truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.schema.values import Number

    Members = dict[str, "Number | str | list[str]"]

FIRST, LAST = 36, 38


class Option(NamedTuple):
    """One key. `type` is the type in OpenAPI, None for a key that slurmrestd takes and does not document."""

    key: str
    kind: str
    doc: str
    type: str | None = None
    member: str | None = None
    since: int = FIRST
    until: int = LAST


def _text(key: str, member: str, doc: str, *, since: int = FIRST, until: int = LAST) -> Option:
    return Option(key, "text", doc, "string", member, since, until)


def _alias(key: str, member: str, doc: str, *, until: int = LAST) -> Option:
    return Option(key, "text", doc, None, member, until=until)


OPTIONS = (
    _text("account", "account", "Account that the job is charged to."),
    _text("account_gather_frequency", "acctg_freq", "Seconds between two samples, by kind of data: --acctg-freq."),
    _text("account_gather_freqency", "acctg_freq", "The same; so the document of v0.0.36 spells it.", until=36),
    _text("array", "array_inx", "Indexes of a job array, for example 1-10%2."),
    Option("argv", "texts", "Arguments of the script.", "array", "argv"),
    _text("batch_features", "batch_features", "Features of the node that runs the script."),
    Option("begin_time", "begin", "Earliest start: an epoch, or a time as --begin takes it.", "string", "begin_time"),
    _text("burst_buffer", "burst_buffer", "Burst buffer specification."),
    _text("cluster_constraint", "cluster_features", "Features of the cluster in a federation."),
    _text("cluster_constraints", "cluster_features", "The same; so the document of v0.0.36 has it.", until=36),
    _text("comment", "comment", "Any remark."),
    _alias("constraint", "features", "The same as constraints."),
    _text("constraints", "features", "Features that the nodes must have."),
    _text("container", "container", "Path of an OCI bundle that the job runs in.", since=38),
    Option("core_specification", "core_spec", "Cores per node left to the system.", "integer", "core_spec"),
    Option("cores_per_socket", "integer", "Least cores per socket.", "integer", "cores_per_socket"),
    Option("cpu_binding_hint", "checked", "Hint for binding tasks; jobs do not keep it.", "string"),
    Option("cpu_binding hint", "checked", "The same as cpu_binding_hint.", until=37),
    Option("cpu_frequency", "frequency", "Frequency of the processors: --cpu-freq.", "string"),
    Option("cpus_per_gpu", "integer", "CPUs per GPU.", "string"),
    Option("cpus_per_task", "cpus_per_task", "CPUs per task.", "integer"),
    Option("current_working_directory", "folder", "Folder that the script starts in.", "string", "work_dir"),
    Option("cwd", "folder", "The same as current_working_directory.", None, "work_dir"),
    Option("deadline", "deadline", "The job is removed if it cannot end by then: --deadline.", "string", "deadline"),
    Option("delay_boot", "delay_boot", "How long to wait for nodes with the right features.", "integer", "delay_boot"),
    _text("dependency", "dependency", "What must have happened before: --dependency."),
    Option("distribution", "distribution", "How tasks are spread: --distribution.", "string"),
    Option("environment", "environment", "Environment variables by name; a new job must have some.", "object"),
    _alias("exclude_nodes", "exc_nodes", "Nodes that the job must not get."),
    Option("exclusive", "exclusive", "With whom nodes are shared: true, user, mcs, oversubscribe.", "string", "shared"),
    Option("get_user_environment", "user_environment", "Add the user's login environment.", "boolean"),
    Option("gpu_binding", "gpu_binding", "How tasks are bound to GPUs: --gpu-bind.", "string", "tres_bind"),
    Option("gpu_frequency", "gpu_frequency", "Frequency of the GPUs: --gpu-freq.", "string", "tres_freq"),
    Option("gpus", "counted", "GPUs of the job: [type:]number.", "string"),
    Option("gpus_per_node", "counted", "GPUs per node.", "string"),
    Option("gpus_per_socket", "counted", "GPUs per socket.", "string"),
    Option("gpus_per_task", "counted", "GPUs per task.", "string"),
    Option("gres", "gres", "Generic resources per node.", "string"),
    Option("gres_flags", "gres_flags", "Whether GPUs must be near the CPUs: --gres-flags.", "string"),
    Option("hold", "truth", "Hold the job, or release it.", "boolean"),
    _alias("job_name", "name", "The same as name."),
    Option("kill_on_invalid_dependency", "kill_invalid", "Remove the job if its dependency cannot be met.", "boolean"),
    Option("kill_on_invalid dependency", "kill_invalid", "The same as kill_on_invalid_dependency.", until=36),
    _alias("license", "licenses", "The same as licenses."),
    _text("licenses", "licenses", "Licences, for example matlab:2."),
    Option("mail_type", "mail", "Events that send mail.", "string", "mail_type"),
    _text("mail_user", "mail_user", "Who gets the mail."),
    _text("mcs_label", "mcs_label", "MCS label."),
    _alias("msc_label", "mcs_label", "The same as mcs_label.", until=37),
    Option("memory_binding", "memory_binding", "How tasks are bound to memory: --mem-bind.", "string"),
    Option("memory_per_cpu", "per_cpu", "Memory per CPU, MiB or with a unit.", "integer"),
    Option("memory_per_gpu", "per_gpu", "Memory per GPU, MiB or with a unit.", "integer"),
    Option("memory_per_node", "per_node", "Memory per node, MiB or with a unit.", "integer"),
    Option("minimum_cpus_per_node", "integer", "Least CPUs per node.", "integer", "pn_min_cpus"),
    Option("minimum_nodes", "flag", "Among choices of nodes take the smallest.", "boolean"),
    _text("name", "name", "Name of the job."),
    Option("nice", "nice", "Lowers the priority; nothing stands for 100.", "string", "nice"),
    Option("no_kill", "no_kill", "Go on when a node fails.", "boolean"),
    Option("no_requeue", "no_requeue", "The job is not to be requeued, whatever the value.", None, "requeue"),
    Option("node_list", "nodelist", "The same as nodelist.", None, "req_nodes"),
    Option("nodelist", "nodelist", "Nodes that the job must get.", None, "req_nodes"),
    Option("nodes", "nodes", "Number of nodes: [least, most], or a text such as 2-4.", "array"),
    Option("ntasks", "tasks", "The same as tasks.", None, "num_tasks"),
    Option("ntasks_per_core", "integer", "The same as tasks_per_core.", None, "ntasks_per_core"),
    Option("ntasks_per_gpu", "integer", "Tasks per GPU."),
    Option("ntasks_per_node", "integer", "The same as tasks_per_node.", None, "ntasks_per_node"),
    Option("ntasks_per_socket", "integer", "The same as tasks_per_socket.", None, "ntasks_per_socket"),
    Option("ntasks_per_tres", "integer", "Tasks per TRES; wins over ntasks_per_gpu."),
    Option("open_mode", "open_mode", "Append to output files or truncate them.", "string", "open_mode"),
    Option("oversubscribe", "oversubscribe", "Share nodes with other jobs.", "boolean", "shared", since=38),
    Option("oversubscribe", "disabled", "See v0.0.38.", until=37),
    _text("partition", "partition", "Partition, or several."),
    _text("prefer", "prefer", "Features that the nodes should have.", since=38),
    Option("priority", "priority", "Priority, or TOP.", "string", since=37),
    Option("priority", "disabled", "See v0.0.37.", until=36),
    Option("profile", "profile", "Data series that are gathered: --profile.", None, "profile"),
    _text("qos", "qos", "Quality of service."),
    Option("requeue", "requeue", "Whether the job may be requeued.", "boolean", "requeue"),
    _text("reservation", "reservation", "Reservation, or several."),
    Option("signal", "warning", "Signal some time before the end: [R:]signal[@seconds].", "string"),
    Option("sockets_per_node", "integer", "Least sockets per node.", "integer", "sockets_per_node"),
    Option("spread_job", "flag", "Spread the job over as many nodes as possible.", "boolean"),
    Option("standard_error", "file", "File of standard error; none is /dev/null.", "string", "std_err"),
    Option("standard_in", "file", "The same as the later standard_input.", "string", "std_in", until=36),
    Option("standard_input", "file", "File of standard input.", "string", "std_in"),
    Option("standard_out", "file", "The same as the later standard_output.", "string", "std_out", until=36),
    Option("standard_output", "file", "File of standard output.", "string", "std_out"),
    Option("tasks", "tasks", "Number of tasks.", "integer", "num_tasks"),
    Option("tasks_per_core", "integer", "Most tasks per core.", "integer", "ntasks_per_core"),
    Option("tasks_per_node", "integer", "Tasks per node.", "integer", "ntasks_per_node"),
    Option("tasks_per_socket", "integer", "Most tasks per socket.", "integer", "ntasks_per_socket"),
    Option("temporary_disk_per_node", "disk", "Temporary disk per node, MiB or with a unit.", None, "pn_min_tmp_disk"),
    Option("test_only", "ignored", "Taken and not heeded, as by slurmrestd."),
    Option("thread_specification", "thread_spec", "Threads per node left to the system.", "integer", "core_spec"),
    Option("threads_per_core", "integer", "Least threads per core.", "integer", "threads_per_core"),
    Option("time_limit", "minutes", "Most run time: minutes, or as --time takes it.", "integer", "time_limit"),
    Option("time_minimum", "minutes", "Least run time.", "integer", "time_min"),
    Option("time minimum", "minutes", "The same as time_minimum.", None, "time_min", until=37),
    Option("umask", "umask", "Checked, but a job keeps its script's own."),
    Option("wait_all_nodes", "wait_all_nodes", "Start only when all nodes have booted.", "boolean", "wait_all_nodes"),
    _text("wckey", "wckey", "Workload characterization key."),
    *(
        Option(key, "disabled", "Known to slurmrestd, which refuses it.")
        for key in (
            *("accelerator_binding", "allocation_node_list", "bell", "burst_buffer_file", "cluster", "clusters"),
            *("compress", "contiguous", "cpu_binding", "debugger_test", "disable_status", "epilog", "excluded_nodes"),
            *("export_file", "export", "extra_node_info", "group_id", "help", "ignore_pbs", "immediate", "job_id"),
            *("kill_command", "kill_on_bad_exit", "label", "max_threads", "message_timeout", "mpi", "multiple_program"),
            *("network", "no_allocation", "no_bell", "nodefile", "no_shell", "overcommit", "hetjob_group", "parsable"),
            *("power_flags", "preserve_environment", "prolog", "propagate", "pty", "quiet", "quit_on_interrupt"),
            *("reboot", "relative", "required_nodes", "required_switches", "reserve_port", "reserve_ports"),
            *("slurmd_debug", "task_epilog", "task_prolog", "threads", "unbuffered", "unknown", "usage", "user_id"),
            *("version", "verbose", "wait_for_switch", "wait", "wrap", "x11"),
        )
    ),
)


class RefusedError(Exception):
    """A key that is unknown, disabled, or has a value that it does not take.

    kind: "unknown", "disabled" or "invalid". key: as it stands in the body, lower: as it was looked up.
    """

    def __init__(self, kind: str, key: str, lower: str, invalid: InvalidError | None = None) -> None:
        super().__init__(kind, key)
        self.kind = kind
        self.key = key
        self.lower = lower
        self.invalid = invalid


class ImpossibleError(Exception):
    """Values that each are right and do not go together."""


class Host(NamedTuple):
    """What the host and its slurm.conf say."""

    folder: str
    now: float
    hosts: Callable[[str], str]
    """Turns a list of nodes into a sorted one without repetition."""
    governors: frozenset[str]
    gres: tuple[str, ...] | None
    """GresTypes; None when this release of libslurm does not tell."""
    cons_tres: bool
    prefix: str
    """What a generic resource's name has in front among TRES: "gres:", from 23.11 on "gres/"."""


_ASCII_UPPER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def decode(body: dict[str, Any], version: int, host: Host, *, update: bool) -> Members:
    """The members that a body of an API version (36 to 38) sets. Raises RefusedError, or ImpossibleError.

    What is not in the result stays as slurm_init_job_desc_msg leaves it; `environment` and `argv` are lists. Empty keys
    count for nothing, in `environment` neither.
    """
    rows = {row.key: row for row in OPTIONS if row.since <= version <= row.until}
    reader = _Reader(host)
    for key, value in body.items():
        if not key:
            continue
        lower = key[:255].translate(_ASCII_UPPER)
        row = rows.get(lower)
        if row is None:
            raise RefusedError("unknown", key, lower)
        if row.kind == "disabled":
            raise RefusedError("disabled", key, lower)
        try:
            read = getattr(reader, row.kind)(value, row.key)
        except InvalidError as invalid:
            raise RefusedError("invalid", key, lower, invalid) from None
        if row.member is not None and read is not None:
            reader.members[row.member] = read
    if version == FIRST and not update:
        reader.members.setdefault("name", "openapi")
    return reader.describe(update=update)


class _Reader:
    """The kinds of rows: each method reads one value, raises InvalidError, or returns what its row's member gets."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.members: Members = {}
        self.parts: dict[str, Any] = {}
        self.flags: dict[str, bool] = {}

    def text(self, value: Any, _key: str) -> str:
        return to_text(value, None)

    def checked(self, value: Any, key: str) -> None:
        self.text(value, key)

    def ignored(self, _value: Any, _key: str) -> None:
        return

    def texts(self, value: Any, _key: str) -> list[str]:
        if not isinstance(value, list):
            raise InvalidError("argv must be a list")
        return [to_text(item) for item in value]

    def file(self, value: Any, _key: str) -> str:
        path = to_text(value)
        return "/dev/null" if path.lower() == "none" else path

    def folder(self, value: Any, _key: str) -> str:
        path = to_text(value)
        return path if path.startswith("/") else f"{self.host.folder}/{path}"

    def begin(self, value: Any, _key: str) -> int:
        # The documents say that it is an epoch, which no text that --begin takes can be mistaken for.
        if type(value) is int and value >= 1_000_000:
            return value
        return self._moment(to_text(value), "Unable to parse time", "ESLURM_INVALID_TIME_VALUE")

    def deadline(self, value: Any, _key: str) -> int:
        return self._moment(to_text(value), "Invalid deadline time", "SLURM_ERROR")

    def _moment(self, text: str, trouble: str, code: str) -> int:
        try:
            return values.point_in_time(text, self.host.now)
        except ValueError:
            raise InvalidError(trouble, code) from None

    def core_spec(self, value: Any, _key: str) -> int:
        number = to_integer(value, "Unable to read int")
        if number < 0:
            raise InvalidError("Invalid core specification")
        return number

    def thread_spec(self, value: Any, _key: str) -> Number:
        number = to_integer(value, "Unable to read integer")
        if number >= 1 << 15:
            raise InvalidError("core_spec is too large")
        if number <= 0:
            raise InvalidError("core_spec must be >0")
        return ("CORE_SPEC_THREAD", number)

    def integer(self, value: Any, key: str) -> int:
        number = values.small(value)
        self.parts[key] = number
        return number

    def cpus_per_task(self, value: Any, key: str) -> None:
        number = to_integer(value)
        if number >= values.INT_MAX:
            raise InvalidError("Integer too large")
        if number < 1:
            raise InvalidError("cpus per task much be greater than 0")
        self.parts[key] = number

    def tasks(self, value: Any, _key: str) -> int:
        number = to_integer(value)
        if number >= values.INT_MAX:
            raise InvalidError("ntasks too large")
        if number <= 0:
            raise InvalidError("ntasks too small")
        return number

    def delay_boot(self, value: Any, _key: str) -> Number:
        found = values.seconds(to_text(value))
        if found is None:
            raise InvalidError("Invalid delay boot specification")
        return found

    def minutes(self, value: Any, _key: str) -> Number:
        return values.minutes(to_text(value))

    def frequency(self, value: Any, key: str) -> None:
        self.parts[key] = values.Frequency(to_text(value), self.host.governors)

    def distribution(self, value: Any, key: str) -> None:
        self.parts[key] = values.distribution(to_text(value))

    def environment(self, value: Any, key: str) -> None:
        if not isinstance(value, dict):
            raise InvalidError("environment must be a dictionary")
        try:
            self.parts[key] = {name: to_text(item) for name, item in value.items() if name}
        except InvalidError:
            raise InvalidError("failure parsing environment") from None

    def exclusive(self, value: Any, _key: str) -> str | None:
        word = to_text(value).lower()
        if word in ("false", "true") or isinstance(value, bool):
            return "JOB_SHARED_NONE" if word == "true" else None
        for known in ("exclusive", "oversubscribe", "user", "mcs"):
            if word == known:
                return "JOB_SHARED_" + {"exclusive": "NONE", "oversubscribe": "OK"}.get(known, known.upper())
        raise InvalidError("Invalid exclusive specification")

    def oversubscribe(self, value: Any, _key: str) -> str | None:
        return None if value is False else "JOB_SHARED_OK"

    def user_environment(self, value: Any, key: str) -> None:
        if not isinstance(value, bool):
            text = to_text(value)
            match = values.LEADING.match(text)
            if text[match.end() if match else 0 :][:1] not in ("", "s", "S", "l", "L"):
                raise InvalidError("Invalid get user environment specification")
            # A negative number of seconds is slurmrestd's mark for "not asked for".
            value = not match or int(match[1]) >= 0
        self.parts[key] = value

    def gpu_binding(self, value: Any, _key: str) -> str:
        binding = values.gpu_binding(to_text(value))
        # The same change of names in 23.11, where there had been no prefix before.
        return self.host.prefix + binding if self.host.prefix.endswith("/") else binding

    def gpu_frequency(self, value: Any, _key: str) -> str:
        return values.gpu_frequency(to_text(value))

    def counted(self, value: Any, key: str) -> None:
        self.parts[key] = to_text(value, None)

    def gres(self, value: Any, key: str) -> None:
        text = to_text(value)
        if text.lower() in ("help", "list"):
            raise InvalidError('GRES "help" not supported')
        self.parts[key] = None if text.lower() == "none" else values.gres(text, self.host.prefix)

    def gres_flags(self, value: Any, _key: str) -> None:
        word = to_text(value).lower()
        if word not in ("disable-binding", "enforce-binding"):
            raise InvalidError("Invalid GRES flags")
        self.flags["GRES_DISABLE_BIND"] = word == "disable-binding"
        self.flags["GRES_ENFORCE_BIND"] = word == "enforce-binding"

    def truth(self, value: Any, key: str) -> None:
        self.parts[key] = to_truth(value)

    def kill_invalid(self, value: Any, _key: str) -> None:
        self.flags["KILL_INV_DEP" if to_truth(value, "Unable to read boolean") else "NO_KILL_INV_DEP"] = True

    def flag(self, value: Any, key: str) -> None:
        # Only the word false is none: an option of sbatch counts by being there.
        self.flags["SPREAD_JOB" if key == "spread_job" else "USE_MIN_NODES"] = value is not False

    def mail(self, value: Any, _key: str) -> Number:
        return values.mail(to_text(value))

    def memory_binding(self, value: Any, _key: str) -> None:
        self.members["mem_bind_type"], nodes = values.memory_binding(to_text(value))
        if nodes is not None:
            self.members["mem_bind"] = nodes

    def per_node(self, value: Any, key: str) -> None:
        self.parts[key] = values.mebibytes(to_text(value), "Invalid memory specification")

    def per_cpu(self, value: Any, key: str) -> None:
        self.parts[key] = self._mebibytes(value, "--mem-per-cpu")

    def per_gpu(self, value: Any, key: str) -> None:
        self.parts[key] = self._mebibytes(value, "--mem-per-gpu")

    def disk(self, value: Any, _key: str) -> int:
        return self._mebibytes(value, "--tmp")

    @staticmethod
    def _mebibytes(value: Any, option: str) -> int:
        trouble = f"Invalid {option} specification"
        return values.mebibytes(to_text(value, f"{trouble} string"), trouble)

    def nice(self, value: Any, _key: str) -> Number:
        number = 100 if value is None else to_integer(value)
        if abs(number) >= 2**31 - 3:
            raise InvalidError("Nice too large")
        return ("NICE_OFFSET", number)

    def no_kill(self, value: Any, key: str) -> None:
        word = "set" if value is None else to_text(value).lower()
        if word not in ("set", "off", "no", "true", "false"):
            raise InvalidError("Invalid no kill specification")
        self.parts[key] = word in ("set", "true")

    def requeue(self, value: Any, _key: str) -> int:
        return int(value is not False)

    def no_requeue(self, _value: Any, _key: str) -> int:
        return 0

    def nodelist(self, value: Any, _key: str) -> str:
        return to_text(value)

    def nodes(self, value: Any, key: str) -> None:
        if not isinstance(value, list):
            self.parts[key] = values.node_count(to_text(value))
            return
        if len(value) != 2:
            raise InvalidError("Invalid node count list size")
        trouble = "Invalid node count specification"
        try:
            least, most = (to_integer(item) for item in value)
        except InvalidError:
            raise InvalidError("Invalid node count", "ESLURM_DATA_CONV_FAILED", trouble) from None
        if not 0 <= least <= (most or least) <= values.INT_MAX:
            raise InvalidError(trouble)
        self.parts[key] = least, most

    def open_mode(self, value: Any, _key: str) -> str:
        letter = to_text(value)[:1].lower()
        if letter not in ("a", "t"):
            raise InvalidError("Invalid open mode specification")
        return "OPEN_MODE_APPEND" if letter == "a" else "OPEN_MODE_TRUNCATE"

    def priority(self, value: Any, key: str) -> None:
        try:
            number = to_integer(value)
        except InvalidError:
            if to_text(value).lower() != "top":
                raise InvalidError("Invalid priority") from None
            number = 2**32 - 3
        if number >= 2**32 - 2:
            raise InvalidError("Priority too large")
        if number <= 0:
            raise InvalidError("Priority must be >0")
        self.parts[key] = number

    def profile(self, value: Any, key: str) -> Number:
        self.parts[key] = found = values.profile(to_text(value))
        return found

    def warning(self, value: Any, _key: str) -> None:
        members = self.members
        members["warn_signal"], members["warn_time"], members["warn_flags"] = values.warning(to_text(value))

    def umask(self, value: Any, _key: str) -> None:
        text = to_text(value)
        match = values.LEADING.match(text)
        digits = match[1].lstrip("+-") if match else ""
        octal = digits[: next((at for at, digit in enumerate(digits) if digit in "89"), len(digits))]
        if match is None or not octal:
            raise InvalidError("Invalid octal umask")
        if match[1].startswith("-") and int(octal, 8):
            raise InvalidError("umask too small")
        if int(octal, 8) > 0o7777:
            raise InvalidError("umask too large")

    def wait_all_nodes(self, value: Any, _key: str) -> int:
        number = int(value) if isinstance(value, bool) else to_integer(value)
        if number > 1:
            raise InvalidError("Wait all nodes too large")
        if number < 0:
            raise InvalidError("Wait all nodes too small")
        return number

    def describe(self, *, update: bool) -> Members:
        """The members, put together from what was read. Raises ImpossibleError."""
        members, parts = self.members, self.parts
        if not update:
            for member, default in _DEFAULTS.items():
                members.setdefault(member, default)
            members.setdefault("work_dir", self.host.folder)
        if isinstance(members.get("req_nodes"), str):
            members["req_nodes"] = self.host.hosts(str(members["req_nodes"]))
        self._counts(update=update)
        self._memory()
        self._distribution(update=update)
        if "hold" in parts:
            members["priority"] = 0 if parts["hold"] else "INFINITE"
        elif "priority" in parts:
            members["priority"] = parts["priority"]
        if parts.get("no_kill"):
            members["kill_on_node_fail"] = 0
        frequency = parts.get("cpu_frequency")
        if frequency is not None:
            for name, part in (("min", frequency.low), ("max", frequency.high), ("gov", frequency.governor)):
                if part is not None:
                    members[f"cpu_freq_{name}"] = part
        self._tres()
        flags = tuple(name for name, is_set in self.flags.items() if is_set)
        if flags:
            members["bitflags"] = flags
        if not update:
            members["environment"] = [f"{name}={value}" for name, value in self._environment().items()]
        return members

    def _counts(self, *, update: bool) -> None:
        members, parts = self.members, self.parts
        tasks, cpus, nodes = members.get("num_tasks"), parts.get("cpus_per_task"), parts.get("nodes")
        if tasks is not None:
            self.flags["JOB_NTASKS_SET"] = True
        if cpus is not None:
            self.flags["JOB_CPUS_SET"] = True
            members["cpus_per_task"] = cpus
            members["min_cpus"] = (tasks if isinstance(tasks, int) else 1) * cpus
        elif nodes is not None and not nodes[0]:
            members["min_cpus"] = 0
        elif not update:
            members["min_cpus"] = tasks if isinstance(tasks, int) else 1
        if nodes is not None:
            members["min_nodes"] = nodes[0]
            if nodes[1]:
                members["max_nodes"] = nodes[1]
        for key in ("ntasks_per_gpu", "ntasks_per_tres"):
            if key in parts:
                members["ntasks_per_tres"] = parts[key]
        if isinstance(members.get("pn_min_cpus"), int) and int(str(members["pn_min_cpus"])) < 0:
            del members["pn_min_cpus"]

    def _memory(self) -> None:
        members, parts = self.members, self.parts
        if "memory_per_node" in parts:
            members["pn_min_memory"] = parts["memory_per_node"]
        elif "memory_per_cpu" in parts:
            members["pn_min_memory"] = ("MEM_PER_CPU", parts["memory_per_cpu"])
        if "memory_per_gpu" in parts:
            members["mem_per_tres"] = f"{self.host.prefix}gpu:{parts['memory_per_gpu']}"
        if parts.get("cpus_per_gpu"):
            members["cpus_per_tres"] = f"{self.host.prefix}gpu:{parts['cpus_per_gpu']}"

    def _distribution(self, *, update: bool) -> None:
        flags, plane = self.parts.get("distribution", ((), None))
        if plane is not None:
            self.members["plane_size"] = plane
        if "SLURM_DIST_ARBITRARY" in flags and "req_nodes" not in self.members:
            raise ImpossibleError
        if flags and update:
            self.members["task_dist"] = flags

    def _tres(self) -> None:
        members, parts = self.members, self.parts
        for key, member in _GPUS.items():
            found = values.gpus(parts.get(key) or "", self.host.prefix)
            if found:
                members[member] = found
        if parts.get("gres") is not None:
            members["tres_per_node"] = ",".join(filter(None, (str(members.get("tres_per_node", "")), parts["gres"])))
        if self.host.gres is None:
            return
        try:
            tres.check(members, self.host.gres, cons_tres=self.host.cons_tres)
        except ValueError:
            raise ImpossibleError from None

    def _environment(self) -> dict[str, str]:
        """The client's variables and those that sbatch adds, which jobs may look at."""
        members, parts = self.members, self.parts
        found = dict(parts.get("environment", {}))
        if parts.get("get_user_environment"):
            found["SLURM_GET_USER_ENV"] = "1"
        if "SLURM_DIST_ARBITRARY" in parts.get("distribution", ((),))[0]:
            found["SLURM_ARBITRARY_NODELIST"] = str(members["req_nodes"])
        if not found:
            return found
        if "name" in members:
            found["SLURM_JOB_NAME"] = str(members["name"])
        if "open_mode" in members:
            found["SLURM_OPEN_MODE"] = "a" if members["open_mode"] == "OPEN_MODE_APPEND" else "t"
        if "dependency" in members:
            found["SLURM_JOB_DEPENDENCY"] = str(members["dependency"])
        if members.get("profile"):
            found["SLURM_PROFILE"] = values.shown_profile(parts["profile"])
        if "acctg_freq" in members:
            found["SLURM_ACCTG_FREQ"] = str(members["acctg_freq"])
        if "cpu_frequency" in parts:
            found["SLURM_CPU_FREQ_REQ"] = str(parts["cpu_frequency"])
        return found


_DEFAULTS: Members = {"contiguous": 0, "mail_type": 0, "mem_bind_type": 0, "task_dist": "SLURM_DIST_UNKNOWN"}
"""What slurmrestd sends with a new job beyond what slurm_init_job_desc_msg fills in."""

_GPUS = {
    "gpus": "tres_per_job",
    "gpus_per_node": "tres_per_node",
    "gpus_per_socket": "tres_per_socket",
    "gpus_per_task": "tres_per_task",
}
