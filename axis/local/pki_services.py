"""What the demo PKI's authorities answer: revocation lists, OCSP responses, timestamps.

All of it is certomancer's work; here it is asked for as of any moment, in DER, without HTTP.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from asn1crypto import ocsp, tsp
from certomancer.registry import (
    CertLabel,
    CertomancerObjectNotFoundError,
    PKIArchitecture,
    ServiceLabel,
)
from certomancer.services import CRLBuilder, choose_signed_digest

from axis.errors import AxisError, InvalidInputError
from axis.local.pki_config import TIMESTAMPS
from axis.local.pki_folder import CONFIGURATION, open_architecture, read_configuration

DEFAULT_VALIDITY: Final = timedelta(hours=1)
"""Short enough that a demonstration shows how information about revocation is renewed."""


class NoSuchServiceError(AxisError):
    """The PKI has no authority of this name, or it doesn't offer this."""


class PkiServices:
    """The authorities of the PKI in a folder; a change of the folder counts from the next call on.

    `validity` is how long lists and OCSP responses are good for.
    """

    def __init__(self, folder: Path, validity: timedelta = DEFAULT_VALIDITY) -> None:
        self._folder = folder
        self._validity = validity
        self._read: tuple[tuple[int, int], PKIArchitecture] | None = None

    def certificate(self, authority: str) -> bytes:
        """Return an authority's own certificate; raises NoSuchServiceError."""
        registry = self._architecture().service_registry
        with _known(authority):
            found = registry.get_cert_from_repo(ServiceLabel(authority))
        assert found is not None, "a repository has its authority's certificate"
        return bytes(found.dump())

    def revocation_list(self, authority: str, at: datetime) -> bytes:
        """Return the list of what an authority revoked up to a moment, made at that moment.

        (certomancer's own endpoint makes a list for a whole period ahead, in which a revocation
        would show only in the next one.) Raises NoSuchServiceError.
        """
        architecture = self._architecture()
        with _known(authority):
            service = architecture.service_registry.get_crl_repo_info(ServiceLabel(authority))
        certificate = architecture.get_cert(CertLabel(authority))
        key = architecture.key_set.get_asym_key(service.signing_key)
        this_update = at.replace(microsecond=0)
        builder = CRLBuilder(
            issuer_name=certificate.subject,
            issuer_key=key.private,
            signature_algo=choose_signed_digest(service.digest_algo, key.public),
            authority_key_identifier=certificate.key_identifier_value,
        )
        made = builder.build_crl(
            crl_number=int(this_update.timestamp()),
            this_update=this_update,
            next_update=this_update + self._validity,
            revoked_certs=architecture.get_revoked_certs_at_time(this_update, service),
        )
        return bytes(made.dump())

    def status(self, authority: str, request: bytes, at: datetime) -> bytes:
        """Answer an OCSP request (RFC 6960) as of a moment.

        Raises NoSuchServiceError, and InvalidInputError for bytes that are no request.
        """
        registry = self._architecture().service_registry
        with _known(authority):
            responder = registry.summon_responder(
                ServiceLabel(authority), at.replace(microsecond=0)
            )
        responder.validity = self._validity
        with _readable("OCSP"):
            asked = ocsp.OCSPRequest.load(request, strict=True)
            return bytes(responder.build_ocsp_response(asked).dump())

    def timestamp(self, request: bytes, at: datetime) -> bytes:
        """Answer a timestamp request (RFC 3161) as of a moment, with the TSA's certificate inside.

        The time is in whole seconds: readers differ in what they make of fractions.

        Raises InvalidInputError for bytes that are no request.
        """
        registry = self._architecture().service_registry
        moment = at.replace(microsecond=0)
        authority = registry.summon_timestamper(ServiceLabel(TIMESTAMPS), moment)
        with _readable("RFC 3161"):
            asked = tsp.TimeStampReq.load(request, strict=True)
            return bytes(authority.request_tsa_response(asked).dump())

    def _architecture(self) -> PKIArchitecture:
        """Return the PKI as the folder has it now; read again only after a change.

        The configuration is replaced as a whole, after the certificates that it names.
        """
        file = (self._folder / CONFIGURATION).stat()
        version = (file.st_ino, file.st_mtime_ns)
        if self._read is None or self._read[0] != version:
            config = read_configuration(self._folder)
            self._read = version, open_architecture(self._folder, config)
        return self._read[1]


@contextmanager
def _known(authority: str) -> Iterator[None]:
    try:
        yield
    except CertomancerObjectNotFoundError:
        raise NoSuchServiceError(
            f"PKI thử nghiệm không có CA «{authority}» làm việc này."
            f" / The demo PKI has no authority «{authority}» that does this."
        ) from None


@contextmanager
def _readable(kind: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # asn1crypto leaks every kind
        raise InvalidInputError(
            f"Không phải yêu cầu {kind}. / These bytes are no {kind} request."
        ) from error
