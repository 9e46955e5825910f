"""What an operator of the axis types: schema, registry, accounts, broker."""

import asyncio
import csv
import json
import stat
from datetime import timedelta
from pathlib import Path

import aio_pika
import pytest

from axis.clock import system_clock
from axis.local.installation import Installation
from axis.local.pki import make_demo_pki
from axis.registry.agency import legal_day
from tests.support.command import axis_command

pytestmark = pytest.mark.usefixtures("operator")


def passwords(file: Path) -> dict[str, str]:
    with file.open(encoding="utf-8", newline="") as stream:
        return {row["endpoint"]: row["password"] for row in csv.DictReader(stream)}


def test_migrating_twice_is_harmless() -> None:
    ended = axis_command("database", "migrate")
    assert ended.code == 0
    assert "up to date" in ended.out


def test_agencies_are_imported_listed_and_shown(operator: Path) -> None:
    file = operator / "new.csv"
    file.write_text(
        "code,name,level,parent,aliases\nH37.77,Sở Thử Nghiệm,province,H37,000.00.77.H37;H37-77\n",
        encoding="utf-8-sig",
    )
    assert axis_command("agency", "import", file).code == 0
    listed = axis_command("agency", "list", "--search", "thử nghiệm", "--json")
    assert "H37.77" in {agency["code"] for agency in listed.json}
    shown = axis_command("agency", "show", "000.00.77.H37")
    assert "Sở Thử Nghiệm" in shown.out
    assert "H37.77 @ lgsp-h37" in shown.out
    as_json = axis_command("agency", "show", "H37.77", "--json").json
    assert as_json["aliases"] == ["000.00.77.H37", "H37-77"]


def test_list_of_agencies_is_cut_at_its_limit_and_says_so() -> None:
    listed = axis_command("agency", "list", "--limit", "2")
    assert listed.code == 0
    assert "--limit" in listed.out
    assert "province" not in axis_command("agency", "list", "--level", "central").out


def test_groups_are_added_imported_listed_shown_and_removed(operator: Path) -> None:
    added = axis_command(
        "group", "add", "NHOM.SO", "--name", "Các sở", "--level", "province", "--below", "H37"
    )
    assert added.code == 0
    assert "H37.02" in axis_command("group", "show", "NHOM.SO").out
    file = operator / "groups.csv"
    file.write_text("code;name;members\nNHOM.HAI;Hai bộ;G22, G09\n", encoding="utf-8")
    assert "Line 2" in axis_command("group", "import", file).err
    file.write_text("code,name,members\nNHOM.HAI,Hai bộ,G22;G09\n", encoding="utf-8")
    assert axis_command("group", "import", file).code == 0
    shown = axis_command("group", "show", "NHOM.HAI", "--json").json
    assert {one["code"] for one in shown["reached"]} == {"G22", "G09"}
    listed = axis_command("group", "list", "--json").json
    assert {"NHOM.SO", "NHOM.HAI"} <= {one["code"] for one in listed}
    assert axis_command("group", "remove", "NHOM.SO").code == 0
    gone = axis_command("group", "show", "NHOM.SO")
    assert gone.code == 1
    assert "NHOM.SO" in gone.err


def test_agency_that_is_not_there_ends_with_1_and_its_code() -> None:
    shown = axis_command("agency", "show", "NOBODY")
    assert shown.code == 1
    assert "NOBODY" in shown.err


def test_wrong_agency_file_names_every_line_and_changes_nothing(operator: Path) -> None:
    file = operator / "wrong.csv"
    file.write_text("code,name,level\nH37.78,Đúng,commune\nH37.79,,commune\nH37.80,Sai,xã\n")
    ended = axis_command("agency", "import", file)
    assert ended.code == 1
    assert "Dòng 3" in ended.err
    assert "Line 4" in ended.err
    assert axis_command("agency", "show", "H37.78").code == 1


async def connects(axis: Installation, endpoint: str, password: str) -> bool:
    url = f"amqp://{endpoint}:{password}@127.0.0.1:{axis.servers.rabbitmq.port}/{axis.vhost}"
    try:
        connection = await aio_pika.connect(url)
    except aio_pika.exceptions.AMQPConnectionError:
        return False
    channel = await connection.channel()
    await channel.get_queue(f"inbox.{endpoint}", ensure=False)
    await connection.close()
    return True


def test_new_endpoint_connects_with_its_password_after_the_sync(
    axis: Installation, operator: Path
) -> None:
    added = axis_command("endpoint", "add", "cli-new", "--name", "Hệ thống mới")
    assert added.code == 0
    file = operator / "endpoint-passwords.csv"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = passwords(file)["cli-new"]
    assert first not in added.out
    synced = axis_command("broker", "sync")
    assert synced.code == 0, synced.err
    assert asyncio.run(connects(axis, "cli-new", first))

    assert axis_command("endpoint", "password", "cli-new").code == 0
    assert axis_command("broker", "sync").code == 0
    second = passwords(file)["cli-new"]
    assert second != first
    assert asyncio.run(connects(axis, "cli-new", second))
    assert not asyncio.run(connects(axis, "cli-new", first))


def test_endpoint_import_writes_passwords_of_new_endpoints_only(operator: Path) -> None:
    table = operator / "endpoints.csv"
    table.write_text("id,name\ncli-one,Một\ng22,Văn phòng Chính phủ\n", encoding="utf-8")
    file = operator / "made.csv"
    assert axis_command("endpoint", "import", table, "--passwords-file", file).code == 0
    assert set(passwords(file)) == {"cli-one"}
    again = axis_command("endpoint", "import", table, "--passwords-file", operator / "none.csv")
    assert again.code == 0
    assert not (operator / "none.csv").exists()
    listed = {one["id"] for one in axis_command("endpoint", "list", "--json").json}
    assert {"cli-one", "g22"} <= listed


def test_passwords_are_not_made_where_they_cannot_be_kept(operator: Path) -> None:
    open_to_others = operator / "open.csv"
    open_to_others.write_text("")
    open_to_others.chmod(0o644)
    link = operator / "link.csv"
    link.symlink_to(operator / "elsewhere")
    for file in (open_to_others, link, operator / "missing" / "x.csv", operator):
        ended = axis_command("endpoint", "add", "cli-no", "--name", "x", "--passwords-file", file)
        assert ended.code == 1, file
        assert str(file) in ended.err
    listed = {one["id"] for one in axis_command("endpoint", "list", "--json").json}
    assert "cli-no" not in listed


def test_password_of_an_unknown_endpoint_is_refused_and_leaves_no_file(operator: Path) -> None:
    ended = axis_command("endpoint", "password", "cli-nobody")
    assert ended.code == 1
    assert "cli-nobody" in ended.err
    assert list(operator.iterdir()) == []


def test_certificate_is_bound_listed_and_revoked_by_the_start_of_its_fingerprint(
    axis: Installation, operator: Path
) -> None:
    pki = make_demo_pki(operator / "pki", [("G09", "Bộ Nội vụ")], system_clock())
    seal = pki.seal("G09")
    added = axis_command("cert", "add", "G09", seal.chain_file, "--to", "2099-12-31")
    assert added.code == 0, added.err
    fingerprint = seal.certificate.fingerprint
    listed = axis_command("cert", "list", "--agency", "G09", "--json").json
    assert {line["fingerprint"]: line["valid_to"] for line in listed}[fingerprint] == "2099-12-31"
    assert "dùng được" in axis_command("cert", "list").out
    revoked = axis_command("cert", "revoke", fingerprint[:12].upper(), "--reason", "mất khóa")
    assert revoked.code == 0, revoked.err
    assert "G09" in revoked.out
    again = axis_command("cert", "revoke", fingerprint, "--reason", "lần nữa")
    assert again.code == 0
    assert "revoked before" in again.out
    assert axis_command("cert", "revoke", fingerprint[:4], "--reason", "x").code == 1


def test_person_and_agency_above_sign_on_an_act_and_a_carrier_does_not(
    axis: Installation, operator: Path
) -> None:
    seal = axis.pki.seal("H37").certificate_file
    unnamed = axis_command("cert", "add", "H37.02", seal, "--capacity", "parent")
    assert unnamed.code == 1
    assert "must name the act" in unnamed.err
    for kinds in (("--kind", "new"), ("--kind", "new", "--kind", "status")):
        added = axis_command(
            *("cert", "add", "H37.02", seal, "--capacity", "parent", "--act", "125/QĐ-UBND"),
            *("--to", "2099-12-31", *kinds),
        )
        assert added.code == 0, added.err
    listed = axis_command("cert", "list", "--agency", "H37.02", "--json").json
    (on_behalf,) = [line for line in listed if line["capacity"] == "parent"]
    assert (on_behalf["act"], on_behalf["kinds"]) == ("125/QĐ-UBND", ["new", "status"])
    assert "125/QĐ-UBND" in axis_command("cert", "list", "--agency", "H37.02").out
    pki = make_demo_pki(operator / "pki", [("X98", "Nền tảng")], system_clock(), persons={})
    carrier = axis_command(
        *("cert", "add", "H37", pki.seal("X98").certificate_file, "--capacity", "carrier")
    )
    assert carrier.code == 0, carrier.err
    assert "signs for nobody" in carrier.out


def test_certificate_is_switched_with_an_overlap_and_the_calendar_tells_what_stops(
    axis: Installation, operator: Path
) -> None:
    today = legal_day(system_clock())
    old = make_demo_pki(operator / "old", [("G05", "Bộ Thử")], system_clock(), persons={})
    new = make_demo_pki(operator / "new", [("G05", "Bộ Thử")], system_clock(), persons={})
    table = operator / "g05.csv"
    table.write_text("code,name,level\nG05,Bộ Thử,central\n", encoding="utf-8")
    assert axis_command("agency", "import", table).code == 0
    on = str(today + timedelta(days=7))
    nothing = axis_command("cert", "switch", "G05", new.seal("G05").certificate_file, "--on", on)
    assert nothing.code == 1
    assert "axis cert add" in nothing.err
    first = axis_command("cert", "add", "G05", old.seal("G05").certificate_file, "--to", on)
    assert first.code == 0
    assert "has no certificate to sign with" in first.err
    last = str(today + timedelta(days=10))
    assert axis_command("cert", "add", "G05", old.seal("G05").certificate_file).err == ""
    switched = axis_command(
        *("cert", "switch", "G05", new.seal("G05").certificate_file, "--on", on),
        *("--overlap", "3"),
    )
    assert switched.code == 0, switched.err
    ended = f"{today + timedelta(days=10):%d/%m/%Y}"
    assert f"stops signing after {ended}" in switched.out
    listed = axis_command("cert", "list", "--agency", "G05", "--json").json
    terms = {line["fingerprint"]: (line["valid_from"], line["valid_to"]) for line in listed}
    assert terms == {
        old.seal("G05").certificate.fingerprint: (None, last),
        new.seal("G05").certificate.fingerprint: (str(today), None),
    }
    assert ended in axis_command("cert", "list", "--agency", "G05").out
    coming = axis_command("cert", "calendar", "--days", "10", "--json")
    assert coming.code == 0
    (ending,) = [one for one in coming.json if one["agency"] == "G05"]
    assert (ending["day"], ending["bare"]) == (last, False)
    assert "G05" not in axis_command("cert", "calendar", "--days", "9").out
    assert "others" in axis_command("cert", "calendar").out


def test_certificate_of_another_organisation_is_refused(axis: Installation) -> None:
    seal = axis.pki.seal("G22").certificate_file
    ended = axis_command("cert", "add", "G09", seal)
    assert ended.code == 1
    assert "G22" in ended.err


def test_certificate_table_is_taken_whole_or_not_with_line_numbers(
    axis: Installation, operator: Path
) -> None:
    seal = axis.pki.seal("G22").certificate_file
    (operator / "g22.pem").write_bytes(seal.read_bytes())
    (operator / "text.pem").write_text("no certificate")
    table = operator / "certs.csv"
    table.write_text("code,certificate\nG22,g22.pem\nG09,missing.pem\nG09,text.pem\n")
    ended = axis_command("cert", "import", table)
    assert ended.code == 1
    assert "Dòng 3" in ended.err
    assert "Line 4" in ended.err
    table.write_text("code,certificate,valid_to\nG22,g22.pem,2098-01-31\n")
    assert axis_command("cert", "import", table).code == 0
    listed = axis_command("cert", "list", "--agency", "G22", "--json").json
    assert "2098-01-31" in {line["valid_to"] for line in listed}


def test_accounts_are_added_changed_and_disabled(operator: Path) -> None:
    secret = operator / "secret"
    secret.write_text("mật khẩu đủ dài")
    secret.chmod(0o600)
    added = axis_command(
        *("account", "add", "Lan@H37", "--role", "clerk", "--agency", "000.00.02.H37"),
        *("--display-name", "Nguyễn Thị Lan", "--password-file", secret),
    )
    assert added.code == 0, added.err
    generated = axis_command("account", "add", "root", "--role", "admin", "--generate")
    assert generated.code == 0, generated.err
    assert "once" in generated.out
    assert axis_command("account", "password", "lan@h37", "--generate").code == 0
    assert axis_command("account", "disable", "lan@h37").code == 0
    accounts = {one["name"]: one for one in axis_command("account", "list", "--json").json}
    assert accounts["lan@h37"]["agencies"] == ["H37.02"]
    assert accounts["lan@h37"]["disabled"]
    assert axis_command("account", "enable", "lan@h37").code == 0
    assert "Nguyễn Thị Lan" in axis_command("account", "list").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("account", "add", "no-agency", "--role", "clerk", "--generate"),
        ("account", "add", "x", "--role", "clerk", "--agency", "NOBODY", "--generate"),
        ("account", "add", "", "--role", "admin", "--generate"),
        ("account", "add", "y", "--role", "admin", "--password-file", "/nonexistent"),
        ("account", "disable", "nobody"),
        ("agency", "import", "/nonexistent.csv"),
        ("cert", "add", "G09", "/nonexistent.pem"),
        ("cert", "switch", "G09", "/nonexistent.pem", "--on", "2030-01-01"),
        ("dead", "show", "018f0000-0000-7000-8000-000000000000"),
        ("document", "trace", "no such document"),
        ("receipt", "show", "018f0000-0000-7000-8000-000000000000"),
        ("receipt", "show", "neither a file nor an id"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_ends_with_1_and_a_text_in_both_languages(
    arguments: tuple[str, ...],
) -> None:
    ended = axis_command(*arguments)
    assert ended.code == 1
    assert " / " in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "arguments",
    [("agency",), ("account", "add", "x", "--role", "king"), ("nonsense",), ("dead", "show", "x")],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert axis_command(*arguments).code == 2


def test_database_without_schema_says_what_to_run(
    axis: Installation, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AXIS_STORE", json.dumps({"dsn": database, "password_file": None}))
    ended = axis_command("agency", "list")
    assert ended.code == 1
    assert "axis database migrate" in ended.err


def test_database_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIS_STORE__DSN", "postgresql://axis@127.0.0.1:1/axis")
    for arguments in (("agency", "list"), ("database", "migrate")):
        ended = axis_command(*arguments)
        assert ended.code == 1
        assert "PostgreSQL" in ended.err
        assert "Traceback" not in ended.err


def test_missing_settings_file_is_named() -> None:
    ended = axis_command("--config", "/nonexistent/axis.toml", "agency", "list")
    assert ended.code == 1
    assert "/nonexistent/axis.toml" in ended.err
