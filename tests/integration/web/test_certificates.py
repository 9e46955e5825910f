"""An administrator takes in a certificate, binds it, revokes it; the next document feels it."""

from html import unescape
from typing import Any
from uuid import UUID

import pytest
from aiohttp import FormData

from axis.local.pki import DemoPki, make_demo_pki
from axis.web.forms import MAX_FORM_BYTES
from tests.integration.web.conftest import Enter
from tests.support.desk import MORNING
from tests.support.stage import Played, Stage
from tests.support.visitor import Visitor, words

KINDS = {f"kind_{kind}": "on" for kind in ("new", "recall", "update", "replace", "status")}
UNBOUND = {"agency": "", "capacity": "seal", "act": "", "first": "", "last": "", **KINDS}


@pytest.fixture(scope="session")
def newcomers(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    """Seals that nobody has enrolled: of H37.10 and of a code that does not exist."""
    folder = tmp_path_factory.mktemp("newcomers")
    return make_demo_pki(
        folder, [("H37.10", "Sở Tư pháp"), ("X99", "Không ai")], MORNING, rsa_agencies=()
    )


def upload(data: bytes, agency: str = "", name: str = "con-dau.pem") -> FormData:
    form = FormData()
    form.add_field("agency", agency)
    form.add_field("file", data, filename=name, content_type="application/x-pem-file")
    return form


async def review(visitor: Visitor, data: bytes, agency: str = "") -> tuple[str, str]:
    """Upload a file; return what the page says and the certificate that its form carries."""
    answer = await visitor.send("/admin/certificates/import", upload(data, agency))
    markup = await answer.text()
    assert answer.status == 200, words(markup)
    der = unescape(markup.partition('name="der" value="')[2].partition('"')[0])
    return markup, der


@pytest.mark.parametrize("form", ["pem", "chain", "der"])
async def test_certificate_is_read_shown_and_bound(
    enter: Enter, stage: Stage, newcomers: DemoPki, form: str
) -> None:
    seal = newcomers.seal("H37.10")
    data = {
        "pem": seal.certificate_file.read_bytes(),
        "chain": seal.chain_file.read_bytes(),
        "der": seal.certificate.der,
    }[form]
    visitor = await enter("quantri")
    markup, der = await review(visitor, data)
    assert seal.certificate.fingerprint in markup
    assert 'name="agency" value="H37.10"' in markup
    answer = await visitor.send(
        "/admin/certificates/import/bind", {**UNBOUND, "der": der, "agency": "H37.10"}
    )
    assert answer.status == 303
    page = await visitor.read(answer.headers["Location"])
    assert "có hiệu lực ngay từ văn bản tiếp theo" in page
    assert "Sở Tư pháp tỉnh Lạng Sơn H37.10" in page
    kept = await stage.desk.administration.certificate(seal.certificate.fingerprint)
    assert kept == seal.certificate.der
    audit = await stage.pool.fetchrow("SELECT actor, action FROM audit ORDER BY id DESC LIMIT 1")
    assert tuple(audit) == ("web:quantri", "registry:certificate:enrol")


async def test_bound_certificate_keeps_its_term(
    enter: Enter, stage: Stage, newcomers: DemoPki
) -> None:
    visitor = await enter("quantri")
    _, der = await review(visitor, newcomers.seal("H37.10").certificate.der, "000.00.10.H37")
    term = {"first": "2026-11-01", "last": "2026-12-31"}
    form = {**UNBOUND, "der": der, "agency": "000.00.10.H37", **term}
    answer = await visitor.send("/admin/certificates/import/bind", form)
    page = await visitor.read(answer.headers["Location"])
    assert "01/11/2026 – 31/12/2026" in page
    entry = await stage.pool.fetchrow("SELECT * FROM enrolment WHERE agency = 'H37.10'")
    assert str(entry["valid_to"]) == "2026-12-31"


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"agency": "H37.02"}, "thuộc tổ chức «H37.10», không thuộc cơ quan «H37.02»"),
        ({"agency": "X99"}, "«X99» không có trong danh bạ"),
        ({"agency": " "}, "Chưa nhập mã cơ quan"),
        ({"agency": "H37.10", "first": "2026-12-02", "last": "2026-12-01"}, "kết thúc"),
    ],
)
async def test_binding_that_may_not_be_says_why_and_keeps_what_was_typed(
    enter: Enter, stage: Stage, newcomers: DemoPki, form: dict[str, str], complaint: str
) -> None:
    visitor = await enter("quantri")
    _, der = await review(visitor, newcomers.seal("H37.10").certificate.der)
    answer = await visitor.send("/admin/certificates/import/bind", {**UNBOUND, "der": der, **form})
    markup = await answer.text()
    assert answer.status == 400
    assert complaint in words(markup)
    assert f'value="{form.get("last", "")}"' in markup
    assert await stage.pool.fetchval("SELECT count(*) FROM enrolment WHERE agency = 'H37.10'") == 0


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"capacity": "person"}, "phải nêu số, ký hiệu quyết định"),
        (
            {"capacity": "parent", "act": "125/QĐ-UBND"},
            "không phải con dấu số của cơ quan",
        ),
        ({}, "Chưa chọn loại văn bản nào"),
    ],
)
async def test_mandate_that_may_not_be_says_why_and_keeps_what_was_ticked(
    enter: Enter, newcomers: DemoPki, form: dict[str, str], complaint: str
) -> None:
    visitor = await enter("quantri")
    _, der = await review(visitor, newcomers.seal("H37.10").certificate.der)
    ticked = {"kind_status": "on"} if form else {}
    sent = {**UNBOUND, "der": der, "agency": "H37.10", **form}
    sent = {name: value for name, value in sent.items() if name not in KINDS} | ticked
    answer = await visitor.send("/admin/certificates/import/bind", sent)
    markup = await answer.text()
    assert answer.status == 400
    assert complaint in words(markup)
    assert ('name="kind_status" checked' in markup) is bool(ticked)
    assert 'name="kind_new" checked' not in markup
    assert f'<option value="{sent["capacity"]}" selected>' in markup


async def test_capacity_kinds_and_act_are_enrolled_and_shown(
    enter: Enter, stage: Stage, played: Played
) -> None:
    visitor = await enter("quantri")
    path = f"/admin/certificates/{played.pki.seal('H37').certificate.fingerprint}"
    asked = await visitor.read(path)
    assert "Con dấu số của cơ quan" in asked
    form = {
        **{name: value for name, value in UNBOUND.items() if name not in KINDS},
        "agency": "H37.103",
        "capacity": "parent",
        "act": "125/QĐ-UBND",
        "last": "2026-12-31",
        "kind_new": "on",
        "kind_status": "on",
    }
    answer = await visitor.send(f"{path}/bind", form)
    assert answer.status == 303
    for page in (path, "/admin/agencies/H37.103"):
        shown = await visitor.read(page)
        assert "Cấp trên ký thay 125/QĐ-UBND (văn bản mới, trạng thái)" in shown
        assert "31/12/2026" in shown
    row = await stage.pool.fetchrow("SELECT * FROM enrolment WHERE capacity = 'parent'")
    assert (row["act"], row["kinds"]) == ("125/QĐ-UBND", ["new", "status"])


@pytest.mark.parametrize(
    "form", [{"capacity": "king"}, {"kind_letters": "on"}, {"act": "x" * 201}, {"kind_new": "yes!"}]
)
async def test_mandate_form_that_is_not_ours_is_refused(
    enter: Enter, played: Played, form: dict[str, str]
) -> None:
    visitor = await enter("quantri")
    path = f"/admin/certificates/{played.pki.seal('G22').certificate.fingerprint}/bind"
    assert (await visitor.send(path, {**UNBOUND, "agency": "G22", **form})).status == 400


async def test_agency_whose_only_certificate_ends_soon_is_warned_of(
    enter: Enter, stage: Stage
) -> None:
    visitor = await enter("quantri")
    assert "không còn chứng thư nào để ký" not in await visitor.read("/admin/agencies/G22")
    await stage.pool.execute("UPDATE enrolment SET valid_to = '2026-12-01' WHERE agency = 'G22'")
    shown = await visitor.read("/admin/agencies/G22")
    assert "Sau ngày 01/12/2026, cơ quan không còn chứng thư nào để ký" in shown


@pytest.mark.parametrize(
    "after", ["x", f"G22~{'a' * 64}", f"G22~{'a' * 64}~1", f"G,22~{'a' * 64}~{UUID(int=0)}"]
)
async def test_page_of_certificates_that_does_not_exist_is_refused(
    enter: Enter, after: str
) -> None:
    visitor = await enter("quantri")
    await visitor.read(f"/admin/certificates?after={after}", status=400)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"khong phai chung thu", "Không đọc được chứng thư số"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "Không đọc được"),
        (b"\x00" * 1000, "Không đọc được"),
        (b"\x30\x82" + b"\xff" * 5000, "Không đọc được"),
        (b"", "Chưa chọn tệp"),
    ],
)
async def test_file_that_is_no_certificate_is_refused(
    enter: Enter, data: bytes, complaint: str
) -> None:
    visitor = await enter("quantri")
    answer = await visitor.send("/admin/certificates/import", upload(data))
    assert answer.status == 400
    assert complaint in words(await answer.text())


async def test_file_of_authorities_or_of_several_agencies_is_refused(
    enter: Enter, newcomers: DemoPki
) -> None:
    visitor = await enter("quantri")
    both = b"".join(
        newcomers.seal(code).certificate_file.read_bytes() for code in ("H37.10", "X99")
    )
    for data, complaint in (
        (newcomers.anchor_file.read_bytes(), "không có chứng thư của cơ quan"),
        (both, "Tệp có 2 chứng thư của cơ quan"),
    ):
        answer = await visitor.send("/admin/certificates/import", upload(data))
        assert complaint in words(await answer.text())


async def test_file_over_the_limit_is_refused(enter: Enter) -> None:
    visitor = await enter("quantri")
    answer = await visitor.send("/admin/certificates/import", upload(b"x" * MAX_FORM_BYTES))
    assert answer.status == 413
    assert f"{MAX_FORM_BYTES // 1024} KB" in await answer.text()


@pytest.mark.parametrize(
    "form",
    [
        {"agency": "H37"},
        {"agency": "H37", "file": "text in place of a file"},
        {"agency": "H37", "file": "", "more": "x"},
    ],
)
async def test_upload_that_is_not_ours_is_refused(enter: Enter, form: dict[str, str]) -> None:
    visitor = await enter("quantri")
    assert (await visitor.send("/admin/certificates/import", form)).status == 400
    parts = FormData(default_to_multipart=True)
    for name, value in form.items():
        parts.add_field(name, value)
    assert (await visitor.send("/admin/certificates/import", parts)).status == 400


@pytest.mark.parametrize("der", ["", "AAAA", "không", "AAA", "A" * 87_381])
async def test_hidden_certificate_that_was_tampered_with_is_refused(
    enter: Enter, stage: Stage, der: str
) -> None:
    visitor = await enter("quantri")
    form = {**UNBOUND, "der": der, "agency": "G22"}
    before = await stage.pool.fetchval("SELECT count(*) FROM certificate")
    assert (await visitor.send("/admin/certificates/import/bind", form)).status == 400
    assert await stage.pool.fetchval("SELECT count(*) FROM certificate") == before


async def test_kept_certificate_is_bound_anew_with_another_term(
    enter: Enter, stage: Stage, played: Played
) -> None:
    visitor = await enter("quantri")
    path = f"/admin/certificates/{played.pki.seal('G22').certificate.fingerprint}"
    form = {**UNBOUND, "agency": "G22", "first": "2026-11-01", "last": "2027-01-31"}
    answer = await visitor.send(f"{path}/bind", form)
    assert answer.status == 303
    assert "01/11/2026 – 31/01/2027" in await visitor.read(path)
    wrong = await visitor.send(f"{path}/bind", {**form, "agency": "G09"})
    assert wrong.status == 400
    assert "không thuộc cơ quan «G09»" in words(await wrong.text())
    for bad in ({"first": "hôm nay"}, {"agency": "a b"}, {"agency": "x" * 36}):
        assert (await visitor.send(f"{path}/bind", {**form, **bad})).status == 400


async def test_revoked_certificate_is_refused_from_the_next_document_on(
    enter: Enter, stage: Stage, played: Played
) -> None:
    desk, visitor = stage.desk, await enter("quantri")
    await desk.send(desk.letter("G22", ["G09"], "Trước khi thu hồi"), "g22")
    assert desk.decisions[-1].ending.value == "accepted"
    path = f"/admin/certificates/{played.pki.seal('G22').certificate.fingerprint}"
    asked = await visitor.read(f"{path}/revoke")
    assert "Không thể hoàn tác" in asked
    assert "Văn phòng Chính phủ G22" in asked
    answer = await visitor.send(f"{path}/revoke", {"reason": "Mất thiết bị ký số"})
    assert answer.status == 303
    page = await visitor.read(answer.headers["Location"])
    assert "văn bản tiếp theo ký bằng chứng thư này sẽ bị từ chối" in page
    assert "Đã thu hồi" in page
    assert "Thêm quyền ký" not in page
    desk.clock.move(seconds=1)
    await desk.send(desk.letter("G22", ["G09"], "Sau khi thu hồi"), "g22")
    assert desk.decisions[-1].reasons == ("A-CERTIFICATE-REVOKED",)
    audit = await stage.pool.fetchrow("SELECT actor, facts FROM audit ORDER BY id DESC LIMIT 1")
    assert audit["actor"] == "web:quantri"
    assert audit["facts"]["reason"] == "Mất thiết bị ký số"
    assert "Đã thu hồi" in await visitor.read("/admin/certificates?standing=revoked")


@pytest.mark.parametrize(
    "form", [{"reason": " "}, {"reason": "x" * 301}, {}, {"reason": "x", "at": "2020-01-01"}]
)
async def test_revocation_without_a_usable_reason_is_not_done(
    enter: Enter, stage: Stage, played: Played, form: dict[str, Any]
) -> None:
    visitor = await enter("quantri")
    path = f"/admin/certificates/{played.pki.seal('G22').certificate.fingerprint}/revoke"
    assert (await visitor.send(path, form)).status == 400
    query = "SELECT count(*) FROM enrolment WHERE revoked_at IS NOT NULL"
    assert await stage.pool.fetchval(query) == 0


async def test_revoked_certificate_cannot_be_bound_again(
    enter: Enter, stage: Stage, played: Played
) -> None:
    visitor = await enter("quantri")
    certificate = played.pki.seal("G22").certificate
    path = f"/admin/certificates/{certificate.fingerprint}"
    await visitor.send(f"{path}/revoke", {"reason": "x"})
    answer = await visitor.send(f"{path}/bind", {**UNBOUND, "agency": "G22"})
    assert answer.status == 400
    assert "đã bị thu hồi trên trục" in words(await answer.text())
