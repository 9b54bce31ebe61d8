"""A wrong seed stops the build with file, line and reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beskplan.errors import SeedError
from beskplan.seeds import check_seeds
from beskplan.seeds.reading import _number_fault, _period_fault
from beskplan.settings import PROJECT


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", folder)
    return folder


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Replace one text; the number of the line it stood on."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {file}"
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return line


def fault(folder: Path) -> str:
    with pytest.raises(SeedError) as caught:
        check_seeds(folder)
    return str(caught.value)


def test_the_repositorys_seeds_are_right(seeds: Path) -> None:
    check_seeds(seeds)


CASES = {
    "text that a mark turns": (
        "planer.csv",
        "Beskæftigelsesplan",
        "Beskæftigelses\u202eplan",
        "tegn, der ikke kan ses, og som kan vende eller skjule tekst: U+202E som tegn nr. 15",
    ),
    "text with a control character": (
        "planer.csv",
        "Beskæftigelsesplan",
        "Beskæftigelsesplan\x07",
        "U+0007 som tegn nr. 19; slet det",
    ),
    "alias of an unknown kommune": (
        "omraade_aliaser.csv",
        "Århus,751,",
        "Århus,752,",
        "kommunen '752' findes ikke",
    ),
    "alias that is a kommune's own name": (
        "omraade_aliaser.csv",
        "Nordfyn,480,",
        "Odense,480,",
        "'Odense' er et områdes eget navn",
    ),
    "alias given twice": (
        "omraade_aliaser.csv",
        "Nordfyn,480,",
        "Århus,480,",
        "navn 'Århus' står to gange",
    ),
    "unknown kommune": ("planer.csv", ",163,", ",164,", "kommunen '164' findes ikke"),
    "unknown indicator": (
        "resultatmaal.csv",
        ",uddannelseshjaelp,",
        ",uddhjaelp,",
        "indikatoren 'uddhjaelp' findes ikke",
    ),
    "unknown table": ("indikatorer.csv", "y38a02", "y39a02", "tabellen 'y39a02' findes ikke"),
    "unknown ministermaal": (
        "resultatmaal.csv",
        ",,1,2018,1,",
        ",,1,2018,9,",
        "ministermålet '2018 / 9' findes ikke",
    ),
    "unknown parent": (
        "resultatmaal.csv",
        "1.b-u30,1.b,",
        "1.b-u30,1.x,",
        "det overordnede mål 'herlev-2018 / 1.x' findes ikke",
    ),
    "baseline is not target minus change": (
        "resultatmaal.csv",
        ",174,-24,150,",
        ",175,-24,150,",
        "150 - (-24) = 174",
    ),
    "doubled maal": (
        "resultatmaal.csv",
        "herlev-2018,4.b,",
        "herlev-2018,4.a,",
        "maal_nr '4.a' står to gange, først i linje 7",
    ),
    "a date that is none": (
        "planer.csv",
        "2019-12-31",
        "2019-02-30",
        "periode_til er ikke en dato",
    ),
    "a period that is none": (
        "resultatmaal.csv",
        ",150,2018,",
        ",150,2018M13,",
        "maal_periode er hverken et år (2018) eller en måned (2018M05): '2018M13'",
    ),
    "a kind of baseline not built": (
        "resultatmaal.csv",
        "aarsgennemsnit",
        "median",
        "baseline_art er 'median'; det skal være et af aarsgennemsnit, december",
    ),
    "formula": ("planer.csv", "Beskæftigelsesplan 2018", "=1+1", "ville blive en formel"),
    "formula with @": ("planer.csv", "Beskæftigelsesplan 2018", "@SUM", "begynder med '@'"),
    "number with comma": (
        "resultatmaal.csv",
        ",1.6,-0.1,1.5,",
        ',1.6,"-0,1",1.5,',
        "skriv punktum, ikke komma",
    ),
    "blank line": ("planer.csv", "eksempel-2026", "\neksempel-2026", "linjen er tom"),
    "a field too many": ("kommuner.csv", "Herlev", "Herlev,", "rækken har 3 felter, ikke 2"),
    "wrong columns": ("kommuner.csv", "kommune_navn", "navn", "mangler kommune_navn; kender ikke"),
    "unit differs": (
        "resultatmaal.csv",
        "uddannelseshjaelp,fuldtidspersoner",
        "uddannelseshjaelp,procent",
        "indikatoren opgøres i 'fuldtidspersoner'",
    ),
    "a unit without a synonym": (
        "resultatmaal.csv",
        ",helårspersoner,",
        ",årsværk,",
        "enheden 'årsværk' findes ikke i enheder.csv",
    ),
    "a part larger than its whole": (
        "resultatmaal.csv",
        ",96,-21,75,",
        ",416,-100,316,",
        "maal_vaerdi er 316, men målet er en del af '1.b', hvis maal_vaerdi er 315",
    ),
    "a budget that is not there": (
        "resultatmaal.csv",
        ",budget,,,2026,",
        ",budget,,,2027,",
        "budget.csv har intet budget for '265 / ledige_a_dagpenge / 2027'",
    ),
    "an unknown group": (
        "resultatmaal.csv",
        "sammenlignelig-265",
        "sammenlignelig-999",
        "gruppen 'sammenlignelig-999' findes ikke i grupper.csv",
    ),
    "a group compared on counts": (
        "resultatmaal.csv",
        "kontanthjaelp_ny_pct,procent,<=,gruppens",
        "kontanthjaelp_ny,fuldtidspersoner,<=,gruppens",
        "sammenlignes på en indikator i procent, ikke på antal",
    ),
    "a group of another kind of baseline": (
        "resultatmaal.csv",
        "aarsgennemsnit,,,2025",
        "aarsgennemsnit,region-085,,2025",
        "gruppe_id hører til gruppens_bedste_tredjedel",
    ),
    "an unknown expected group": (
        "resultatmaal.csv",
        "<=,aarsgennemsnit,,,2025",
        "<=,forventet,,findes_ikke,2025",
        "begrebet 'findes_ikke' findes ikke i ydelsesgrupper.csv",
    ),
    "a moving year for an average": (
        "resultatmaal.csv",
        "<=,aarsgennemsnit,,,2025",
        "<=,aarsgennemsnit,,,2022QMAT04",
        "12 måneder til et kvartal bruges kun om en forventet baseline",
    ),
    "a budget of an unknown kommune": (
        "budget.csv",
        "265,",
        "266,",
        "kommunen '266' findes ikke",
    ),
    "a local figure of no mål": ("lokale_tal.csv", ",3.a,", ",3.z,", "målet 'herlev-2018 / 3.z'"),
    "a local figure of another mål": (
        "lokale_tal.csv",
        ",3.a,",
        ",4.a,",
        "målets datakilde er 'jobindsats'; kun et lokalt mål har lokale tal",
    ),
    "a share that is not its persons'": (
        "lokale_tal.csv",
        ",18,,,",
        ",18,14,77.7,",
        "vaerdi er 77.7, men 14 af 18 er 77.78 pct.",
    ),
    "more persons than there are": (
        "lokale_tal.csv",
        ",18,,,",
        ",18,19,,",
        "antal_k er 19 af antal_n 18",
    ),
    "a local figure without any": ("lokale_tal.csv", ",18,,,", ",,,,", "hverken antal_n eller"),
    "persons of none": ("lokale_tal.csv", ",18,,,", ",,14,,", "antal_k uden antal_n"),
    "fall said of a rise": (
        "resultatmaal.csv",
        ",174,-24,150,",
        ",126,24,150,",
        "skabelon skal sige 'stigning'",
    ),
    "number written into the sentence": (
        "resultatmaal.csv",
        "nedbringes til {maal} fuldtidspersoner i {maal_aar}, svarende til et fald på {aendring} p",
        "nedbringes til 150 fuldtidspersoner i {maal_aar}, svarende til et fald på {aendring} p",
        "skabelon mangler pladsholderen {maal}",
    ),
    "unknown placeholder": (
        "resultatmaal.csv",
        "{baseline_aar}",
        "{aar}",
        "ukendt pladsholder {aar}",
    ),
    "a breakdown not fetched": (
        "indikatorer.csv",
        "_viskat_1kth=Jobparat",
        "_kon=Mænd",
        "'y36a02' hentes ikke fordelt på '_kon'",
    ),
    "same month last year is another month": (
        "resultatmaal.csv",
        "samme_maaned_aaret_foer,,,2025M12",
        "samme_maaned_aaret_foer,,,2025M11",
        "måneden et år før maal_periode '2026M12'",
    ),
    "a break that ends before it begins": (
        "serie_brud.csv",
        "2020-03-12,2020-05-27",
        "2020-03-12,2020-03-11",
        "dato_til ligger før dato_fra",
    ),
    "a break of unknown kind": (
        "serie_brud.csv",
        ",kildeskift,nej",
        ",skift,nej",
        "art er 'skift'; det skal være et af databrud, kildeskift",
    ),
    "a break bridged by nothing stated": (
        "serie_brud.csv",
        "kildeskift,nej,",
        "kildeskift,ja,",
        "sammenligneligt er ja, men bro siger ikke hvordan",
    ),
    "unverified and yet certain": (
        "serie_brud.csv",
        "opdeling,ukendt,",
        "opdeling,nej,",
        "sammenligneligt skal være ukendt, når kilden er 'ikke efterprøvet'",
    ),
    "a suspension without end": (
        "serie_brud.csv",
        "2020-03-12,2020-05-27",
        "2020-03-12,",
        "en suspension skal have en dato_til",
    ),
    "a run-off that is called comparable": (
        "serie_brud.csv",
        "afloeb,nej",
        "afloeb,ja",
        "sammenligneligt skal være nej for afloeb",
    ),
    "a bridge of other tables": (
        "serie_brud.csv",
        "kth-2025-y36,y36a02",
        "kth-2025-y36,y25i01",
        "broen 'kth-2025' omfatter ikke 'y25i01'",
    ),
    "unknown bridge": (
        "indikatorer.csv",
        "bestand,kth-2025",
        "bestand,kth-2026",
        "broen 'kth-2026' findes ikke i serie_bro.csv",
    ),
    "a bridged percent": (
        "indikatorer.csv",
        "kontanthjaelp_ny_pct,Kontanthjælp i pct. af befolkningen 16-66 år,y60a02,"
        "andel_befolkning_pct,,procent,1,bestand,",
        "kontanthjaelp_ny_pct,Kontanthjælp i pct. af befolkningen 16-66 år,y60a02,"
        "andel_befolkning_pct,,procent,1,bestand,kth-2025",
        "'andel_befolkning_pct' i 'y36a02' kan ikke lægges sammen",
    ),
    "a series that is its own part from no date": (
        "serie_bro.csv",
        "_ygrpa02=Kontanthjælp,2025-07-01,ptv_a02,_ygrpa02=Kontanthjælp",
        "_ygrpa02=Kontanthjælp,,ptv_a02,_ygrpa02=Kontanthjælp",
        "serien er sin egen del",
    ),
    "an edition without date": (
        "ministermaal_udgaver.csv",
        "2019,2,2019-03-15",
        "2019,2,",
        "udmeldt mangler: en senere udgave skal sige",
    ),
    "an edition older than the one before": (
        "ministermaal_udgaver.csv",
        "2019,2,2019-03-15",
        "2019,2,2018-05-02",
        "udmeldt ligger ikke efter den tidligere udgaves",
    ),
    "goals of no edition": (
        "ministermaal.csv",
        "2021,1,ukendt",
        "2022,1,ukendt",
        "udgave 1 af 2022 findes ikke i ministermaal_udgaver.csv",
    ),
    "an indicator that nobody names": (
        "ministermaal.csv",
        "2018,1,1,Flere personer skal i beskæftigelse eller uddannelse i stedet for at være på "
        "offentlig forsørgelse,offentlig_forsoergelse,ingen",
        "2018,1,1,Flere personer skal i beskæftigelse eller uddannelse i stedet for at være på "
        "offentlig forsørgelse,offentlig_forsoergelse,vist",
        "indikator mangler, når indikator_status er vist",
    ),
    "a cited figure without number": (
        "citater.csv",
        ",52.1,",
        ",,",
        "vaerdi mangler; er tallet tabt, skal opgjort_tekst sige det",
    ),
    "a cited figure of no theme": (
        "citater.csv",
        "2018,flygtninge,,ministerens",
        "2018,,,ministerens",
        "skal have et ministermaal_tema eller et begreb",
    ),
    "a calculation on a lost figure": (
        "regnestykker.csv",
        "sum,ressource-bedre-indsats",
        "sum,kontanthjaelp-5-aar",
        "citat_a 'kontanthjaelp-5-aar' har intet tal at regne med",
    ),
    "two orders of one table": (
        "kilder.csv",
        "andel_aktiveringsberoerte_pct,pct,ingen,3,,*,*,begge,uoplyst,kode",
        "andel_aktiveringsberoerte_pct,pct,ingen,3,,*,*,begge,uoplyst,navn",
        "'y60c07' har en anden raekkefoelge i linje",
    ),
    "a table without group": (
        "ydelsesgrupper.csv",
        "y25i09,,Ydelsesgrupper",
        "y25i01,_ygrpi09=X,Ydelsesgrupper",
        "'y25i09' har ingen række uden dimensioner",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_named_with_file_line_and_reason(seeds: Path, name: str) -> None:
    file, old, new, reason = CASES[name]
    line = edit(seeds, file, old, new)
    said = fault(seeds)
    assert reason in said
    if name not in ("a table without group", "formula"):
        assert f"{file}, linje {line}" in said


def test_a_synonym_is_computed_as_its_unit(seeds: Path) -> None:
    assert ",a_dagpenge,helårspersoner," in (seeds / "resultatmaal.csv").read_text(encoding="utf-8")
    edit(seeds, "enheder.csv", "helårspersoner,fuldtidspersoner", "helårspersoner,personer")
    assert "enhed er 'helårspersoner', men indikatoren opgøres i 'fuldtidspersoner'" in fault(seeds)


def test_a_share_that_is_its_persons_is_right(seeds: Path) -> None:
    edit(seeds, "lokale_tal.csv", ",18,,,", ",18,14,77.8,")
    check_seeds(seeds)


def test_latin_1_is_refused_with_its_line(seeds: Path) -> None:
    path = seeds / "kommuner.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    # København stands in line 2.
    said = fault(seeds)
    assert "kommuner.csv, linje 2: tegnet med byte 0xf8 er ikke UTF-8" in said
    assert said.startswith("1 fejl")


def test_bom_is_refused(seeds: Path) -> None:
    path = seeds / "planer.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert "planer.csv, linje 1: filen begynder med en BOM" in fault(seeds)


def test_missing_file(seeds: Path) -> None:
    (seeds / "planer.csv").unlink()
    assert "planer.csv: filen mangler" in fault(seeds)


def test_all_faults_are_listed_at_once(seeds: Path) -> None:
    edit(seeds, "planer.csv", "2019-12-31", "i morgen")
    edit(seeds, "resultatmaal.csv", ",412,-47,365,", ",411,-47,365,")
    said = fault(seeds)
    assert said.startswith("2 fejl")
    assert "periode_til er ikke en dato" in said
    assert "365 - (-47) = 412" in said


def test_a_negative_number_is_no_formula(seeds: Path) -> None:
    assert ",-24,150," in (seeds / "resultatmaal.csv").read_text(encoding="utf-8")
    check_seeds(seeds)


@given(st.decimals(min_value=-10000, max_value=10000, places=3))
def test_every_plain_decimal_is_a_number(value: object) -> None:
    assert _number_fault("x", str(value)) is None


@given(st.from_regex(r"[0-9]{1,6}[A-Za-z,; ][0-9]{0,3}", fullmatch=True))
def test_nothing_else_is_a_number(text: str) -> None:
    assert _number_fault("x", text) is not None


@given(st.integers(0, 9999), st.integers(0, 99))
def test_only_months_of_the_year_are_periods(year: int, month: int) -> None:
    is_period = _period_fault("x", f"{year:04d}M{month:02d}") is None
    assert is_period == (1 <= month <= 12)


def test_a_maal_names_a_ministermaal_of_the_list_that_its_plan_knew(seeds: Path) -> None:
    # Adopted in December 2017: of the goals for 2019 only the first list, with its seventh, holds.
    line = edit(seeds, "resultatmaal.csv", ",,1,2018,1,", ",,1,2019,7,")
    check_seeds(seeds)
    edit(seeds, "planer.csv", ",163,2017-12-31,", ",163,2019-03-15,")
    said = fault(seeds)
    assert f"resultatmaal.csv, linje {line}: ministermål 7 står ikke på listen for 2019" in said
    assert "vedtaget 2019-03-15 (udgave 2)" in said
