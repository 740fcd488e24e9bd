# SPDX-License-Identifier: GPL-2.0-or-later
"""What the layer in front of the operations answers and takes, where releases of slurmrestd are not alike in it.

Rule 1: values only. Whose dialect a request is answered in is decided elsewhere, by the API version in its target.
Rule 2: sentences are slurmrestd's, because clients compare them, and ours only where it has none.

The fields have the values of 22.05 and 23.02.
"""

from __future__ import annotations

from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import NamedTuple


class Refusal(NamedTuple):
    """The status and the sentence of an answer."""

    status: int
    text: str

    def error(self, reason: str) -> RestError:
        """Make the error to raise; `reason` is for the log."""
        # RFC 9110 section 15.5.6 wants to know what would be taken: here no path is known, so that is what any takes.
        allow = (("Allow", "DELETE, GET, POST"),) if self.status == 405 else ()
        return RestError(self.status, self.text, reason=reason, headers=allow)


class Dialect(NamedTuple):
    """How one release says no, and what it makes of a body, a dot and a name.

    head: to HEAD, whose answer carries no sentence. unknown_method: to a word that the parser of HTTP does not know,
    connect: to CONNECT, unrouted_method: to a registered method that no path has, undefined_method: to one that this
    path does not have. body_is_query: a body stands in the place of the query with every method, not with POST alone.
    text_is_body: a body may be one text, which operations refuse. method_chooses: of the paths that fit, the first one
    with the method is taken, so that job/submit may be a job; else the first one, whatever its methods.
    dot_is_nothing: a path segment of one dot is left out (RFC 3986 section 5.2.4). repeats: a query may repeat a
    name, which then has a list, and a name alone is true. yaml: the names of YAML.
    """

    head: Refusal = Refusal(411, "")
    unknown_method: Refusal = Refusal(400, "Unknown request method")
    connect: Refusal = Refusal(400, "Unknown request method")
    unrouted_method: Refusal = Refusal(405, "Request method is not supported")
    undefined_method: Refusal = Refusal(
        405, "Requested REST method is not defined at URL. Please view /openapi/v3 for API reference."
    )
    unknown_path: Refusal = Refusal(404, "Unable find requested URL. Please view /openapi/v3 for API reference.")
    bad_path: Refusal = Refusal(400, "Unable to parse URL path.")
    bad_query: Refusal = Refusal(400, "Unable to parse query.")
    bad_body: Refusal = Refusal(400, "Unable to parse query.")
    unknown_content_type: Refusal = Refusal(400, "Unable to parse query.")
    unknown_accept: Refusal = Refusal(415, "Accept content type is unknown")
    body_is_query: bool = False
    text_is_body: bool = False
    method_chooses: bool = False
    dot_is_nothing: bool = False
    repeats: bool = False
    yaml: tuple[str, ...] = ("application/x-yaml", "text/yaml")


class WordedError(RestError):
    """A refusal whose status and words are those of the dialect that `path` is answered in; of the plain one till then.

    word: the field of Dialect.
    """

    def __init__(self, word: str, path: str, reason: str) -> None:
        self._word = word
        self.path = path
        refusal: Refusal = getattr(Dialect(), word)
        super().__init__(refusal.status, refusal.text, reason=reason)

    def in_words_of(self, dialect: Dialect) -> RestError:
        """Make the error to raise or to answer with."""
        refusal: Refusal = getattr(dialect, self._word)
        return refusal.error(self.reason or "")
