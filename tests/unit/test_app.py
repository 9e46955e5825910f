"""What a process refuses to start with."""

from pathlib import Path

import pytest

from axis.antivirus import ClamdScanner
from axis.app import certificates_in, malware_scanner, signature_policy
from axis.errors import ConfigurationError
from axis.settings import ContentSettings, Settings, TrustSettings


def test_trust_anchors_not_set_are_named() -> None:
    with pytest.raises(ConfigurationError, match=r"trust\.anchors"):
        signature_policy(Settings())


def test_folder_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(ConfigurationError, match="holds no certificate"):
        signature_policy(Settings(trust=TrustSettings(anchors=tmp_path)))


def test_unreadable_certificate_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(b"no certificate")
    with pytest.raises(ConfigurationError, match=r"root\.pem"):
        certificates_in(tmp_path)


def test_malware_scanner_is_there_only_when_its_socket_is_set() -> None:
    assert malware_scanner(Settings()) is None
    content = ContentSettings(clamd_socket=Path("/run/clamav/clamd.ctl"), clamd_max_megabytes=2)
    found = malware_scanner(Settings(content=content))
    assert found == ClamdScanner(Path("/run/clamav/clamd.ctl"), 20.0, 2 * 1024 * 1024)
