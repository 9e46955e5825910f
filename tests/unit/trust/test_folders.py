"""Folders of trust: read whole or refused with the file that is wrong."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from axis.errors import ConfigurationError
from axis.trust import folders, lists
from axis.trust.folders import revocation_lists_in
from tests.support.holders import Holder

ONE, OTHER = Holder("One").revoke(), Holder("Other").revoke()


def test_lists_of_a_folder_are_read_by_name_in_either_form(tmp_path: Path) -> None:
    (tmp_path / "b.crl").write_bytes(OTHER)
    pem = x509.load_der_x509_crl(ONE).public_bytes(Encoding.PEM)
    (tmp_path / "a.PEM").write_bytes(pem)
    (tmp_path / "readme.txt").write_text("not a list")
    assert revocation_lists_in(tmp_path) == (ONE, OTHER)


@pytest.mark.parametrize("folder", ["", "missing"])
def test_folder_without_lists_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(ConfigurationError, match=r"không có danh sách thu hồi.* / .*no revocation"):
        revocation_lists_in(tmp_path / folder)


@pytest.mark.parametrize("data", [b"", b"rubbish", ONE[:-1], b"-----BEGIN X509 CRL-----\n!!"])
def test_file_that_is_no_list_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "good.crl").write_bytes(ONE)
    (tmp_path / "wrong.crl").write_bytes(data)
    with pytest.raises(ConfigurationError, match=r"wrong\.crl.* cannot be read"):
        revocation_lists_in(tmp_path)


def test_folder_in_place_of_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.crl").mkdir()
    with pytest.raises(ConfigurationError, match=r"folder\.crl"):
        revocation_lists_in(tmp_path)


def test_file_larger_than_the_limit_is_refused_without_reading_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (folders, lists):
        monkeypatch.setattr(module, "MAX_FILE_BYTES", 100)
    (tmp_path / "large.crl").write_bytes(ONE)
    with pytest.raises(ConfigurationError, match="> 100 byte"):
        revocation_lists_in(tmp_path)


def test_folder_of_more_lists_than_a_country_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MAX_LISTS", 1)
    for number in range(2):
        (tmp_path / f"{number}.crl").write_bytes(ONE)
    with pytest.raises(ConfigurationError, match="more than 1"):
        revocation_lists_in(tmp_path)
