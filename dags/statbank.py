"""The airflow DAG that lands Danmarks Statistik's StatBank."""

from __future__ import annotations

from beskplan_landing import landing_dag

# Danmarks Statistik releases at 08:00; FOLK1A comes four times a year, so one look a day is enough.
dag = landing_dag(
    "statbank",
    cron="15 9 * * *",
    doc_md="""
# Statistikbanken: hent befolkningstal

**Hvad:** Spørger Danmarks Statistik, om FOLK1A er opdateret (`nyt`), henter den (`hent`), og melder
til `beskaeftigelsesplan`, hvis der kom noget nyt (`luk`). Er der intet nyt, hentes intet, og `luk`
springes over.

**Hvornår:** Hver dag kl. 9.15 dansk tid. FOLK1A kommer fire gange om året kl. 8.00.

**Hvem:** Ingen vækkes. En rød kørsel læses af den dataansvarlige samme dag: udgivelsen i
`releases/current` står ved magt, til tabellen er hentet.

**Gør dette, når den er rød:** Åbn den røde firkant under `hent`; loggens sidste linje siger hvad,
hvor og hvad der skal gøres. Er kilden nede (`SourceDownError`), er den allerede prøvet igen tre
gange med 5 minutters mellemrum; start kørslen igen, når kilden svarer. Der kræves ingen nøgle.

Kørslen kan gentages uden skade: det, der allerede er hentet, hentes ikke to gange.
""",
)
