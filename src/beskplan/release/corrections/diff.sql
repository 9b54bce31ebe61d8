-- What differs between two releases, and whether it is a revision or the correction of an error.
-- Before it: `foer_celler`, `efter_celler` are joined table by table into `aendrede`; `revisioner`
-- is the later side's; `vintager` (side, tabel_id, hentet_utc, er_nyeste), `udgivelser` (nr,
-- release_id, tabel_id, hentet_utc), `afgoerelser` and `varslet` are filled in from manifests,
-- decisions and seeds.

create or replace temp table rettelser as
with nyeste as (
    select
        tabel_id,
        max(hentet_utc) filter (where side = 'foer') as foer_hentet,
        max(hentet_utc) filter (where side = 'efter') as efter_hentet
    from vintager
    group by tabel_id
),

-- Published before, and since then refused, stopped or superseded.
trukket as (
    select
        nyeste.tabel_id,
        nyeste.foer_hentet
    from nyeste
    where
        nyeste.foer_hentet is not null
        and nyeste.foer_hentet not in (
            select hentet_utc from vintager
            where side = 'efter' and vintager.tabel_id = nyeste.tabel_id
        )
),

trin as (
    select
        revisioner.*,
        coalesce(revisioner.ydelsesgruppe, revisioner.dimensioner) as gruppe,
        revisioner.art = 'fejlrettelse' as er_fejl
    from revisioner
    inner join nyeste
        on
            revisioner.tabel_id = nyeste.tabel_id
            and revisioner.frigivelse > nyeste.foer_hentet
            and revisioner.frigivelse <= nyeste.efter_hentet
),

-- The steps that a cell may come from, from the cell itself to its area's population.
grunde as (
    select
        1 as rang,
        tabel_id as t,
        omraade_kode as o,
        periode as p,
        concat_ws('|', maaling_navn, dimensioner) as n,
        *
    from trin
    union all
    select 2, tabel_id, omraade_kode, periode, gruppe, * from trin
    union all
    select 3, tabel_id, omraade_kode, periode, '', * from trin
    union all
    select 4, tabel_id, omraade_kode, '', '', * from trin
    union all
    select 5, '', omraade_kode, periode, '', * from trin
    union all
    select 6, '', omraade_kode, '', '', * from trin where kilde = 'statbank'
    union all
    select 7, tabel_id, '', periode, '', * from trin
    union all
    select 8, '', '', '', '', * from trin where kilde = 'statbank'
),

samlede as (
    select
        rang,
        t,
        o,
        p,
        n,
        bool_or(er_fejl) as er_fejl,
        max_by(begrundelse, (er_fejl, frigivelse)) as begrundelse,
        max_by(alder_mdr, (er_fejl, frigivelse)) as alder_mdr,
        max_by(tabel_id, (er_fejl, frigivelse)) as grund_tabel_id,
        min(foer_fra) as foer_vintage
    from grunde
    group by all
),

-- A source's own cell is explained by its own step alone.
muligheder as (
    select aendrede.nr, 1 as rang, aendrede.tabel_id as t, aendrede.omraade_kode as o,
        aendrede.periode as p, concat_ws('|', maaling, dimensioner) as n
    from aendrede where dimensioner is not null
    union all
    select nr, 2, tabel_id, omraade_kode, periode, gruppe from aendrede where dimensioner is null
    union all
    select nr, 3, tabel_id, omraade_kode, periode, '' from aendrede where dimensioner is null
    union all
    select nr, 4, tabel_id, omraade_kode, '', '' from aendrede where dimensioner is null
    union all
    select nr, 5, '', omraade_kode, periode, '' from aendrede where dimensioner is null
    union all
    select nr, 6, '', omraade_kode, '', '' from aendrede where dimensioner is null
    union all
    select nr, 7, tabel_id, '', periode, '' from aendrede
    where dimensioner is null and tabel = 'rar_status'
    union all
    select nr, 8, '', '', '', '' from aendrede
    where dimensioner is null and tabel = 'rar_status'
),

fundet as (
    select
        muligheder.nr,
        samlede.*
    from muligheder
    inner join samlede
        on
            muligheder.rang = samlede.rang
            and coalesce(muligheder.t, '') = samlede.t
            and muligheder.o = samlede.o
            and muligheder.p = samlede.p
            and coalesce(muligheder.n, '') = samlede.n
    qualify row_number() over (partition by muligheder.nr order by samlede.rang) = 1
),

egne as (
    select
        aendrede.nr,
        min(varslet.tekst) as tekst
    from aendrede
    inner join varslet
        on
            varslet.tabel_id = aendrede.tabel_id
            and aendrede.periode between varslet.periode_fra and varslet.periode_til
            and cast($efter_tid as date) between varslet.gaelder_fra and varslet.gaelder_til
    group by aendrede.nr
),

doemte as (
    select
        aendrede.*,
        fundet.alder_mdr,
        case
            when trukket.tabel_id is not null then 'fejlrettelse'
            when fundet.er_fejl then 'fejlrettelse'
            when fundet.nr is not null or egne.tekst is not null then 'revision'
            else 'fejlrettelse'
        end as art,
        case
            when trukket.tabel_id is not null
                then 'Udgaven, som tallet kom fra, er trukket tilbage.'
            -- The size that is usual is the source cell's own, not that of what rests on it.
            when
                fundet.nr is not null
                and aendrede.tabel not in ('fct_ydelser', 'joblog_daekningsgrad', 'dim_befolkning')
                then
                    'Følger af kildens tal, som er en '
                    || case when fundet.er_fejl then 'fejlrettelse' else 'revision' end || '.'
            when fundet.nr is not null then fundet.begrundelse
            when egne.tekst is not null then 'Varslet: ' || egne.tekst || '.'
            else 'Kildens tal er uændret; vores egne tabeller eller vores beregning er rettet.'
        end as begrundelse,
        coalesce(trukket.tabel_id, fundet.grund_tabel_id, aendrede.tabel_id) as grund_tabel_id,
        coalesce(trukket.foer_hentet, fundet.foer_vintage, nyeste.foer_hentet) as foer_vintage,
        nyeste.efter_hentet
    from aendrede
    left join nyeste on aendrede.tabel_id = nyeste.tabel_id
    left join trukket on aendrede.tabel_id = trukket.tabel_id
    left join fundet on aendrede.nr = fundet.nr
    left join egne on aendrede.nr = egne.nr
),

foerste as (
    select
        tabel_id,
        hentet_utc,
        min_by(release_id, nr) as release_id
    from udgivelser
    group by all
),

-- Why, where a person or the gate has said so: of the vintage that was wrong, or of the new one.
aarsager as (
    select
        tabel_id,
        hentet_utc,
        max_by(hvorfor, nr) as hvorfor,
        max_by(udfald, nr) as udfald
    from afgoerelser
    where hvem not like 'beskplan%' or udfald <> 'accepteret'
    group by all
)

select
    $release_id as release_id,
    $forrige_release_id as forrige_release_id,
    doemte.tabel,
    doemte.tabel_id,
    doemte.omraade_kode,
    doemte.omraade_navn,
    doemte.periode,
    doemte.gruppe,
    doemte.maaling,
    doemte.foer_vaerdi,
    doemte.foer_status,
    doemte.efter_vaerdi,
    doemte.efter_status,
    cast(doemte.efter_vaerdi - doemte.foer_vaerdi as decimal(18, 3)) as aendring,
    cast(
        case
            when doemte.foer_vaerdi <> 0
                then
                    sign(doemte.efter_vaerdi - doemte.foer_vaerdi) * sign(doemte.foer_vaerdi)
                    * (
                        (
                            20000 * cast(abs(doemte.efter_vaerdi - doemte.foer_vaerdi) * 1000 as hugeint)
                            + cast(abs(doemte.foer_vaerdi) * 1000 as hugeint)
                        )
                        // (2 * cast(abs(doemte.foer_vaerdi) * 1000 as hugeint))
                    ) * 0.01
        end as decimal(18, 2)
    ) as aendring_pct,
    doemte.alder_mdr,
    doemte.art,
    doemte.begrundelse,
    coalesce(gammel.hvorfor, ny.hvorfor) as aarsag,
    foerste.release_id as foer_udgivelse,
    doemte.foer_vintage,
    doemte.er_syntetisk
from doemte
left join foerste
    on doemte.grund_tabel_id = foerste.tabel_id and doemte.foer_vintage = foerste.hentet_utc
left join aarsager as gammel
    on
        doemte.grund_tabel_id = gammel.tabel_id and doemte.foer_vintage = gammel.hentet_utc
        and gammel.udfald <> 'accepteret'
left join aarsager as ny
    on doemte.grund_tabel_id = ny.tabel_id and doemte.efter_hentet = ny.hentet_utc
order by art, tabel, tabel_id, periode, gruppe, maaling, omraade_kode, foer_vaerdi, efter_vaerdi;
