"""The drawing of the state machine as an SVG picture, for viewers that draw no Mermaid.

Places are chosen by hand, arrows are the drawing's own: one without a place fails with KeyError.
"""

from collections.abc import Mapping
from html import escape
from typing import Final

from axis.exchange.deliveries.next_step import Owner, next_step
from axis.exchange.deliveries.states import DeliveryState
from axis.web.texts import TEXTS
from tests.support.states import FRAME_TITLES, WITHDRAWN, WITHDRAWN_LABEL, arrows

_S = DeliveryState
_WIDTH, _HEIGHT = 1240, 965
_BOX = (206, 50)

Point = tuple[int, int]

_CENTRES: Final[Mapping[DeliveryState, Point]] = {
    _S.ACCEPTED: (230, 140),
    _S.DISPATCHED: (230, 230),
    _S.CONSIGNED: (230, 320),
    _S.TAKEN: (230, 410),
    _S.ARRIVED: (230, 515),
    _S.RECEIVED: (230, 605),
    _S.ASSIGNED: (230, 695),
    _S.IN_PROGRESS: (230, 785),
    _S.DONE: (230, 885),
    _S.UNDELIVERABLE: (640, 240),
    _S.EXPIRED: (640, 425),
    _S.REFUSED: (1040, 140),
    _S.DECLINED: (1040, 345),
    _S.TAKE_BACK_ASKED: (1040, 545),
    _S.AGREED: (940, 760),
    _S.WITHDRAWN: (1100, 670),
    _S.DESTROYED: (940, 885),
}

_FRAMES: Final = {
    "open": (22, 22, 778, 925),
    "way": (36, 46, 384, 884),
    "underway": (46, 68, 364, 758),
    "transit": (56, 90, 344, 356),
    "missed": (518, 182, 244, 290),
}
"""x, y, width, height."""

_ROUTES: Final[Mapping[tuple[str, str], tuple[tuple[Point, ...], Point, str]]] = {
    ("accepted", "dispatched"): (((230, 165), (230, 205)), (240, 189), "start"),
    ("dispatched", "consigned"): (((230, 255), (230, 295)), (240, 279), "start"),
    ("consigned", "taken"): (((230, 345), (230, 385)), (240, 369), "start"),
    ("taken", "arrived"): (((230, 435), (230, 490)), (240, 472), "start"),
    ("arrived", "received"): (((230, 540), (230, 580)), (240, 564), "start"),
    ("received", "assigned"): (((230, 630), (230, 670)), (240, 654), "start"),
    ("assigned", "in_progress"): (((230, 720), (230, 760)), (240, 744), "start"),
    ("in_progress", "done"): (((230, 810), (230, 860)), (240, 846), "start"),
    ("dispatched", "accepted"): (((127, 230), (100, 230), (100, 150), (127, 150)), (0, 0), ""),
    ("consigned", "accepted"): (((127, 320), (80, 320), (80, 130), (127, 130)), (73, 230), "up"),
    ("transit", "undeliverable"): (((400, 232), (537, 232)), (469, 237), "wide"),
    ("undeliverable", "consigned"): (((560, 265), (560, 308), (333, 308)), (418, 302), "start"),
    ("expired", "undeliverable"): (((660, 400), (660, 265)), (655, 345), "wide"),
    ("missed", "accepted"): (((590, 182), (590, 140), (333, 140)), (428, 134), "start"),
    ("consigned", "expired"): (((333, 334), (470, 334), (470, 412), (537, 412)), (0, 0), ""),
    ("taken", "expired"): (((333, 425), (537, 425)), (0, 0), ""),
    ("arrived", "expired"): (((333, 505), (470, 505), (470, 438), (537, 438)), (428, 521), "start"),
    ("missed", "way"): (((640, 472), (640, 590), (420, 590)), (430, 584), "start"),
    ("declined", "way"): (((937, 355), (850, 355), (850, 640), (420, 640)), (430, 634), "start"),
    ("underway", "refused"): (((380, 68), (380, 38), (1010, 38), (1010, 115)), (660, 33), "start"),
    ("missed", "refused"): (((700, 182), (700, 150), (937, 150)), (830, 144), "start"),
    ("declined", "refused"): (((1020, 320), (1020, 165)), (1028, 250), "start"),
    ("take_back_asked", "refused"): (
        ((1143, 545), (1180, 545), (1180, 140), (1143, 140)),
        (1172, 350),
        "end",
    ),
    ("open", "declined"): (((800, 335), (937, 335)), (812, 329), "start"),
    ("open", "take_back_asked"): (((800, 560), (937, 560)), (792, 564), "end"),
    ("open", "agreed"): (((800, 768), (837, 768)), (806, 762), "start"),
    ("take_back_asked", "declined"): (((1015, 520), (1015, 370)), (1008, 450), "end"),
    ("declined", "take_back_asked"): (((1060, 370), (1060, 520)), (1068, 450), "start"),
    ("take_back_asked", "agreed"): (((970, 570), (970, 735)), (978, 725), "start"),
    ("declined", "agreed"): (((960, 370), (960, 490), (900, 490), (900, 735)), (892, 690), "end"),
    ("agreed", "withdrawn"): (((1043, 768), (1174, 768), (1174, 695)), (1110, 799), "two"),
    ("withdrawn", "agreed"): (((1020, 695), (1020, 735)), (1028, 720), "start"),
    ("withdrawn", "destroyed"): (
        ((1195, 695), (1195, 885), (1043, 885)),
        (1187, 850),
        "end",
    ),
    ("agreed", "destroyed"): (((940, 785), (940, 860)), (948, 826), "start"),
    ("take_back_asked", "withdrawn"): (((1100, 570), (1100, 645)), (1110, 611), "two"),
}
"""Where each arrow runs, where its label stands, and how that is set; two of the three arrows for
one event share the third's."""

_COLOURS: Final = {
    Owner.AXIS: ("#e0edfb", "#0f4a8a"),
    Owner.RECEIVER_SYSTEM: ("#efe6fb", "#5b2a9b"),
    Owner.RECEIVER: ("#fdecc8", "#754400"),
    Owner.SENDER: ("#fde3e3", "#98101b"),
    Owner.ADMINISTRATOR: ("#ffd9ec", "#8c1257"),
    Owner.NOBODY: ("#dcf3e3", "#14602f"),
}

_STYLE: Final = """
text { font-family: system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: #1f2733; }
.name { font-size: 14px; font-weight: 600; text-anchor: middle; }
.code { font-size: 11.5px; font-family: ui-monospace, "DejaVu Sans Mono", monospace;
  text-anchor: middle; fill: #566070; }
.label { font-size: 12px; paint-order: stroke; stroke: #fff; stroke-width: 5px;
  stroke-linejoin: round; }
.start, .two { text-anchor: start; } .end { text-anchor: end; } .up, .wide { text-anchor: middle; }
.title { font-size: 11.5px; font-style: italic; fill: #566070; }
.frame { fill: none; stroke: #a9b4c2; stroke-dasharray: 5 4; }
.arrow { fill: none; stroke: #445062; stroke-width: 1.4; marker-end: url(#head); }
.arrow.exception { stroke-dasharray: 3 3; }
"""


def picture() -> str:
    """Return the whole picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' width="{_WIDTH}" height="{_HEIGHT}" role="img">',
        "<title>Trạng thái của một lượt chuyển · States of a delivery</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
        ' markerHeight="7" orient="auto-start-reverse">'
        '<path d="M0 0 8 4 0 8z" fill="#445062"/></marker></defs>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="10" fill="#fff"/>',
        *(_frame(name) for name in _FRAMES),
    ]
    drawn = [(one.source, one.target, one.label, "arrow") for one in arrows()]
    withdrawn = (WITHDRAWN.source, WITHDRAWN.target, WITHDRAWN_LABEL, "arrow exception")
    drawn.append(withdrawn)
    parts += [_line(*one) for one in drawn]
    parts += [_state(state) for state in DeliveryState]
    parts += [_label(*one[:3]) for one in drawn]
    parts += _legend()
    return "\n".join([*parts, "</svg>", ""])


def _frame(name: str) -> str:
    x, y, width, height = _FRAMES[name]
    return (
        f'<rect class="frame" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
        f'<text class="title" x="{x + 8}" y="{y + 15}">{escape(FRAME_TITLES[name])}</text>'
    )


def _line(source: str, target: str, label: str, style: str) -> str:
    points, _, _ = _ROUTES[source, target]
    path = "M" + " L".join(f"{x} {y}" for x, y in points)
    title = escape(f"{source} → {target}: {label}")
    return f'<path class="{style}" d="{path}"><title>{title}</title></path>'


def _label(source: str, target: str, label: str) -> str:
    _, (x, y), style = _ROUTES[source, target]
    if not style:
        return ""
    turned = f' transform="rotate(-90 {x} {y})"' if style == "up" else ""
    if style not in ("wide", "two"):
        return f'<text class="label {style}" x="{x}" y="{y}"{turned}>{escape(label)}</text>'
    vi, en = label.split(" · ")
    return (
        f'<text class="label {style}" x="{x}" y="{y - 9}">{escape(vi)}</text>'
        f'<text class="label {style}" x="{x}" y="{y + 9}">{escape(en)}</text>'
    )


def _state(state: DeliveryState) -> str:
    (x, y), (width, height) = _CENTRES[state], _BOX
    fill, ink = _COLOURS[next_step(state).owner]
    return (
        f'<rect x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}"'
        f' rx="7" fill="{fill}" stroke="{ink}"/>'
        f'<text class="name" x="{x}" y="{y - 3}">{escape(TEXTS[f"state.{state}"][0])}</text>'
        f'<text class="code" x="{x}" y="{y + 15}">{state}</text>'
    )


def _legend() -> list[str]:
    x, y = 460, 740
    title = "Bước tiếp theo là của · the next step belongs to"
    parts = [f'<text class="title" x="{x}" y="{y - 14}">{title}</text>']
    for number, (owner, (fill, ink)) in enumerate(_COLOURS.items()):
        top = y + number * 26
        parts.append(
            f'<rect x="{x}" y="{top}" width="14" height="14" rx="3" fill="{fill}"'
            f' stroke="{ink}"/><text class="label start" x="{x + 22}" y="{top + 12}">'
            f"{escape(owner.name_vi)} · {escape(owner.name_en)}</text>"
        )
    return parts
