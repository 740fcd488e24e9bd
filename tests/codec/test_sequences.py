# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds that become lists, and names by id: Slurm's own lists and structs, against a model in Python."""

from __future__ import annotations

import math
import pwd
import re
from typing import Any

import documents
import pytest
from documents import JSON_COMPACT, JSON_PRETTY, SANITIZED, YAML, decoded, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FORMATS = [JSON_COMPACT, JSON_PRETTY, YAML]
NO_VAL = 0xFFFFFFFE
BROKEN = b'gr\xc3\xbc\xc3n \xff"\n'

some = settings(max_examples=60 if SANITIZED else 200, suppress_health_check=list(HealthCheck))


class Memory:
    """Structs of one test and what they point at; Slurm's lists are freed with it."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.ffi, self.lib = module.ffi, module.lib
        self._kept: list[Any] = []
        self._lists: list[Any] = []

    def text(self, raw: bytes | None) -> Any:
        return self.ffi.NULL if raw is None else self.keep(self.ffi.new("char[]", raw))

    def keep(self, one: Any) -> Any:
        self._kept.append(one)
        return one

    def array(self, type_: str, values: list[Any] | None) -> Any:
        """An array of exactly its length; None: none."""
        return self.ffi.NULL if values is None else self.keep(self.ffi.new(f"{type_}[]", values))

    def texts(self, values: list[bytes | None] | None) -> Any:
        return self.array("char *", None if values is None else [self.text(one) for one in values])

    def list(self, pointers: list[Any] | None) -> Any:
        """A list as slurmdbd's answers have it."""
        if pointers is None:
            return self.ffi.NULL
        made = self.lib.slurm_list_create(self.ffi.NULL)
        for one in pointers:
            self.lib.slurm_list_append(made, one)
        self._lists.append(made)
        return made

    def struct(self, type_: str, **members: Any) -> Any:
        made = self.keep(self.ffi.new(f"{type_} *"))
        for name, value in members.items():
            setattr(made, name, self.text(value) if value is None or isinstance(value, bytes) else value)
        return made

    def lookup(self, tres: dict[int, tuple[bytes | None, bytes | None]], qos: dict[int, bytes | None]) -> Any:
        resources = [self.struct("slurmdb_tres_rec_t", id=id_, type=type_, name=name)
                     for id_, (type_, name) in tres.items()]  # fmt: skip
        qualities = [self.struct("slurmdb_qos_rec_t", id=id_, name=name) for id_, name in qos.items()]
        made = self.lib.lookup_new(self.list(resources), self.list(qualities))
        assert made != self.ffi.NULL
        return self.keep(self.ffi.gc(made, self.lib.lookup_free))

    def shown(self, table: str, record: Any, version: int = 42, format_: int = JSON_COMPACT, **more: Any) -> Any:
        """What a record reads back as; a table of slurmdbd.py is named by its struct."""
        return self.answered(table.replace("slurmdb_", "probe_slurmdb_"), record, version, format_, **more)

    def answered(self, table: str, record: Any, version: int, format_: int = JSON_COMPACT, **more: Any) -> Any:
        """The same by the tables of answers."""
        rows = self.lib.codec_table(table.encode(), version)
        assert rows != self.ffi.NULL
        (found,) = parse(documents.encode(self.module, rows, record, 1, format_, **more), format_)["list"]
        return found

    def close(self) -> None:
        for one in self._lists:
            self.lib.slurm_list_destroy(one)


@pytest.fixture
def memory(module: Any) -> Any:
    made = Memory(module)
    yield made
    made.close()


RESOURCES: dict[int, tuple[bytes | None, bytes | None]] = {
    1001: (b"gres", b"gpu:" + BROKEN), 1: (b"cpu", None), 4: (b"node", None), 2: (b"mem", b""), 1002: (None, None),
}  # fmt: skip
QUALITIES: dict[int, bytes | None] = {4: b"fast", 1: b"normal", 300: BROKEN, 7: None}


def _text(raw: bytes | None, nothing: Any = "") -> Any:
    return nothing if raw is None else decoded(raw)


# Texts of resources


def _unsigned(text: str) -> int:
    """strtoull(3)."""
    value = int(text)
    if abs(value) >= 1 << 64:
        return (1 << 64) - 1
    return value % (1 << 64)


_SPACE = r"[ \t\n\v\f\r]*"
_RESOURCE = re.compile(rf"({_SPACE}[+-]?[0-9]+)=({_SPACE}[+-]?[0-9]+)", re.ASCII)


def tres_model(raw: bytes | None, known: bool, nothing: Any = "") -> list[dict[str, Any]]:
    found = []
    for word in (raw or b"").split(b","):
        match = _RESOURCE.fullmatch(word.decode("latin-1"))
        if match and 0 < (id_ := _unsigned(match[1])) < 1 << 32:
            count = _unsigned(match[2])
            type_, name = RESOURCES.get(id_, (None, None)) if known else (None, None)
            signed = count - (1 << 64) if count >= 1 << 63 else count
            found.append({"type": _text(type_, nothing), "name": _text(name, nothing), "id": id_, "count": signed})
    return found


resource_text = st.one_of(
    st.none(),
    st.binary(max_size=30).map(lambda raw: raw.replace(b"\0", b"")),
    st.text("0123456789=,-+ 1x", max_size=40).map(str.encode),
    st.lists(st.tuples(st.sampled_from([0, 1, 2, 4, 5, 1001, 1002, 1 << 32, (1 << 32) + 1]),
                       st.integers(-3, (1 << 64) + 1)), max_size=5)
    .map(lambda pairs: ",".join(f"{id_}={count}" for id_, count in pairs).encode()),
    st.sampled_from([b"1=2,4=7", b",1=2,,4=7,", b"1=", b"=1", b"1", b"1=2=3", b"1=2x,4=1", b"18446744073709551616=1",
                     b"3=18446744073709551614"]),
)  # fmt: skip


@some
@given(text=resource_text, known=st.booleans(), format_=st.sampled_from(FORMATS), complex_=st.booleans())
def test_resources(module: Any, text: bytes | None, known: bool, format_: int, complex_: bool) -> None:
    memory = Memory(module)
    assoc = memory.struct("slurmdb_assoc_rec_t", grp_tres=text)
    lookup = memory.lookup(RESOURCES, QUALITIES) if known else None
    found = memory.shown("slurmdb_assoc_rec_t", assoc, format_=format_, complex_=complex_, lookup=lookup)
    memory.close()
    nothing = None if format_ == YAML or complex_ else ""
    assert found["max"]["tres"]["total"] == tres_model(text, known, nothing)


def test_resources_are_what_slurmdbd_says(memory: Memory) -> None:
    """Read by eye, without the model."""
    lookup = memory.lookup(RESOURCES, QUALITIES)
    cluster = memory.struct("slurmdb_cluster_rec_t", tres_str=b"1=64002,4=1001,1001=18446744073709551614")
    assert memory.shown("slurmdb_cluster_rec_t", cluster, lookup=lookup)["tres"] == [
        {"type": "cpu", "name": "", "id": 1, "count": 64002},
        {"type": "node", "name": "", "id": 4, "count": 1001},
        {"type": "gres", "name": 'gpu:grü\ufffdn \ufffd"\n', "id": 1001, "count": -2},
    ]


# Names of QOSes


def qos_name(id_: int, known: bool) -> str:
    name = QUALITIES.get(id_) if known else None
    if name is not None:
        return decoded(name)
    return "" if id_ in (0, NO_VAL, NO_VAL + 1) else str(id_)


def qos_model(words: list[bytes], known: bool) -> list[str]:
    found = []
    for word in words:
        text = word.decode("latin-1")
        id_ = _unsigned(text) if re.fullmatch(rf"{_SPACE}[+-]?[0-9]+", text, re.ASCII) else 0
        if 0 < id_ < NO_VAL:
            found.append(qos_name(id_, known))
    return found


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("id_", [0, 1, 4, 5, 7, 300, NO_VAL - 1, NO_VAL, NO_VAL + 1])
def test_the_name_of_a_qos(memory: Memory, id_: int, known: bool) -> None:
    lookup = memory.lookup(RESOURCES, QUALITIES) if known else None
    job = memory.struct("slurmdb_job_rec_t", qosid=id_)
    assert memory.shown("slurmdb_job_rec_t", job, lookup=lookup)["qos"] == qos_name(id_, known)


qos_words = st.lists(
    st.one_of(
        st.sampled_from([b"1", b"4", b"7", b"12", b"0", b"+4", b" 1", b"x", b"4x", b"99999999999999999999", BROKEN]),
        st.binary(min_size=1, max_size=6).map(lambda raw: raw.replace(b"\0", b"").replace(b",", b"") or b"1"),
    ),
    max_size=6,
)


@some
@given(words=st.one_of(st.none(), qos_words), known=st.booleans(), format_=st.sampled_from(FORMATS))
def test_names_of_qoses(module: Any, words: list[bytes] | None, known: bool, format_: int) -> None:
    """As a list of texts and as one text."""
    memory = Memory(module)
    lookup = memory.lookup(RESOURCES, QUALITIES) if known else None
    assoc = memory.struct("slurmdb_assoc_rec_t", qos_list=memory.list(words and [memory.text(one) for one in words]))
    listed = memory.shown("slurmdb_assoc_rec_t", assoc, format_=format_, lookup=lookup)["qos"]
    probe = memory.struct("probe_t", qos=None if words is None else b"," + b",,".join(words))
    joined = memory.shown("probe_sequences", probe, format_=format_, lookup=lookup)["qos"]
    memory.close()
    assert listed == joined == qos_model(words or [], known)


@pytest.mark.parametrize("format_", FORMATS)
def test_qoses_by_bits(memory: Memory, format_: int) -> None:
    words = [0x42434445, 320, *([0] * 5)]
    for bit in (0, 1, 4, 63, 64, 300, 319):
        words[2 + bit // 64] |= 1 << bit % 64
    signed = [word - (1 << 64) if word >> 63 else word for word in words]
    qos = memory.struct("slurmdb_qos_rec_t", id=4, name=b"fast", preempt_bitstr=memory.array("int64_t", signed))
    lookup = memory.lookup(RESOURCES, QUALITIES)
    found = memory.shown("slurmdb_qos_rec_t", qos, format_=format_, lookup=lookup)
    assert found["preempt"]["list"] == ["normal", "fast", "63", "64", decoded(BROKEN), "319"]
    none = memory.struct("slurmdb_qos_rec_t", preempt_bitstr=memory.array("int64_t", [0x42434445, 0]))
    assert memory.shown("slurmdb_qos_rec_t", none, format_=format_)["preempt"]["list"] == []
    absent = memory.struct("slurmdb_qos_rec_t")
    assert memory.shown("slurmdb_qos_rec_t", absent, format_=format_)["preempt"]["list"] == []


def test_many_names(memory: Memory) -> None:
    """Every one of a thousand is found, whatever the order that slurmdbd gave them in."""
    ids = [(one * 617) % 1009 + 1 for one in range(1009)]
    lookup = memory.lookup({one: (b"gres", b"r%d" % one) for one in ids}, {one: b"q%d" % one for one in ids})
    qos = ",".join(str(one) for one in range(1, 1010)).encode()
    text = ",".join(f"{one}={one}" for one in range(1, 1010)).encode()
    probe = memory.struct("probe_t", qos=qos)
    assert memory.shown("probe_sequences", probe, lookup=lookup)["qos"] == [f"q{one}" for one in range(1, 1010)]
    cluster = memory.struct("slurmdb_cluster_rec_t", tres_str=text)
    names = [one["name"] for one in memory.shown("slurmdb_cluster_rec_t", cluster, lookup=lookup)["tres"]]
    assert names == [f"r{one}" for one in range(1, 1010)]


def test_no_names(memory: Memory) -> None:
    for lists in ((memory.list([]), memory.list([])), (memory.ffi.NULL, memory.ffi.NULL)):
        lookup = memory.ffi.gc(memory.lib.lookup_new(*lists), memory.lib.lookup_free)
        assoc = memory.struct("slurmdb_assoc_rec_t", def_qos_id=3, grp_tres=b"1=1")
        found = memory.shown("slurmdb_assoc_rec_t", assoc, lookup=lookup)
        assert found["default"]["qos"] == "3"
        assert found["max"]["tres"]["total"] == [{"type": "", "name": "", "id": 1, "count": 1}]


# Slurm's lists


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("complex_", [False, True])
def test_records_in_lists(memory: Memory, format_: int, complex_: bool) -> None:
    """Lists of records with lists of records; missing ones and empty ones."""
    nothing = None if format_ == YAML or complex_ else ""
    lookup = memory.lookup(RESOURCES, QUALITIES)
    use = [memory.struct("slurmdb_accounting_rec_t", id=9, alloc_secs=one) for one in (1, 1 << 40)]
    use[1].tres_rec.id = 4
    use[1].tres_rec.type = memory.text(BROKEN)
    assocs = [
        memory.struct("slurmdb_assoc_rec_t", id=5, acct=BROKEN, def_qos_id=4, accounting_list=memory.list(use)),
        memory.struct("slurmdb_assoc_rec_t", id=6, user=b"alice", accounting_list=memory.list([])),
    ]
    coordinators = [memory.struct("slurmdb_coord_rec_t", name=b"bob", direct=1), memory.struct("slurmdb_coord_rec_t")]
    user = memory.struct("slurmdb_user_rec_t", name=b"alice", assoc_list=memory.list(assocs),
                         coord_accts=memory.list(coordinators))  # fmt: skip
    empty = {"accounting": [], "max": {"tres": {"total": []}}, "qos": []}
    resource = {"type": nothing, "name": nothing, "id": 0, "count": 0}
    assert memory.shown("slurmdb_user_rec_t", user, format_=format_, complex_=complex_, lookup=lookup) == {
        "associations": [
            {
                **empty,
                "accounting": [
                    {"allocated": {"seconds": 1}, "id": 9, "TRES": resource},
                    {"allocated": {"seconds": 1 << 40}, "id": 9,
                     "TRES": {**resource, "id": 4, "type": decoded(BROKEN)}},
                ],
                "account": decoded(BROKEN),
                "default": {"qos": "fast"},
                "id": {"account": decoded(BROKEN), "user": nothing, "id": 5},
            },
            {
                **empty,
                "account": nothing,
                "default": {"qos": nothing},
                "id": {"account": nothing, "user": "alice", "id": 6},
            },
        ],
        "coordinators": [{"name": "bob", "direct": True}, {"name": nothing, "direct": False}],
        "name": "alice",
    }  # fmt: skip
    bare = memory.struct("slurmdb_user_rec_t")
    assert memory.shown("slurmdb_user_rec_t", bare, format_=format_, complex_=complex_) == {
        "associations": [], "coordinators": [], "name": nothing,
    }  # fmt: skip


@pytest.mark.parametrize("format_", FORMATS)
def test_another_view_in_a_list(memory: Memory, format_: int) -> None:
    assocs = [memory.struct("slurmdb_assoc_rec_t", id=one, acct=b"a", user=b"b") for one in (1, 2)]
    account = memory.struct("slurmdb_account_rec_t", name=b"a", assoc_list=memory.list(assocs),
                            coordinators=memory.list([]))  # fmt: skip
    assert memory.shown("slurmdb_account_rec_t", account, format_=format_) == {
        "associations": [{"account": "a", "user": "b", "id": one} for one in (1, 2)], "coordinators": [], "name": "a",
    }  # fmt: skip
    cluster = memory.struct("slurmdb_cluster_rec_t", root_assoc=assocs[0])
    found = memory.shown("slurmdb_cluster_rec_t", cluster, format_=format_)
    assert found["associations"] == {"root": {"account": "a", "user": "b", "id": 1}}


@pytest.mark.parametrize("format_", FORMATS)
def test_a_record_seen_as_another(memory: Memory, format_: int) -> None:
    step = memory.struct("slurmdb_step_rec_t", stepname=b"batch", nodes=b"n[1-2]", tres_alloc_str=b"1=1")
    job = memory.struct("slurmdb_job_rec_t", account=BROKEN, associd=4, jobid=10, qosid=4, steps=memory.list([step]))
    found = memory.shown("slurmdb_job_rec_t", job, format_=format_, lookup=memory.lookup(RESOURCES, QUALITIES))
    nothing = None if format_ == YAML else ""
    assert found == {
        "association": {"account": decoded(BROKEN), "id": 4},
        "job_id": 10,
        "qos": "fast",
        "steps": [
            {
                "name": "batch",
                "nodes": {"list": ["n1", "n2"]},
                "tres": {"allocated": [{"type": "cpu", "name": nothing, "id": 1, "count": 1}]},
            }
        ],
        "tres": {"allocated": []},
    }


@pytest.mark.parametrize("words", [None, [], [b"1", b"4", b"300", b"7", b"5", b"x"]])
def test_qos_by_their_names(memory: Memory, words: list[bytes] | None) -> None:
    """v0.0.36 tells ids, v0.0.38 sorts the names and leaves out what has none, later it is the order of the list."""
    assoc = memory.struct("slurmdb_assoc_rec_t", qos_list=memory.list(words and [memory.text(one) for one in words]))
    wanted = {36: ["1", "4", "300", "7", "5", "x"], 38: sorted(["normal", "fast", decoded(BROKEN)])}
    wanted[39] = ["normal", "fast", decoded(BROKEN), "7", "5"]
    lookup = memory.lookup(RESOURCES, QUALITIES)
    for version, names in wanted.items():
        found = memory.answered("slurmdb_assoc_rec_t", assoc, version, lookup=lookup)["qos"]
        assert found == (names if words else [])


def test_an_association_up_to_38_and_later(memory: Memory) -> None:
    usage = memory.struct("slurmdb_assoc_usage_t", used_jobs=3)
    for flags, is_def, words in ((0, 0, []), (1, 0, ["DELETED"]), (0, 1, ["DEFAULT"]), (1, 1, ["DELETED", "DEFAULT"])):
        assoc = memory.struct("slurmdb_assoc_rec_t", flags=flags, is_def=is_def)
        wckey = memory.struct("slurmdb_wckey_rec_t", flags=flags, is_def=is_def)
        old, new = (memory.answered("slurmdb_assoc_rec_t", assoc, version) for version in (38, 39))
        assert old["flags"] == memory.answered("slurmdb_wckey_rec_t", wckey, 38)["flags"] == words
        assert new["flags"] == memory.answered("slurmdb_wckey_rec_t", wckey, 39)["flags"] == words[:flags]
        assert (old["usage"], new["usage"]) == (None, {})
        assert (old["is_default"], new["is_default"]) == (is_def, bool(is_def))
    assoc.usage = usage
    for version in (38, 39):
        assert memory.answered("slurmdb_assoc_rec_t", assoc, version)["usage"]["active_jobs"] == 3


@some
@given(
    texts=st.one_of(st.none(), st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\0", b"")), max_size=5)),
    format_=st.sampled_from(FORMATS),
)
def test_texts_in_a_list(module: Any, texts: list[bytes] | None, format_: int) -> None:
    memory = Memory(module)
    cluster = memory.struct("slurmdb_cluster_rec_t")
    cluster.fed.feature_list = memory.list(texts and [memory.text(one) for one in texts])
    found = memory.shown("slurmdb_cluster_rec_t", cluster, format_=format_)
    memory.close()
    assert found["features"] == [decoded(one) for one in texts or ()]


def test_numbers_in_a_list(memory: Memory) -> None:
    told = [b"1", b"0", b"-1", b"18446744073709551614", b"", b"x", b"7x", BROKEN, b"  12", b"99999999999999999999"]
    condition = memory.struct("slurmdb_tres_cond_t", id_list=memory.list([memory.text(one) for one in told]))
    assert memory.shown("slurmdb_tres_cond_t", condition)["ids"] == [1, 0, -1, -2, 12, -1]
    for absent in (None, []):
        condition = memory.struct("slurmdb_tres_cond_t", id_list=memory.list(absent))
        assert memory.shown("slurmdb_tres_cond_t", condition)["ids"] == []


@pytest.mark.parametrize("capacity", [16, 300, 1000, 4096])
def test_a_small_buffer_gives_the_same_bytes(memory: Memory, capacity: int) -> None:
    """A record with long lists does not fit and is written again, whole."""
    rows = memory.lib.codec_table(b"probe_slurmdb_account_rec_t", 42)
    accounts = memory.keep(memory.ffi.new("slurmdb_account_rec_t[]", 5))
    for index, account in enumerate(accounts):
        account.name = memory.text(b"account %d" % index)
        assocs = [memory.struct("slurmdb_assoc_rec_t", id=one, acct=b"physics") for one in range(7 * index)]
        account.assoc_list = memory.list(assocs)
    for format_ in FORMATS:
        small = documents.encode(memory.module, rows, accounts, 5, format_, capacity)
        assert small == documents.encode(memory.module, rows, accounts, 5, format_)
        assert [len(one["associations"]) for one in parse(small, format_)["list"]] == [0, 7, 14, 21, 28]


# Arrays side by side

SIDES = ("ids", "sums", "counts", "reals", "long_reals", "texts", "uids")
_TYPES = {"ids": "uint16_t", "sums": "uint64_t", "counts": "uint32_t", "reals": "double", "long_reals": "long double",
          "uids": "uint32_t"}  # fmt: skip
raw_text = st.one_of(st.none(), st.binary(max_size=12).map(lambda raw: raw.replace(b"\0", b"")))
_ITEM = {
    "ids": st.one_of(st.integers(0, 40), st.just(0xFFFF)),
    "sums": st.one_of(st.sampled_from([0, (1 << 64) - 1, (1 << 64) - 2]), st.integers(0, (1 << 63) - 1)),
    "counts": st.integers(0, 3),
    "reals": st.floats(),
    "long_reals": st.floats(),
    "texts": raw_text,
    "uids": st.sampled_from([0, 1, 65534, 4242424, 0xFFFFFFFF]),
}


@st.composite
def sides(draw: Any) -> dict[str, Any]:
    count = draw(st.integers(0, 4))
    found: dict[str, Any] = {"count": count, "open": draw(st.booleans())}
    for name, strategy in _ITEM.items():
        found[name] = draw(st.one_of(st.none(), st.lists(strategy, min_size=count, max_size=count)))
    return found


def _noval(set_: bool, infinite: bool, number: Any) -> dict[str, Any]:
    return {"set": set_, "infinite": infinite, "number": number if set_ else type(number)()}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)


def side_model(values: dict[str, Any], index: int, nothing: Any) -> dict[str, Any]:
    at = {name: 0 if values[name] is None else values[name][index] for name in SIDES}
    text = None if values["texts"] is None else at["texts"]
    sum_ = at["sums"] - (1 << 64) if at["sums"] >= 1 << 63 else at["sums"]
    state = at["ids"]
    mean = int(sum_ / at["counts"]) if at["counts"] and abs(sum_) < 1 << 50 else None
    if mean is None:
        mean = (abs(sum_) // at["counts"]) * (1 if sum_ > 0 else -1) if at["counts"] else 0
    real, long_real = float(at["reals"]), float(at["long_reals"])
    infinite = math.isinf(long_real) or long_real in (0xFFFFFFFF, float((1 << 64) - 1))
    unset = math.isnan(long_real) or long_real == NO_VAL
    return {
        "id": "FLAG" if state & 16 else {1: "idle", 2: "busy"}.get(state & 15, str(state)),
        "sum": sum_,
        "noval": _noval(at["sums"] < (1 << 64) - 2, at["sums"] == (1 << 64) - 1, sum_),
        "when": sum_ if values["open"] else 0,
        "mean": mean,
        "mean_noval": _noval(bool(at["counts"] and sum_), False, mean),
        "real": _finite(real),
        "long_real": _noval(not infinite and not unset, infinite, long_real),
        "text": _text(text, nothing),
        "user": _user(at["uids"]),
        "gone": 0,
    }


def _fill(memory: Memory, values: dict[str, Any]) -> Any:
    arrays = {f"side_{name}": memory.array(type_, values[name]) for name, type_ in _TYPES.items()}
    return memory.struct(
        "probe_t", **arrays, side_texts=memory.texts(values["texts"]), side_count=values["count"],
        side_open=values["open"],
    )  # fmt: skip


@some
@given(values=sides(), format_=st.sampled_from(FORMATS))
def test_arrays_side_by_side(module: Any, values: dict[str, Any], format_: int) -> None:
    memory = Memory(module)
    found = memory.shown("probe_sequences", _fill(memory, values), format_=format_)
    nothing = None if format_ == YAML else ""
    for one in found["sides"]:
        del one["hosts"]  # see test_hosts
    count = 0 if values["ids"] is None else values["count"]
    assert found["sides"] == [side_model(values, index, nothing) for index in range(count)]
    numbers = [] if values["sums"] is None else [side_model(values, one, "")["sum"] for one in range(values["count"])]
    assert found["numbers"] == numbers
    assert found["reals"] == [_finite(one) for one in values["long_reals"] or ()]
    assert found["gone"] == {"items": [], "tres": []}


@some
@given(text=st.one_of(raw_text, st.sampled_from([b"a,b,c", b",a,,b,"])), format_=st.sampled_from(FORMATS),
       beside=st.booleans())  # fmt: skip
def test_words_with_arrays_beside_them(module: Any, text: bytes | None, format_: int, beside: bool) -> None:
    memory = Memory(module)
    words = [one for one in (text or b"").split(b",") if one]
    sums = memory.array("uint64_t", list(range(100, 100 + len(words)))) if beside else memory.ffi.NULL
    probe = memory.struct("probe_t", list=text, side_sums=sums)
    found = memory.shown("probe_sequences", probe, format_=format_)["beside_words"]
    wanted = [{"word": decoded(one), "sum": 100 + index} for index, one in enumerate(words)]
    assert found == (wanted if beside else [])


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("text", "hosts"),
    [(None, []), (b"", []), (b"n1", ["n1"]), (b"n[1-3,07],m", ["n1", "n2", "n3", "n07", "m"]),
     (b"gr\xc3\xbcn\xff", ["grün\ufffd"])],
)  # fmt: skip
def test_hosts(memory: Memory, text: bytes | None, hosts: list[str], format_: int) -> None:
    probe = memory.struct("probe_t", hosts=text, side_ids=memory.array("uint16_t", [0]), side_count=1,
                          side_texts=memory.texts([text]))  # fmt: skip
    found = memory.shown("probe_sequences", probe, format_=format_)
    assert found["hosts"] == found["sides"][0]["hosts"] == hosts


# The tables of slurmctld's records that are made of these kinds


def _statistics(memory: Memory, **more: Any) -> Any:
    return memory.struct(
        "stats_info_response_msg_t", rpc_type_size=3, rpc_type_id=memory.array("uint16_t", [1002, 8, 2009]),
        rpc_type_cnt=memory.array("uint32_t", [3, 0, 2]), rpc_type_time=memory.array("uint64_t", [100, 0, 7]),
        rpc_user_size=2, rpc_user_id=memory.array("uint32_t", [0, 4242424]),
        rpc_user_cnt=memory.array("uint32_t", [1, 2]), rpc_user_time=memory.array("uint64_t", [5, 1 << 40]),
        rpc_queue_type_count=1, rpc_queue_type_id=memory.array("uint32_t", [1008]),
        rpc_queue_count=memory.array("uint32_t", [6]), rpc_dump_count=1,
        rpc_dump_types=memory.array("uint32_t", [1008]), rpc_dump_hostlist=memory.texts([b"n[1-2]"]), **more,
    )  # fmt: skip


def test_calls_counted_as_up_to_38(memory: Memory) -> None:
    found = memory.shown("stats_info_response_msg_t", _statistics(memory), 38)
    assert found["rpcs_by_message_type"] == [
        {"message_type": name, "type_id": id_, "count": count, "average_time": mean, "total_time": total}
        for name, id_, count, mean, total in (
            ("MESSAGE_NODE_REGISTRATION_STATUS", 1002, 3, 33, 100), ("8", 8, 0, 0, 0),
            ("REQUEST_PARTITION_INFO", 2009, 2, 3, 7),
        )
    ]  # fmt: skip
    assert list(found["rpcs_by_message_type"][0]) == [
        "message_type", "type_id", "count", "average_time", "total_time",
    ]  # fmt: skip
    assert found["rpcs_by_user"] == [
        {"user": "root", "user_id": 0, "count": 1, "average_time": 5, "total_time": 5},
        {"user": "4242424", "user_id": 4242424, "count": 2, "average_time": 1 << 39, "total_time": 1 << 40},
    ]


@pytest.mark.parametrize("open_", [0, 1])
def test_calls_counted_as_from_40_on(memory: Memory, open_: int) -> None:
    names = ("queued", "dropped", "cycle_last", "cycle_max")
    more = {}
    if known := {name for name, _ in memory.ffi.typeof("stats_info_response_msg_t").fields} >= {"rpc_queue_enabled"}:
        more = {f"rpc_type_{name}": memory.array("uint64_t" if name == "dropped" else "uint16_t", [10, 20, 30])
                for name in names}  # fmt: skip
        more["rpc_queue_enabled"] = open_
    found = memory.shown("stats_info_response_msg_t", _statistics(memory, **more), 42)
    queue = [dict.fromkeys(names, (index + 1) * 10 if known and open_ else 0) for index in range(3)]
    assert [{name: one[name] for name in names} for one in found["rpcs_by_message_type"]] == queue
    assert list(found["rpcs_by_message_type"][0]) == [
        "type_id", "message_type", "count", *names, "total_time", "average_time",
    ]  # fmt: skip
    means = [one["average_time"] for one in found["rpcs_by_message_type"]]
    assert means == [_noval(True, False, 33), _noval(False, False, 0), _noval(True, False, 3)]
    assert [one["user"] for one in found["rpcs_by_user"]] == ["root", ""]
    kind = {"type_id": 1008, "message_type": "REQUEST_PING"}
    assert found["pending_rpcs"] == [{**kind, "count": 6}]
    assert found["pending_rpcs_by_hostlist"] == [{**kind, "count": ["n1", "n2"]}]


def test_nothing_counted(memory: Memory) -> None:
    for record in (
        memory.struct("stats_info_response_msg_t"),
        memory.struct("stats_info_response_msg_t", rpc_type_size=2),
    ):
        found = memory.shown("stats_info_response_msg_t", record, 42)
        assert found["rpcs_by_message_type"] == found["rpcs_by_user"] == found["pending_rpcs"] == []


def test_shares_by_resource(memory: Memory) -> None:
    share = memory.struct(
        "share_t", tres_cnt=3, tres_names=memory.texts([b"cpu", BROKEN, None]),
        tres_run_secs=memory.array("uint64_t", [7, (1 << 64) - 1, (1 << 64) - 2]),
        usage_tres_raw=memory.array("long double", [0.5, 2, 0]),
    )  # fmt: skip
    found = memory.shown("share_t", share)["tres"]
    names = ["cpu", decoded(BROKEN), ""]
    numbers = [_noval(True, False, 7), _noval(False, True, 0), _noval(False, False, 0)]
    assert found["run_seconds"] == [{"name": one, "value": value} for one, value in zip(names, numbers)]
    assert found["group_minutes"] == []
    assert found["usage"] == [{"name": one, "value": value} for one, value in zip(names, (0.5, 2.0, 0.0))]


def test_priorities_by_partition(memory: Memory) -> None:
    members = {name for name, _ in memory.ffi.typeof("slurm_job_info_t").fields}
    names = members & {"priority_array_names", "priority_array_parts"}
    job = memory.struct("slurm_job_info_t", **dict.fromkeys(names, b"debug,long"))
    assert memory.shown("slurm_job_info_t", job)["priority_by_partition"] == []
    if names:
        job.priority_array = memory.array("uint32_t", [11, 22])
        found = memory.shown("slurm_job_info_t", job)["priority_by_partition"]
        assert found == [{"partition": "debug", "priority": 11}, {"partition": "long", "priority": 22}]
