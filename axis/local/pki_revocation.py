"""Revocation in the demo PKI: seals revoked by their issuer, and the lists (CRL) that say so."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from axis.local import pki_config
from axis.local.pki import DemoPki, load_configuration
from axis.local.pki_entries import authorities
from axis.local.pki_folder import (
    exclusive,
    read_configuration,
    store_configuration,
    write_private,
)
from axis.local.pki_services import PkiServices

_VALIDITY: Final = timedelta(days=7)
"""Between two lists; usual for authorities that revoke seldom."""


def revoke_seal(pki: DemoPki, code: str, at: datetime) -> None:
    """Revoke the seal of an agency from a moment on; lists and responders say so from now on.

    Raises ConfigurationError when the PKI has no such seal.
    """
    _revoke(pki, pki_config.seal_label(code), at)


def revoke_intermediate(pki: DemoPki, at: datetime) -> None:
    """Revoke the authority that issues the seals."""
    _revoke(pki, pki_config.INTERMEDIATE, at)


def write_revocation_lists(pki: DemoPki, at: datetime) -> Path:
    """Write the lists of every authority as of a moment, valid for a week from then.

    Returns their folder; lists of before are replaced.
    """
    services = PkiServices(pki.folder, _VALIDITY)
    pki.crl_folder.mkdir(mode=0o700, exist_ok=True)
    for authority in authorities(read_configuration(pki.folder)):
        file = pki.crl_folder / f"{authority}.crl"
        write_private(file, services.revocation_list(authority, at))
    return pki.crl_folder


def _revoke(pki: DemoPki, label: str, at: datetime) -> None:
    with exclusive(pki.folder):
        config = load_configuration(pki.folder, at)
        pki_config.revoke(config, label, at.replace(microsecond=0))
        store_configuration(pki.folder, config)
