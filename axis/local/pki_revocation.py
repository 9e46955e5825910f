"""Revocation in the demo PKI: seals revoked by their issuer, and the lists (CRL) that say so."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from certomancer.registry import CertLabel, ServiceLabel
from certomancer.services import CRLBuilder, choose_signed_digest

from axis.local import pki_config
from axis.local.pki import (
    DemoPki,
    load_configuration,
    open_architecture,
    seal_label,
    store_configuration,
    write_private,
)

_VALIDITY: Final = timedelta(days=7)
"""Between two lists; usual for authorities that revoke seldom."""

_AUTHORITIES: Final = (pki_config.ROOT, pki_config.INTERMEDIATE)


def revoke_seal(pki: DemoPki, code: str, at: datetime) -> None:
    """Revoke the seal of an agency from a moment on; the lists made later say so."""
    config = load_configuration(pki.folder, at)
    pki_config.revoke(config, seal_label(code), at.replace(microsecond=0))
    store_configuration(pki.folder, config)


def revoke_intermediate(pki: DemoPki, at: datetime) -> None:
    """Revoke the authority that issues the seals."""
    config = load_configuration(pki.folder, at)
    pki_config.revoke(config, pki_config.INTERMEDIATE, at.replace(microsecond=0))
    store_configuration(pki.folder, config)


def write_revocation_lists(pki: DemoPki, at: datetime) -> Path:
    """Write the lists of root and intermediate as of a moment, valid for a week from then.

    Returns their folder; lists of before are replaced.
    """
    this_update = at.replace(microsecond=0)
    config = load_configuration(pki.folder, at)
    pki_config.add_revocation_lists(config, f"P{_VALIDITY.days}D")
    architecture = open_architecture(pki.folder, config)
    pki.crl_folder.mkdir(mode=0o700, exist_ok=True)
    for authority in _AUTHORITIES:
        service = architecture.service_registry.get_crl_repo_info(ServiceLabel(authority))
        certificate = architecture.get_cert(CertLabel(authority))
        key = architecture.key_set.get_asym_key(service.signing_key)
        builder = CRLBuilder(
            issuer_name=certificate.subject,
            issuer_key=key.private,
            signature_algo=choose_signed_digest(service.digest_algo, key.public),
            authority_key_identifier=certificate.key_identifier_value,
        )
        made = builder.build_crl(
            crl_number=int(this_update.timestamp()),
            this_update=this_update,
            next_update=this_update + _VALIDITY,
            revoked_certs=architecture.get_revoked_certs_at_time(this_update, service),
        )
        write_private(pki.crl_folder / f"{authority}.crl", made.dump())
    return pki.crl_folder
