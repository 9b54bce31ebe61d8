"""What a mål's month says in words: right in number, and in the verb's place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from beskplan.release import danish, goal_text
from beskplan.release.danish import Unit

PERSON = Unit("person", "personer")
POINT = Unit("procentpoint", "procentpoint")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1", "1 person"),
        ("-1", "1 person"),
        ("0", "0 personer"),
        ("2", "2 personer"),
        ("1.5", "1,5 personer"),
        ("1.000", "1 person"),
        ("1234", "1.234 personer"),
    ],
)
def test_one_and_several(value: str, said: str) -> None:
    assert danish.counted(Decimal(value), PERSON) == said


@pytest.mark.parametrize(
    ("value", "noun", "verb"),
    [
        ("-57", "et fald på 57 personer", "er faldet med 57 personer"),
        ("-1", "et fald på 1 person", "er faldet med 1 person"),
        ("1", "en stigning på 1 person", "er steget med 1 person"),
        ("0", "ingen ændring", "er uændret"),
    ],
)
def test_a_change_as_noun_and_as_verb(value: str, noun: str, verb: str) -> None:
    assert danish.change(Decimal(value), PERSON) == noun
    assert danish.moved(Decimal(value), PERSON) == verb


def test_a_change_of_a_percent_is_percentage_points() -> None:
    assert danish.change(Decimal("-0.1"), POINT, 1) == "et fald på 0,1 procentpoint"


TEXT = {
    "enhed": "helårspersoner",
    "enhed_ental": "helårsperson",
    "aendring_ental": "helårsperson",
    "aendring_flertal": "helårspersoner",
    "decimaler": 0,
}
PERCENT = {
    "enhed": "procent",
    "enhed_ental": "procent",
    "aendring_ental": "procentpoint",
    "aendring_flertal": "procentpoint",
    "decimaler": 1,
}


def month(**values: Any) -> dict[str, Any]:
    """A month of Herlev's 1.b with nothing remarkable."""
    plain: dict[str, Any] = dict.fromkeys(
        (
            *("aendring_aar", "i_alt_aendring_aar", "modsat_gruppe", "modsat_aendring_aar"),
            *("kraevet_antal", "antal_n", "antal_k", "vedtaget_periode", "vedtaget_vaerdi"),
            *("saet_maal", "saet_maal_vaerdi", "saet_vedtaget_vaerdi"),
        )
    )
    plain |= {
        "periode": "2018M06",
        "retning": "<=",
        "maal_vaerdi": Decimal(315),
        "aktuel_vaerdi": Decimal(323),
        "afvigelse": Decimal(8),
        "kraevet_maanedlig_aendring": Decimal("-1.3"),
        "maaneder_tilbage": 6,
        "i_alt_er_syntetisk": False,
        "naaet_ved_vedtagelsen": False,
        "saet_naaet_ved_vedtagelsen": False,
    }
    return plain | values


def test_a_month_that_misses_its_target() -> None:
    assert goal_text.sentences(month(), TEXT) == [
        "Juni 2018: 323 helårspersoner, 8 over målet, som er højst 315 helårspersoner.",
        "Målet kræver et fald på 1,3 helårspersoner om måneden i 6 måneder.",
    ]


def test_the_last_month_and_one_person() -> None:
    said = goal_text.sentences(
        month(afvigelse=Decimal(-1), kraevet_maanedlig_aendring=Decimal(-1), maaneder_tilbage=1),
        TEXT,
    )
    assert "1 under målet" in said[0]
    assert said[1] == "Målet kræver et fald på 1 helårsperson om måneden i 1 måned."


def test_on_target_and_no_change_in_a_year() -> None:
    said = goal_text.sentences(
        month(
            afvigelse=Decimal(0),
            aktuel_vaerdi=Decimal(315),
            kraevet_maanedlig_aendring=Decimal(0),
            aendring_aar=Decimal(0),
        ),
        TEXT,
    )
    assert said == [
        "Juni 2018: 315 helårspersoner, lig med målet, som er højst 315 helårspersoner.",
        "På et år er tallet uændret.",
    ]


def test_the_total_stands_beside_the_group() -> None:
    said = goal_text.sentences(
        month(
            aendring_aar=Decimal(-20),
            i_alt_aendring_aar=Decimal(1),
            modsat_gruppe="Sygedagpenge",
            modsat_aendring_aar=Decimal(40),
            i_alt_er_syntetisk=True,
        ),
        TEXT,
    )
    assert said[2:] == [
        "På et år er tallet faldet med 20 helårspersoner, og det samlede antal på offentlig "
        "forsørgelse er steget med 1 fuldtidsperson (syntetiske tal).",
        "Mest den modsatte vej: Sygedagpenge er steget med 40 fuldtidspersoner (syntetiske tal).",
    ]


def test_75_percent_of_18_is_14_persons() -> None:
    said = goal_text.sentences(
        month(
            retning=">=",
            maal_vaerdi=Decimal(75),
            aktuel_vaerdi=Decimal("72.2"),
            afvigelse=Decimal("-2.8"),
            kraevet_maanedlig_aendring=None,
            kraevet_antal=14,
            antal_n=18,
            antal_k=13,
        ),
        PERCENT | {"decimaler": 0},
    )
    assert said == [
        "Juni 2018: 72,2 procent, 2,8 under målet, som er mindst 75 procent.",
        "75 procent af 18 personer er mindst 14 personer.",
        "Det er 13 personer.",
    ]


def test_herlevs_4a_and_4b_were_met_together() -> None:
    said = goal_text.sentences(
        month(
            vedtaget_periode="2017M12",
            vedtaget_vaerdi=Decimal(340),
            naaet_ved_vedtagelsen=True,
            saet_maal="4.a og 4.b",
            saet_maal_vaerdi=Decimal(465),
            saet_vedtaget_vaerdi=Decimal(450),
            saet_naaet_ved_vedtagelsen=True,
        ),
        TEXT,
    )
    assert said[-2:] == [
        "Ved vedtagelsen (december 2017) var tallet 340, og målet var nået.",
        "Mål 4.a og 4.b var tilsammen nået ved vedtagelsen: 450 i december 2017, mens målene "
        "tilsammen er højst 465.",
    ]


def test_a_goal_without_target_says_nothing() -> None:
    assert goal_text.sentences(month(maal_vaerdi=None), TEXT) == []


def test_a_forecast_without_interval_says_so() -> None:
    found = {"prognose": Decimal(300), "nedre_80": None, "oevre_80": None}
    assert goal_text.forecast(found, TEXT) == [
        "Prognose for målperioden: 300 helårspersoner; for usikker til et interval."
    ]
