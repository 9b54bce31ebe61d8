"""The airflow DAG that lands the Joblog bilag from its drop folder."""

from __future__ import annotations

from beskplan_landing import landing_dag

# Somebody puts a file there by hand, at any time of a working day. A look reads a few small files.
dag = landing_dag(
    "joblog",
    cron="50 7-16 * * 1-5",
    doc_md="""
# Joblog: hent ministeriets bilag

**Hvad:** Ser efter, om mappen med Joblog-bilag er ændret (`nyt`), læser alle dens filer (`hent`),
og melder til `beskaeftigelsesplan`, hvis tallene er andre end sidst (`luk`). Er mappen tom eller
uændret, hentes intet, og `luk` springes over.

**Hvornår:** Hver time på hverdage, 7.50 til 16.50 dansk tid.

**Hvordan:** Læg bilaget i mappen `joblog/` (eller den, som `BESKPLAN_JOBLOG` nævner) med måneden i
navnet: `joblog_2018M01.xlsx` eller `joblog_2018M01.csv`. Et rettet bilag lægges oven på det gamle;
det gamle er gemt i `landing/`.

**Hvem:** Ingen vækkes. En rød kørsel læses af den, der lagde filen: udgivelsen i
`releases/current` står ved magt, til filen er rettet.

**Gør dette, når den er rød:** Åbn den røde firkant under `hent`; loggens sidste linje siger hvilken
fil og række, hvad der er galt, og hvad der skal gøres (fx en ukendt kommune: ret navnet, eller
skriv det i `seeds/omraade_aliaser.csv`).

Kørslen kan gentages uden skade: det, der allerede er hentet, hentes ikke to gange.
""",
)
