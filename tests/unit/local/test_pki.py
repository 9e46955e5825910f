"""The demo PKI: complete, safe on disk, kept when asked again, grown when agencies are new."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from axis.errors import ConfigurationError
from axis.local.pki import DemoPki, add_flawed_keys, make_demo_pki
from axis.local.pki_config import Flaw
from axis.local.pki_folder import CONFIGURATION, exclusive, open_architecture, read_configuration
from axis.trust.paths import prove_path

AT = datetime(2025, 10, 6, tzinfo=UTC)
AGENCIES = [("G22", "Văn phòng Chính phủ"), ("H37.02", "Sở Thử nghiệm"), ("000.00.00.G22", "Cũ")]


@pytest.fixture
def pki(tmp_path: Path) -> DemoPki:
    return make_demo_pki(tmp_path / "pki", AGENCIES, AT)


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_seals_carry_name_and_code_and_lead_to_the_root(pki: DemoPki) -> None:
    for code, name in AGENCIES:
        key = pki.seal(code).load()
        assert key.certificate.common_name == name
        assert key.certificate.organization_identifier == code
        assert prove_path(key.certificate, key.authorities, pki.policy(), AT, "")[1] == []


def test_keys_are_elliptic_except_for_the_agencies_named_for_rsa(pki: DemoPki) -> None:
    assert isinstance(pki.seal("G22").load().private, rsa.RSAPrivateKey)
    assert isinstance(pki.seal("000.00.00.G22").load().private, ec.EllipticCurvePrivateKey)
    assert isinstance(pki.receipts.load().private, ec.EllipticCurvePrivateKey)


def test_private_files_are_open_to_their_owner_only(pki: DemoPki) -> None:
    files = list(pki.folder.rglob("*.pem"))

    assert files
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert (pki.folder / "keys").stat().st_mode & 0o077 == 0


def test_second_run_changes_nothing(pki: DemoPki) -> None:
    before = contents(pki.folder)

    make_demo_pki(pki.folder, AGENCIES, AT + timedelta(days=30))

    assert contents(pki.folder) == before


def test_new_agencies_are_added_and_the_others_kept(pki: DemoPki) -> None:
    before = contents(pki.folder / "certificates")

    make_demo_pki(pki.folder, [*AGENCIES, ("H26", "Hà Nội")], AT)

    after = contents(pki.folder / "certificates")
    assert before.items() < after.items()
    assert pki.seal("H26").certificate.issuer == pki.seal("G22").certificate.issuer


def test_interrupted_run_is_completed(pki: DemoPki) -> None:
    files = pki.seal("G22")
    key = files.key_file.read_bytes()
    config = pki.folder / "certomancer.yml"
    made = json.loads(config.read_text(encoding="utf-8"))
    del made["pki-architectures"]["axis-demo"]["certs"]["seal-G22"]["certificate-file"]
    config.write_text(json.dumps(made), encoding="utf-8")

    make_demo_pki(pki.folder, AGENCIES, AT)

    assert files.key_file.read_bytes() == key
    assert files.load().certificate == files.certificate
    served = open_architecture(pki.folder, read_configuration(pki.folder))
    assert served.get_cert(CertLabel("seal-G22")).dump() == files.certificate.der


def test_certomancer_reads_the_folder_and_serves_the_same_certificates(pki: DemoPki) -> None:
    config = CertomancerConfig.from_file(str(pki.folder / "certomancer.yml"))

    served = config.get_pki_arch(ArchLabel("axis-demo")).get_cert(CertLabel("seal-G22"))

    assert served.dump() == pki.seal("G22").certificate.der


def test_flawed_keys_exist_for_every_flaw_and_are_kept(pki: DemoPki) -> None:
    add_flawed_keys(pki, AT)
    before = contents(pki.folder)
    add_flawed_keys(pki, AT)

    assert contents(pki.folder) == before
    subjects = {pki.flawed(flaw).certificate.subject for flaw in Flaw}
    assert len(subjects) == len(Flaw)


def test_persons_of_an_agency_have_its_name_but_not_its_code(pki: DemoPki) -> None:
    certificates = [pki.person("G22", number).certificate for number in (1, 2)]

    assert [one.common_name for one in certificates] == ["Nguyễn Văn Thử", "Trần Thị Mẫu"]
    for certificate in certificates:
        assert "O=Văn phòng Chính phủ" in certificate.subject.replace("\\ ", " ")
        assert certificate.organization_identifier is None


def extensions(pki: DemoPki, label: str) -> set[str]:
    file = pki.folder / "certificates" / f"{label}.pem"
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    return {type(one.value).__name__ for one in certificate.extensions}


def test_certificates_of_a_pki_without_a_port_name_no_responders(pki: DemoPki) -> None:
    assert pki.address is pki.timestamp_url is None
    for label in ("intermediate", "tsa", "seal-G22", "person-G22-1", "receipts"):
        assert not extensions(pki, label) & {"CRLDistributionPoints", "AuthorityInformationAccess"}


def test_certificates_of_a_pki_with_a_port_say_where_to_ask(tmp_path: Path) -> None:
    pki = make_demo_pki(tmp_path, AGENCIES, AT, rsa_agencies=(), port=32100)

    assert pki.address == "http://127.0.0.1:32100"
    assert pki.timestamp_url == "http://127.0.0.1:32100/axis-demo/tsa/tsa"
    for label in ("intermediate", "tsa", "seal-G22", "person-G22-1", "receipts"):
        assert extensions(pki, label) >= {"CRLDistributionPoints", "AuthorityInformationAccess"}
    assert "CRLDistributionPoints" not in extensions(pki, "root")


def test_port_of_a_pki_stays_and_agencies_that_come_later_name_it_too(tmp_path: Path) -> None:
    make_demo_pki(tmp_path, AGENCIES, AT, rsa_agencies=(), port=32100)

    pki = make_demo_pki(tmp_path, [("H26", "Hà Nội")], AT, port=32200)

    assert pki.address == "http://127.0.0.1:32100"
    assert "CRLDistributionPoints" in extensions(pki, "seal-H26")


def test_pki_without_responders_gets_them_with_its_first_port(pki: DemoPki) -> None:
    before = contents(pki.folder / "certificates")

    make_demo_pki(pki.folder, [("H26", "Hà Nội")], AT, port=32100)

    assert before.items() < contents(pki.folder / "certificates").items()
    assert pki.address == "http://127.0.0.1:32100"
    assert "CRLDistributionPoints" in extensions(pki, "seal-H26")


def test_long_agency_name_is_cut_in_the_common_name_only(tmp_path: Path) -> None:
    name = "Ban Quản lý " + "rất dài " * 20

    certificate = make_demo_pki(tmp_path, [("H26.01", name)], AT).seal("H26.01").certificate

    assert certificate.common_name == name[:64]
    assert name.strip() in certificate.subject.replace("\\ ", " ")


@pytest.mark.parametrize("code", ["", "../H26", "H26/1", "-H26", "x" * 36])
def test_code_that_cannot_be_a_file_name_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        make_demo_pki(tmp_path, [(code, "x")], AT)


def test_folder_of_another_time_is_refused_with_what_to_do(pki: DemoPki) -> None:
    with pytest.raises(ConfigurationError, match="remove the folder"):
        make_demo_pki(pki.folder, AGENCIES, AT + timedelta(days=40 * 365))


def test_damaged_configuration_is_refused_with_what_to_do(pki: DemoPki) -> None:
    (pki.folder / CONFIGURATION).write_text("{", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="is damaged; remove the folder"):
        make_demo_pki(pki.folder, AGENCIES, AT)


def test_changes_of_a_pki_wait_for_each_other(pki: DemoPki) -> None:
    done = threading.Event()

    def grow() -> None:
        make_demo_pki(pki.folder, [("H26", "Hà Nội")], AT)
        done.set()

    other = threading.Thread(target=grow)
    with exclusive(pki.folder):
        other.start()
        assert not done.wait(0.5)
        assert not pki.seal("H26").key_file.exists()
    other.join(60)
    assert done.is_set()
