"""What a process refuses to start with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from axis.antivirus import ClamdScanner
from axis.app import certificates_in, malware_scanner, signature_policy
from axis.errors import ConfigurationError
from axis.settings import ContentSettings, Settings, TrustSettings
from axis.trust.policy import RevocationMode
from tests.support.holders import ISSUING, Holder


@pytest.fixture
def pki_root() -> bytes:
    root = Holder("Root")
    return root.issue(root, ca=True, usage=ISSUING).der


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


def test_policy_is_the_one_of_the_settings_and_judges_revocation_as_they_say(
    tmp_path: Path, pki_root: bytes
) -> None:
    (tmp_path / "root.pem").write_bytes(pki_root)
    usual = signature_policy(Settings(trust=TrustSettings(anchors=tmp_path)))
    assert (usual.name, usual.revocation.mode) == ("field", RevocationMode.REQUIRED)
    assert usual.timestamp_anchors == usual.anchors
    trust = TrustSettings(anchors=tmp_path, policy="strict", revocation="not-checked")
    strict = signature_policy(Settings(trust=trust))
    assert (strict.name, strict.revocation.mode) == ("strict", RevocationMode.NOT_CHECKED)
    with pytest.raises(ConfigurationError, match="strict"):
        signature_policy(Settings(trust=TrustSettings(anchors=tmp_path, policy="nobody's")))


def test_malware_scanner_is_there_only_when_its_socket_is_set() -> None:
    assert malware_scanner(Settings()) is None
    content = ContentSettings(clamd_socket=Path("/run/clamav/clamd.ctl"), clamd_max_megabytes=2)
    found = malware_scanner(Settings(content=content))
    assert found == ClamdScanner(Path("/run/clamav/clamd.ctl"), 20.0, 2 * 1024 * 1024)


def of_the_session(text: str) -> str | None:
    """The niceness of a session as /proc/self/autogroup words it, `/autogroup-12 nice 7`.

    Nothing stands there for a process of the group that the kernel began with.
    """
    return text.split()[-1] if text.strip() else None


@pytest.mark.parametrize("leader", [True, False])
def test_standing_back_counts_for_the_session_of_its_leader(leader: bool) -> None:
    session = Path("/proc/self/autogroup")  # missing where the kernel knows no such groups
    program = (
        "import os; from pathlib import Path; from axis.app import stand_back; stand_back(7);"
        "group = Path('/proc/self/autogroup');"
        "print(os.getpriority(os.PRIO_PROCESS, 0), group.read_text() if group.exists() else '')"
    )
    before = os.getpriority(os.PRIO_PROCESS, 0)
    others = of_the_session(session.read_text()) if session.exists() else None
    shown = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=leader,
    ).stdout.split(maxsplit=1)
    own, group = shown[0], of_the_session(shown[1]) if len(shown) > 1 else None
    assert int(own) == min(before + 7, 19)
    assert group in ({own, None} if leader and others is None else {own if leader else others})
