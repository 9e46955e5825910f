"""The agencies that a benchmark sends between: its own, so that nobody's messages are touched."""

from typing import Final

from axis.local.bench.corpus import Party
from axis.local.installation import Installation
from axis.registry.agency import Agency, Endpoint, Level

COUNT: Final = 10
"""Endpoints, each with one agency: enough that every document finds other receivers."""

RSA_EVERY: Final = 2
"""Every second seal is RSA-2048, as most seals in the field are; the others are EC P-256."""


async def enlist(installation: Installation) -> tuple[Party, ...]:
    """Register the benchmark's endpoints and agencies where they are missing; return them.

    Where revocation is checked, wait until that of their seals is known.
    """
    numbers = range(1, COUNT + 1)
    endpoints = [Endpoint(f"bench-{number:02}", f"Đo hiệu năng {number:02}") for number in numbers]
    agencies = [
        Agency(
            code=f"BENCH.{number:02}",
            name=endpoint.name,
            level=Level.CENTRAL,
            endpoint=endpoint.id,
        )
        for number, endpoint in zip(numbers, endpoints, strict=True)
    ]
    rsa = {agency.code for agency in agencies[::RSA_EVERY]}
    await installation.register(agencies, endpoints, rsa_agencies=rsa)
    if installation.pki.address is not None:
        await installation.until_informed()
    return tuple(
        Party(endpoint.id, agency.code, agency.name, installation.pki.seal(agency.code).load())
        for endpoint, agency in zip(endpoints, agencies, strict=True)
    )
