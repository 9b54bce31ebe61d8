"""The airflow DAG that lands Jobindsats."""

from __future__ import annotations

from beskplan_landing import landing_dag

# STAR releases at about 08:00 Danish time, on weekdays that are announced but sometimes move; for
# an hour around it the source refuses good questions. So every hour of the morning, from 08:05, and
# once in the afternoon for what was corrected. A look without news asks for metadata only.
dag = landing_dag(
    "jobindsats",
    cron="5 8-11,16 * * 1-5",
    doc_md="""
# Jobindsats: hent nye tal

**Hvad:** Spørger Jobindsats, hvilke tabeller der er opdateret siden sidst (`nyt`), henter hver af
dem i sin helhed (`hent`, én firkant pr. tabel), og melder til `beskaeftigelsesplan`, hvis der kom
noget nyt (`luk`). Er der intet nyt, hentes intet, og `luk` springes over.

**Hvornår:** Hverdage kl. 8.05, 9.05, 10.05, 11.05 og 16.05 dansk tid. STAR offentliggør omkring
kl. 8.00.

**Hvem:** `besked` skriver til den dataansvarlige, når en tabel er for sent på den, ikke kunne
hentes, eller nøglen afvises: én gang for hver årsag. Udgivelsen i `releases/current` står ved
magt, til tabellen er hentet.

**Gør dette, når den er rød:** Åbn den røde firkant under `hent`; loggens sidste linje siger hvad,
hvor og hvad der skal gøres.

| fejl | hvad nu |
|---|---|
| `WrongKeyError` | Nøglen er forkert eller udløbet: ret forbindelsen `jobindsats`. |
| `MeasureGoneError` | Målingen er væk: ret `seeds/kilder.csv`, kør `beskplan kilder laas`. |
| `RateLimitedError` | Prøves igen, når kilden har bedt om det. |
| `SourceDownError` | Prøves igen tre gange med 5 minutters mellemrum. |
| `ForbiddenError`, `SpuriousRefusalError` | Prøves igen tre gange med 15 minutters mellemrum. |
| andre | Prøves ikke igen: svaret er set og kan ikke bruges. |

Kørslen kan gentages uden skade: det, der allerede er hentet, hentes ikke to gange.
""",
)
