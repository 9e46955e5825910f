"""Revocation (thu hồi chứng thư) by given lists and OCSP responses, offline, at a moment.

Every certificate of a proven path is asked for by itself, the signer first, so that a list that is
missing for an authority hides nothing that another list says.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from axis.errors import InvalidInputError
from axis.facts import RevocationFact
from axis.trust.certificates import Certificate
from axis.trust.lists import standings_by_list
from axis.trust.ocsp import standing_by_response
from axis.trust.policy import SignaturePolicy
from axis.trust.standing import Standing, judge_revocation
from axis.verdict import Finding

MAX_REMEMBERED: Final = 4_096
"""Answers kept in a process, some hundred bytes each: one a certificate. A run over hundreds of
documents asks for the same authorities each time."""


def revocation_of(
    path: Sequence[Certificate],
    policy: SignaturePolicy,
    now: datetime,
    signed_at: datetime,
    place: str,
) -> tuple[list[Finding], tuple[RevocationFact, ...]]:
    """Judge a proven path by what was given with the policy, as `judge_revocation` does.

    ``path`` begins with the signer's certificate and ends with the anchor.
    """
    standings = {
        certificate.fingerprint: read_standings(tuple(path[number:]), policy)
        for number, certificate in enumerate(path[:-1])
    }
    return judge_revocation(path[:-1], standings, policy.revocation, now, signed_at, place)


@lru_cache(maxsize=MAX_REMEMBERED)
def read_standings(path: tuple[Certificate, ...], policy: SignaturePolicy) -> tuple[Standing, ...]:
    """Return what the policy's lists and responses say of the first certificate of a proven path.

    It ends with the anchor. What is unusable says so by the state unknown; what is about others or
    can't be read says nothing.
    """
    standings: list[Standing] = []
    for crl in policy.crls:
        try:
            standings += standings_by_list([path], crl, policy)
        except InvalidInputError:
            continue
    for response in policy.ocsps:
        standing = standing_by_response(path, response, policy)
        if standing is not None:
            standings.append(standing)
    return tuple(standings)
