"""Which columns each hand-kept table has, and what may stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "date", "month", "period"]

YES_NO = ("ja", "nej")
UNITS = ("fuldtidspersoner", "personer", "procent")
# Kinds of break over which a series cannot be compared, unless a mapping is stated.
BREAKING = ("databrud", "kildeskift", "sammenlaegning", "opdeling", "regelaendring")
HARMLESS = ("navneskift", "note")
SOURCES = ("jobindsats", "statbank", "joblog")
BUILT_BASELINES = (
    "aarsgennemsnit",
    "december",
    "samme_maaned_aaret_foer",
    "rullende_12",
    "budget",
    "forventet",
    "gruppens_bedste_tredjedel",
)
# As macros/revision.sql: the classes of a figure, and the ages from which one holds.
REVISION_SIZES = ("under_50", "50_199", "200_999", "fra_1000", "land", "uoplyst", "pct")
REVISION_AGES = ("1", "2", "3", "13")


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        name: as in the file's first line.
        kind: what may stand in it; `period` is a year or a month.
        optional: whether a cell may be empty.
        choices: the only texts allowed, if any.
    """

    name: str
    kind: Kind = "text"
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One file.

    Args:
        name: file name without `.csv`.
        columns: in the file's order.
        keys: groups of columns that together occur once.
    """

    name: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...] = ()


def _maybe(name: str, kind: Kind = "text", choices: tuple[str, ...] = ()) -> Column:
    return Column(name, kind, optional=True, choices=choices)


TABLES = (
    Table(
        "kommuner",
        (
            Column("kommune_kode"),
            Column("kommune_navn"),
        ),
        (("kommune_kode",), ("kommune_navn",)),
    ),
    Table(
        "omraader",
        (
            Column("omraade_kode"),
            Column("omraade_navn"),
            Column("omraade_art", choices=("land", "uoplyst")),
            Column("kilde"),
        ),
        (("omraade_kode",), ("omraade_navn",)),
    ),
    Table(
        "omraade_aliaser",
        (
            Column("navn"),
            Column("kommune_kode"),
            Column("kilde"),
        ),
        (("navn",),),
    ),
    Table(
        "kilder",
        (
            Column("kilde", choices=SOURCES),
            Column("tabel_id"),
            Column("maaling"),
            _maybe("mgroup_id"),
            Column("maaling_navn"),
            Column("enhed", choices=("fuldtidspersoner", "personer", "pct", "plads")),
            Column("additivitet", choices=("haard", "eksakt", "ensidig", "ingen")),
            Column("diskretion_under", "integer"),
            _maybe("fordeling"),
            Column("perioder"),
            Column("omraader"),
            Column("profil", choices=("begge", "fuld", "lille")),
            Column("tom_celle", choices=("oplyst", "uoplyst")),
            Column("raekkefoelge", choices=("kode", "navn")),
        ),
        (("kilde", "tabel_id", "maaling", "fordeling", "profil"),),
    ),
    Table(
        "maalinger",
        (
            Column("kilde", choices=SOURCES),
            Column("tabel_id"),
            Column("maaling"),
            _maybe("mgroup_id"),
            Column("maaling_id"),
            Column("laast_mod"),
        ),
        (("kilde", "tabel_id", "maaling_id"),),
    ),
    Table(
        "ydelsesgrupper",
        (
            _maybe("tabel_id"),
            _maybe("dimensioner"),
            Column("ydelsesgruppe"),
            Column("begreb"),
            _maybe("oversigt_nr", "integer"),
            _maybe("oversigt_navn"),
            _maybe("foraelder_nr", "integer"),
            _maybe("oversigt_fra", "month"),
            _maybe("oversigt_til", "month"),
            Column("kilde"),
        ),
        (("tabel_id", "dimensioner"),),
    ),
    Table(
        "indikatorer",
        (
            Column("indikator_id"),
            Column("indikator_navn"),
            Column("tabel_id"),
            Column("maaling_navn"),
            _maybe("dimensioner"),
            Column("enhed", choices=UNITS),
            Column("decimaler", choices=("0", "1", "2")),
            Column("maaling_art", choices=("bestand", "proces")),
            _maybe("bro_id"),
        ),
        (("indikator_id",),),
    ),
    Table(
        "ministermaal",
        (
            Column("ministermaal_aar", "integer"),
            Column("udgave", "integer"),
            Column("ministermaal_nr"),
            Column("ministermaal"),
            Column("tema"),
            Column("indikator_status", choices=("ingen", "annonceret", "vist")),
            _maybe("indikator"),
            _maybe("bemaerkning"),
            Column("kilde"),
        ),
        (("ministermaal_aar", "udgave", "ministermaal_nr"),),
    ),
    Table(
        "ministermaal_udgaver",
        (
            Column("ministermaal_aar", "integer"),
            Column("udgave", "integer"),
            _maybe("udmeldt", "date"),
            _maybe("bemaerkning"),
            Column("kilde"),
        ),
        (("ministermaal_aar", "udgave"),),
    ),
    Table(
        "citater",
        (
            Column("citat_id"),
            Column("tekst"),
            Column("art", choices=("tal", "regel", "beloeb")),
            _maybe("forbehold"),
            _maybe("vaerdi", "number"),
            Column("enhed"),
            _maybe("opgjort_fra", "period"),
            _maybe("opgjort_til", "period"),
            Column("opgjort_tekst"),
            Column("citeret_aar", "integer"),
            _maybe("ministermaal_tema"),
            _maybe("begreb"),
            Column("kilde"),
            _maybe("side", "integer"),
        ),
        (("citat_id",),),
    ),
    Table(
        "regnestykker",
        (
            Column("regnestykke_id"),
            Column("beskrivelse"),
            Column("art", choices=("sum", "differens", "kvotient", "hundred_gange_kvotient")),
            Column("citat_a"),
            Column("citat_b"),
            Column("resultat", "number"),
            Column("tolerance", "number"),
            Column("begrundelse"),
        ),
        (("regnestykke_id",),),
    ),
    Table(
        "planer",
        (
            Column("plan_id"),
            Column("plan_titel"),
            Column("kommune_kode"),
            Column("vedtaget_dato", "date"),
            Column("periode_fra", "date"),
            Column("periode_til", "date"),
            Column("er_eksempel", choices=YES_NO),
            Column("bedoem_foreloebig", choices=YES_NO),
            _maybe("oversigt_slut", "month"),
            _maybe("bemaerkning"),
        ),
        (("plan_id",),),
    ),
    Table(
        "resultatmaal",
        (
            Column("plan_id"),
            Column("maal_nr"),
            _maybe("foraelder_nr"),
            Column("raekkefoelge", "integer"),
            _maybe("ministermaal_aar", "integer"),
            _maybe("ministermaal_nr"),
            Column("datakilde", choices=("jobindsats", "lokal", "ingen")),
            _maybe("indikator_id"),
            _maybe("enhed"),
            _maybe("retning", choices=("<=", ">=")),
            _maybe("baseline_art", choices=BUILT_BASELINES),
            _maybe("gruppe_id"),
            _maybe("forventet_gruppe"),
            _maybe("baseline_periode", "period"),
            _maybe("baseline_periode_trykt", "period"),
            _maybe("baseline_trykt", "number"),
            _maybe("maal_aendring", "number"),
            _maybe("maal_vaerdi", "number"),
            _maybe("maal_periode", "period"),
            Column("skabelon"),
            Column("resultatmaal_skabelon"),
        ),
        (("plan_id", "maal_nr"), ("plan_id", "raekkefoelge")),
    ),
    Table(
        "enheder",
        (
            Column("enhed"),
            Column("regnes_som", choices=UNITS),
            Column("ental"),
            Column("aendring_ental"),
            Column("aendring_flertal"),
            Column("kilde"),
        ),
        (("enhed",),),
    ),
    Table(
        "budget",
        (
            Column("kommune_kode"),
            Column("indikator_id"),
            Column("periode", "period"),
            Column("budget_dato", "date"),
            Column("vaerdi", "number"),
            Column("kilde"),
        ),
        (("kommune_kode", "indikator_id", "periode", "budget_dato"),),
    ),
    Table(
        "lokale_tal",
        (
            Column("plan_id"),
            Column("maal_nr"),
            Column("opgjort_dato", "date"),
            _maybe("antal_n", "integer"),
            _maybe("antal_k", "integer"),
            _maybe("vaerdi", "number"),
            Column("kilde"),
        ),
        (("plan_id", "maal_nr", "opgjort_dato"),),
    ),
    Table(
        "revision_start",
        (
            Column("tabel_id"),
            Column("stoerrelse", choices=REVISION_SIZES),
            Column("alder_fra", "integer", choices=REVISION_AGES),
            Column("gaelder_fra", "date"),
            _maybe("gaelder_til", "date"),
            _maybe("middel_pct", "number"),
            _maybe("median_pct", "number"),
            _maybe("p95_pct", "number"),
            Column("p99_pct", "number"),
            Column("mindst", "number"),
            Column("antal", "integer"),
            Column("antal_aendret", "integer"),
            Column("maalt_paa"),
            Column("kilde"),
        ),
        (("tabel_id", "stoerrelse", "alder_fra", "gaelder_fra"),),
    ),
    Table(
        "revision_varslet",
        (
            Column("tabel_id"),
            Column("periode_fra", "month"),
            Column("periode_til", "month"),
            Column("varslet_dato", "date"),
            Column("gaelder_fra", "date"),
            Column("gaelder_til", "date"),
            Column("tekst"),
            Column("kilde"),
        ),
    ),
    Table(
        "sammenhaenge",
        (
            Column("sammenhaeng_id"),
            Column("relation", choices=("fast_naevner", "andel_af", "hoejst", "udsnit")),
            Column("kilde", choices=SOURCES),
            Column("tabel_id"),
            Column("maaling_navn"),
            _maybe("dimensioner"),
            Column("mod_kilde", choices=SOURCES),
            Column("mod_tabel_id"),
            Column("mod_maaling_navn"),
            _maybe("mod_dimensioner"),
            _maybe("taeller_maaling_navn"),
            _maybe("decimaler", choices=("0", "1", "2")),
            Column("begrundelse"),
        ),
        (("sammenhaeng_id",),),
    ),
    Table(
        "serie_brud",
        (
            Column("brud_id"),
            _maybe("tabel_id"),
            _maybe("dimensioner"),
            Column("dato_fra", "date"),
            _maybe("dato_til", "date"),
            Column("art", choices=(*BREAKING, *HARMLESS, "afloeb", "suspension")),
            Column("sammenligneligt", choices=(*YES_NO, "ukendt")),
            _maybe("bro_id"),
            _maybe("bro"),
            Column("er_forventet", choices=YES_NO),
            Column("beskrivelse"),
            Column("kilde"),
        ),
        (("brud_id",),),
    ),
    Table(
        "serie_bro",
        (
            Column("bro_id"),
            Column("tabel_id"),
            _maybe("dimensioner"),
            _maybe("fra", "date"),
            Column("del_tabel_id"),
            _maybe("del_dimensioner"),
            _maybe("del_fra", "date"),
            Column("beskrivelse"),
            Column("kilde"),
        ),
        (("bro_id", "del_tabel_id", "del_dimensioner"),),
    ),
    Table(
        "grupper",
        (
            Column("gruppe_id"),
            Column("gruppe_art", choices=("region", "rar", "jobcenter", "klynge", "egen")),
            Column("gruppe_navn"),
            Column("kommune_kode"),
            Column("gyldig_fra", "date"),
            _maybe("gyldig_til", "date"),
            Column("kilde"),
        ),
        (("gruppe_id", "kommune_kode", "gyldig_fra"),),
    ),
    Table(
        "noegletal_definitioner",
        (
            Column("noegletal_id"),
            Column("noegletal_nr", "integer"),
            Column("noegletal_navn"),
            Column(
                "naevner_art",
                choices=("befolkning_16_66", "befolkning_16_29", "antal", "kildens_procent"),
            ),
            Column("naevner_navn"),
            Column("decimaler", choices=("0", "1", "2")),
            Column("bedst", choices=("lav", "hoej")),
            Column("maaling_art", choices=("bestand", "proces")),
            Column("kraever_10_personer", choices=YES_NO),
            Column("i_afstand", choices=YES_NO),
            _maybe("forventet_begreb"),
        ),
        (("noegletal_id",), ("noegletal_nr",), ("noegletal_navn",)),
    ),
    Table(
        "noegletal_led",
        (
            Column("noegletal_id"),
            Column("led", choices=("taeller", "naevner", "procent")),
            Column("tabel_id"),
            Column("maaling_navn"),
            _maybe("dimensioner"),
        ),
        (("noegletal_id", "led", "tabel_id", "maaling_navn", "dimensioner"),),
    ),
    Table(
        "rar_linjer",
        (
            Column("linje_nr", "integer"),
            Column("linje_navn"),
            Column("tabel_id"),
            _maybe("dimensioner"),
            Column("er_del", choices=YES_NO),
        ),
        (("linje_nr",), ("linje_navn",)),
    ),
)
