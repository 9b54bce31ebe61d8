"""What comes from outside is bounded: bytes, rows, cells, and what a packed file unpacks to."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from beskplan import limits
from beskplan.errors import BadAnswerError, SeedError, SourceDownError, SourceError, TooLargeError
from beskplan.seeds import check_seeds
from beskplan.settings import PROJECT, Settings
from beskplan.sources.bilag import Bilag, read_bilag
from beskplan.sources.http import HttpClient, Patience
from beskplan.sources.joblog import Joblog
from beskplan.sources.kilder import read_rows
from beskplan.sources.statbank import _parse_csv
from beskplan.standin import joblog
from beskplan.standin.tables import NATIONAL, kommuner

ALIASES = PROJECT / "seeds/omraade_aliaser.csv"
PERIOD = "2017M12"
XLSX, CSV = f"joblog_{PERIOD}.xlsx", "joblog_2018M01.csv"
SHEET = "xl/worksheets/sheet1.xml"
AREAS = {name: code for code, name, _ in kommuner()} | {NATIONAL: "000"}
AREAS |= {row["navn"]: row["kommune_kode"] for _, row in read_rows(ALIASES)}
SHEET_XML = zipfile.ZipFile(io.BytesIO(joblog.workbook(PERIOD))).read(SHEET)
Change = Callable[[bytes], bytes]


def repacked(part: str, change: Change) -> bytes:
    """The stand-in's workbook with one part changed, or one more."""
    out = io.BytesIO()
    held = zipfile.ZipFile(io.BytesIO(joblog.workbook(PERIOD)))
    with held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        names = held.namelist()
        for name in names if part in names else [*names, part]:
            content = held.read(name) if name in names else b""
            packed.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def read(body: bytes, name: str = XLSX) -> Bilag:
    return read_bilag(name, body, name[7:14], AREAS, NATIONAL)


def sheet(old: bytes, new: bytes) -> bytes:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return repacked(SHEET, change)


LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 9)
)
DOCTYPE = b'<!DOCTYPE worksheet [<!ENTITY l0 "ha">%s]><worksheet' % LAUGHS


def test_the_workbook_itself_is_read() -> None:
    assert len(read(joblog.workbook(PERIOD)).figures) == 99
    assert read(sheet(b"</sheetData>", b"</sheetData>")) == read(joblog.workbook(PERIOD))


def test_a_zip_bomb_of_some_kilobytes_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 MB of spaces in a part of the sheet."""
    bomb = repacked("xl/media/bombe.xml", lambda _: b"<a>" + b" " * 200_000_000 + b"</a>")
    assert len(bomb) < 250_000
    with pytest.raises(TooLargeError, match=r"pakket ud er over grænsen på 100\.000\.000 bytes"):
        read(bomb)


def test_an_archive_that_states_a_wrong_size_is_no_way_around(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 300_000)
    big = repacked("xl/stor.bin", lambda _: bytes(400_000))
    # The size after the name in the central directory: 400,000 becomes 9.
    lied = big.replace((400_000).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert lied != big
    with pytest.raises(SourceError):
        read(lied)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(encoding: str) -> None:
    def change(content: bytes) -> bytes:
        text = content.replace(b"<worksheet", DOCTYPE, 1).decode()
        return text.replace("UTF-8", encoding).encode(encoding)

    with pytest.raises(BadAnswerError, match="Regnearket kan ikke læses"):
        read(repacked(SHEET, change))


def test_a_lone_cell_far_out_and_a_merged_sheet_cost_nothing() -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with pytest.raises(TooLargeError, match=r"Antallet af rækker er over grænsen på 2\.000"):
        read(sheet(b"</sheetData>", far))
    wide = b'<row r="2000"><c r="XFD2000"><v>1</v></c></row></sheetData>'
    with pytest.raises(TooLargeError, match="Antallet af felter er over grænsen på 100 felter"):
        read(sheet(b"</sheetData>", wide))
    merged = b'<mergeCells count="1"><mergeCell ref="A200:XFD1048576"/></mergeCells>'
    assert len(read(repacked(SHEET, lambda c: _merged(c, merged))).figures) == 99


def _merged(content: bytes, merged: bytes) -> bytes:
    start, end = content.index(b"<mergeCells"), content.index(b"</mergeCells>")
    return content[:start] + merged + content[end + len(b"</mergeCells>") :]


def test_what_the_sheet_says_of_its_size_does_not_count() -> None:
    said = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A2"', SHEET_XML)
    assert said != SHEET_XML
    assert read(repacked(SHEET, lambda _: said)) == read(joblog.workbook(PERIOD))


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("ROWS", 50, "Antallet af rækker er over grænsen på 50 rækker"),
        ("COLUMNS", 5, "Antallet af felter er over grænsen på 5 felter"),
        ("CELL_SIGNS", 12, "En celle er over grænsen på 12 tegn"),
    ],
)
@pytest.mark.parametrize("file", [XLSX, CSV])
def test_rows_fields_and_cells_are_counted(
    monkeypatch: pytest.MonkeyPatch, file: str, name: str, value: int, what: str
) -> None:
    body = dict(joblog.drop_files("fuld"))[file]
    read(body, file)
    monkeypatch.setattr(limits, name, value)
    with pytest.raises(TooLargeError, match=what) as caught:
        read(body, file)
    assert file in caught.value.where


def test_the_parts_of_a_workbook_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PARTS", 3)
    with pytest.raises(TooLargeError, match="dele er over grænsen på 3 dele"):
        read(joblog.workbook(PERIOD))


def test_a_csv_with_a_huge_field_is_named() -> None:
    body = dict(joblog.drop_files("fuld"))[CSV]
    with pytest.raises(BadAnswerError, match=r"Række \d+ kan ikke læses som csv"):
        read(body + b'"' + b"a" * 200_000, CSV)
    with pytest.raises(BadAnswerError, match="kan ikke læses som csv"):
        _parse_csv(b"OMR\xc3\x85DE;TID\n" + b"a" * 200_000 + b";2\n", "statbank FOLK1A")


def test_the_drop_folder_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    settings.joblog.mkdir()
    for name, body in joblog.drop_files("lille").items():
        (settings.joblog / name).write_bytes(body)
    Joblog(settings).catalogue()
    monkeypatch.setattr(limits, "FILE_BYTES", 5_000)
    with pytest.raises(TooLargeError, match=r"Filen er over grænsen på 5\.000 bytes") as caught:
        Joblog(settings).catalogue()
    assert caught.value.where == "joblog joblog_2017M10.xlsx"
    monkeypatch.setattr(limits, "FILES", 2)
    with pytest.raises(TooLargeError, match="Antallet af filer er over grænsen på 2 filer"):
        Joblog(settings).catalogue()


def test_a_pipe_in_the_drop_folder_is_not_waited_for(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.joblog.mkdir()
    os.mkfifo(settings.joblog / XLSX)
    with pytest.raises(SourceDownError, match="kan ikke læses"):
        Joblog(settings).catalogue()


class Endless(httpx.SyncByteStream):
    """An answer that goes on until nobody listens any more."""

    def __init__(self) -> None:
        self.sent = 0

    def __iter__(self):  # type: ignore[no-untyped-def]
        while True:
            self.sent += 1000
            yield b" " * 1000


def ask(answer: httpx.Response) -> object:
    asked: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    patience = Patience(timeout=1, first_wait=0.001, longest_wait=0.001)
    client = HttpClient("x", "https://x.dk", patience, transport=httpx.MockTransport(serve))
    try:
        return client.ask("/v3/data/y25i01", [], where="jobindsats y25i01 2026M07").data
    finally:
        assert len(asked) == 1, "never asked for again"


DATE = {"Date": "Tue, 18 Aug 2026 19:52:00 GMT"}


def test_an_endless_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_BYTES", 50_000)
    stream = Endless()
    with pytest.raises(TooLargeError, match=r"Svaret er over grænsen på 50\.000 bytes") as caught:
        ask(httpx.Response(200, headers=DATE, stream=stream))
    assert stream.sent < 200_000
    assert caught.value.where == "jobindsats y25i01 2026M07"


def test_a_packed_answer_counts_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"[" + b" " * 500_000 + b"]")
    assert len(packed) < 1_000
    headers = DATE | {"Content-Encoding": "gzip"}

    def answer() -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(packed))

    assert ask(answer()) == []
    monkeypatch.setattr(limits, "ANSWER_BYTES", 50_000)
    with pytest.raises(TooLargeError):
        ask(answer())


def test_a_hand_kept_table_that_is_too_large_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    monkeypatch.setattr(limits, "SEED_BYTES", 20_000)
    with pytest.raises(SeedError, match=r"grupper\.csv: filen er over grænsen på 20000 bytes"):
        check_seeds(tmp_path / "seeds")
