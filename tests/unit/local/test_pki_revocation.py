"""Revocation in the demo PKI: real lists that the signature check believes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from axis.local.pki import DemoPki, make_demo_pki
from axis.local.pki_revocation import revoke_intermediate, revoke_seal, write_revocation_lists
from axis.reasons import Reason
from axis.trust.folders import revocation_lists_in
from axis.trust.paths import prove_path
from axis.trust.profiles import FIELD
from axis.trust.revocation import revocation_of

AT = datetime(2025, 10, 6, 3, 0, 0, 123456, tzinfo=UTC)
AGENCIES = [("G22", "Văn phòng Chính phủ"), ("H37", "Ủy ban nhân dân tỉnh")]


@pytest.fixture
def pki(tmp_path: Path) -> DemoPki:
    return make_demo_pki(tmp_path / "pki", AGENCIES, AT - timedelta(hours=2), rsa_agencies=())


def judged(pki: DemoPki, code: str, at: datetime = AT) -> list[Reason]:
    key = pki.seal(code).load()
    policy = FIELD.with_trust(pki.anchors, crls=revocation_lists_in(pki.crl_folder))
    proof, findings = prove_path(key.certificate, key.authorities, policy, at, "/x")
    if proof is not None:
        path = (key.certificate, *proof.authorities, proof.anchor)
        findings, _ = revocation_of(path, policy, at, at, "/x")
    return [one.reason for one in findings]


def test_seals_are_good_by_lists_that_revoke_nobody(pki: DemoPki) -> None:
    assert write_revocation_lists(pki, AT) == pki.crl_folder
    assert {file.name for file in pki.crl_folder.iterdir()} == {"root.crl", "intermediate.crl"}
    assert judged(pki, "G22") == judged(pki, "H37") == []


def test_revoked_seal_is_refused_from_then_on_and_others_are_not(pki: DemoPki) -> None:
    revoke_seal(pki, "G22", AT)
    write_revocation_lists(pki, AT)
    assert judged(pki, "G22") == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert judged(pki, "G22", AT - timedelta(seconds=2)) == []
    assert judged(pki, "H37") == []


def test_revoked_seal_stays_so_when_the_folder_grows(pki: DemoPki) -> None:
    revoke_seal(pki, "G22", AT)
    make_demo_pki(pki.folder, [*AGENCIES, ("H26", "Hà Nội")], AT, rsa_agencies=())
    write_revocation_lists(pki, AT + timedelta(days=1))
    assert judged(pki, "G22", AT + timedelta(days=1)) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert judged(pki, "H26", AT + timedelta(days=1)) == []


def test_revoked_issuer_takes_all_seals_with_it(pki: DemoPki) -> None:
    revoke_intermediate(pki, AT)
    write_revocation_lists(pki, AT)
    assert judged(pki, "H37") == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]


def test_list_is_good_for_a_week(pki: DemoPki) -> None:
    write_revocation_lists(pki, AT)
    assert judged(pki, "H37", AT + timedelta(days=6)) == []
    late = judged(pki, "H37", AT + timedelta(days=9))
    assert set(late) == {Reason.REVOCATION_UNKNOWN}


def test_another_library_reads_the_list_and_verifies_it(pki: DemoPki) -> None:
    revoke_seal(pki, "G22", AT)
    folder = write_revocation_lists(pki, AT)
    issued = x509.load_der_x509_crl((folder / "intermediate.crl").read_bytes())
    authority = pki.seal("G22").load().authorities[0].parsed()
    assert issued.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    assert [entry.serial_number for entry in issued] == [pki.seal("G22").certificate.serial]
