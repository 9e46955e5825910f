"""A real token with a key in it, and its certificate."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from axis.local.pki import DemoPki, make_demo_pki
from axis.tokens import make_token_key
from axis.trust.keys import SigningKey
from tests.support.softhsm import SoftToken, certificate_for, soft_token

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    return make_demo_pki(tmp_path_factory.mktemp("pki"), [], NOW)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "hsm", monkeypatch.setenv) as token:
        yield token


@pytest.fixture
def key(token: SoftToken, pki: DemoPki) -> SigningKey:
    """A key made in the token, with its certificate."""
    public = make_token_key(token.key())
    return SigningKey.at(token.key(), certificate_for(public, pki, NOW))
