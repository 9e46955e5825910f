"""What an attack is: how it is made of a sound document, and what it must be answered with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from axis.reasons import Reason

if TYPE_CHECKING:
    from axis.trust.policy import SignaturePolicy
    from tests.attacks.ground import Ground

Make = Callable[["Ground"], bytes]
Policy = Callable[["Ground"], "SignaturePolicy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack.

    The signature check answers it alone; what format and authority say of it comes on top. An
    attack that neither refuses changes nothing: what is read is what was signed, value by value.
    """

    family: str
    name: str
    about: str
    """How it is made, in one line."""
    make: Make
    refused: tuple[Reason, ...] = ()
    """What the signature check says, exactly; nothing where the signature itself is sound."""
    because: str = ""
    """What the finding's detail has to say, so that the reason is the right one."""
    stopped: tuple[Reason, ...] = ()
    """What else of the axis stops an attack whose signature is sound."""
    policy: Policy | None = None
    """The policy where it is not the usual one."""

    @property
    def harmless(self) -> bool:
        """Whether nothing refuses it, because it changes nothing of what is read."""
        return not self.refused and not self.stopped


@dataclass(frozen=True, slots=True)
class Family:
    """Attacks of one kind, in the order of the page."""

    name: str
    title_vi: str
    title_en: str
    attacks: list[Attack] = field(default_factory=list)

    def attack(
        self,
        *refused: Reason,
        because: str = "",
        stopped: tuple[Reason, ...] = (),
        policy: Policy | None = None,
    ) -> Callable[[Make], Make]:
        """Enter a function as an attack: its name is the attack's, its docstring says how."""

        def enter(make: Make) -> Make:
            name = make.__name__.replace("_", "-")
            about = (make.__doc__ or "").strip()
            self.add(name, about, make, *refused, because=because, stopped=stopped, policy=policy)
            return make

        return enter

    def add(
        self,
        name: str,
        about: str,
        make: Make,
        *refused: Reason,
        because: str = "",
        stopped: tuple[Reason, ...] = (),
        policy: Policy | None = None,
    ) -> None:
        """Enter an attack."""
        self.attacks.append(
            Attack(
                family=self.name,
                name=f"{self.name}/{name}",
                about=about,
                make=make,
                refused=refused,
                because=because,
                stopped=stopped,
                policy=policy,
            )
        )
